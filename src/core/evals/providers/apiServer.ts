import { unresolvedMessage } from "../../config/references.ts";
import type { ProviderSpec } from "../model.ts";
import { fillAddress, fillSecrets } from "./credentials.ts";
import type { ExchangeRequest } from "./exchange.ts";
import type { ProviderContext } from "./openaiServer.ts";
import type { Price } from "./provider.ts";

/** Which key a vendor's API takes, and how. */
export interface KeyRule {
  /** Names it goes by; the first that has a value is sent. */
  readonly names: readonly string[];
  /** Lower case. */
  readonly header: string;
  /** Stands before the key, such as `Bearer `. */
  readonly prefix?: string;
}

/** The headers of a call, keys only as approved for the origin. `fixed` may be overridden by the suite's own. @throws {CallError} */
export async function keyHeaders(spec: ProviderSpec, origin: string, context: ProviderContext, rule: KeyRule, fixed: Readonly<Record<string, string>> = {}): Promise<Pick<ExchangeRequest, "headers" | "keyAdvice">> {
  const { secrets } = context.host;
  const { config } = spec;
  const headers: Record<string, string> = { "content-type": "application/json", accept: "application/json", ...fixed };
  const own = config["headers"];
  if (own !== null && typeof own === "object") {
    for (const [name, value] of Object.entries(await fillSecrets(own, origin, secrets, context.redactor))) headers[name.toLowerCase()] = String(value);
  }
  const { header, prefix = "" } = rule;
  const key = text(config["apiKey"]);
  if (key) {
    headers[header] = prefix + (await fillSecrets(key, origin, secrets, context.redactor));
  } else if (!headers[header]) {
    // A local endpoint needs none; a vendor's answers 401, and then it is said why none was sent.
    const named = text(config["apiKeyEnvar"]);
    const found = await firstKey(named === undefined ? rule.names : [named], origin, context);
    if ("advice" in found) return { headers, keyAdvice: `No key was sent. ${found.advice}` };
    headers[header] = prefix + found.value;
  }
  return { headers };
}

/** Of names without a value, one that is set but not approved is told before one that is missing. */
async function firstKey(names: readonly string[], origin: string, { host, redactor }: ProviderContext): Promise<{ value: string } | { advice: string }> {
  const without: { name: string; why: "missing" | "refused" }[] = [];
  for (const name of names) {
    const found = await host.secrets.get(name, origin);
    if (typeof found !== "string") {
      redactor.add(found.value);
      return found;
    }
    without.push({ name, why: found });
  }
  const { name, why } = without.find((one) => one.why === "refused") ?? without[0]!;
  return { advice: unresolvedMessage({ kind: "secret", name }, why, origin) };
}

/** Where a vendor's API is: the suite's `apiBaseUrl`, else the first of the variables that is set, else the vendor's own. @throws {CallError} */
export function apiAddress({ config, env: own }: ProviderSpec, env: ProviderContext["env"], { names, fallback }: { names: readonly string[]; fallback: string }): string {
  const written = text(config["apiBaseUrl"]);
  if (written) return trim(fillAddress(written, env));
  const seen = { ...env, ...own };
  return trim(names.map((name) => seen[name]).find(Boolean) ?? fallback);
}

/** The same for a bare host, `config.apiHost` or a variable: HTTPS, unless it is written with its scheme. @throws {CallError} */
export function apiHost({ config, env: own }: ProviderSpec, env: ProviderContext["env"], names: readonly string[]): string | undefined {
  const seen = { ...env, ...own };
  const written = text(config["apiHost"]);
  const host = written ? fillAddress(written, env) : names.map((name) => seen[name]).find(Boolean);
  return host && trim(/^https?:\/\//.test(host) ? host : `https://${host}`);
}

/** `price` of a provider's configuration, where it has one. */
export function priceOf({ price }: Readonly<Record<string, unknown>>): Price | undefined {
  const { input, output } = recordOf(price);
  return typeof input === "number" && typeof output === "number" ? { input, output } : undefined;
}

/** In USD; `undefined`: the price is not known. */
export function cost(usage: { input: number; output: number }, price: Price | undefined): number | undefined {
  return price && (usage.input * price.input + usage.output * price.output) / 1e6;
}

export function number(value: unknown): number | undefined {
  const parsed = typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
  return Number.isFinite(parsed) ? parsed : undefined;
}

export const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
export const trim = (url: string) => url.replace(/\/+$/, "");

/** What is given, of these names. */
export function picked(config: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => config[name] !== undefined).map((name) => [name, config[name]]));
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A text as the JSON that it is, else as it is. */
export function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
