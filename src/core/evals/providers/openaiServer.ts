import type { Redactor } from "../../config/redactor.ts";
import type { Host } from "../../host.ts";
import type { ProviderSpec } from "../model.ts";
import type { SuiteCode } from "../suiteCode/pool.ts";
import { keyHeaders, text, trim } from "./apiServer.ts";
import { fillAddress } from "./credentials.ts";
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
  /** The suite's: programs are found from here, and none runs without it. */
  readonly folder?: string;
  /** Runs the suite's own code; providers that are code need it. */
  readonly suiteCode?: SuiteCode;
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
  if (origin === undefined) return { headers: { "content-type": "application/json", accept: "application/json" } };
  const organization = text(spec.config["organization"]);
  return keyHeaders(spec, origin, context, { names: ["OPENAI_API_KEY"], header: "authorization", prefix: "Bearer " }, organization ? { "openai-organization": organization } : {});
}
