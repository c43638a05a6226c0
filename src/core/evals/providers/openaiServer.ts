import type { Redactor } from "../../config/redactor.ts";
import { unresolvedMessage } from "../../config/references.ts";
import type { Host } from "../../host.ts";
import type { ProviderSpec } from "../model.ts";
import { fillAddress, fillSecrets } from "./credentials.ts";
import type { ExchangeRequest } from "./exchange.ts";
import { CallError } from "./provider.ts";

/** The address that means "the sandbox of this process": its port differs each time, its answers do not. */
export const SANDBOX = "sandbox:";

export interface ProviderContext {
  readonly host: Host;
  /** Starts this process's sandbox when it is first needed; its base URL. */
  readonly sandbox: () => Promise<string>;
  /** The suite's and the process's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number | undefined;
  /** Learns every value that is released, so that messages can be masked. */
  readonly redactor: Redactor;
}

/** Where a provider that speaks OpenAI's protocol is: its address without a slash at its end, or `SANDBOX`. @throws {CallError} */
export function baseUrl(spec: ProviderSpec, env: ProviderContext["env"]): string {
  const { config } = spec;
  const host = text(config["apiHost"]);
  if (host) return `https://${fillAddress(host, env)}/v1`;
  const own = text(config["apiBaseUrl"]);
  if (own) return trim(fillAddress(own, env));
  const seen = { ...env, ...spec.env };
  if (seen["OPENAI_API_HOST"]) return `https://${seen["OPENAI_API_HOST"]}/v1`;
  return trim(seen["OPENAI_API_BASE_URL"] ?? seen["OPENAI_BASE_URL"] ?? "https://api.openai.com/v1");
}

/** @throws {CallError} when the address is none. */
export function originOf(base: string): string {
  try {
    return new URL(base).origin;
  } catch {
    throw new CallError("unusable", `${JSON.stringify(base)} is not the address of an endpoint. Write it like https://host:port/v1.`);
  }
}

/** The headers of a call, keys only as approved for the origin; `undefined`: the sandbox, which gets none. @throws {CallError} */
export async function credentials(spec: ProviderSpec, origin: string | undefined, context: ProviderContext): Promise<Pick<ExchangeRequest, "headers" | "keyAdvice">> {
  const sent: Record<string, string> = { "content-type": "application/json", accept: "application/json" };
  if (origin === undefined) return { headers: sent };
  const { secrets } = context.host;
  const extra = spec.config["headers"];
  if (extra !== null && typeof extra === "object") {
    for (const [name, value] of Object.entries(await fillSecrets(extra, origin, secrets, context.redactor))) sent[name.toLowerCase()] = String(value);
  }
  const organization = text(spec.config["organization"]);
  if (organization) sent["openai-organization"] = organization;
  const key = text(spec.config["apiKey"]);
  if (key) {
    sent["authorization"] = `Bearer ${await fillSecrets(key, origin, secrets, context.redactor)}`;
  } else if (!sent["authorization"]) {
    // A local endpoint needs none; a vendor's answers 401, and then it is said why none was sent.
    const name = text(spec.config["apiKeyEnvar"]) ?? "OPENAI_API_KEY";
    const secret = await secrets.get(name, origin);
    if (typeof secret === "string") return { headers: sent, keyAdvice: `No key was sent. ${unresolvedMessage({ kind: "secret", name }, secret, origin)}` };
    context.redactor.add(secret.value);
    sent["authorization"] = `Bearer ${secret.value}`;
  }
  return { headers: sent };
}

/** `price` is in USD per million tokens. */
export function cost(usage: { input: number; output: number }, price: unknown): number | undefined {
  if (price === null || typeof price !== "object") return undefined;
  const { input, output } = price as { input?: unknown; output?: unknown };
  if (typeof input !== "number" || typeof output !== "number") return undefined;
  return (usage.input * input + usage.output * output) / 1e6;
}

export function number(value: unknown): number | undefined {
  const parsed = typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
  return Number.isFinite(parsed) ? parsed : undefined;
}

export const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
const trim = (url: string) => url.replace(/\/+$/, "");
