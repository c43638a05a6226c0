import { readFile } from "node:fs/promises";
import { Redactor } from "../../../config/redactor.ts";
import type { HttpResponse, TlsOptions } from "../../../host.ts";
import type { HttpTls } from "../../suite/httpSchema.ts";
import { fillSecrets } from "../credentials.ts";
import { DEFAULT_TIMEOUT_MS, exchange, type ExchangeRequest } from "../exchange.ts";
import type { ProviderContext } from "../openaiServer.ts";
import { CallError } from "../provider.ts";

/** How a provider's requests travel, the main ones and those for tokens and sessions. */
export type Transport = () => Promise<Pick<ExchangeRequest, "timeoutMs" | "tls">>;

/** `tls` of an HTTP provider, with its files read once. */
export function createTransport(tls: HttpTls | undefined, origin: string, context: ProviderContext): Transport {
  const timeoutMs = context.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  let read: Promise<TlsOptions> | undefined;
  return async () => (tls ? { timeoutMs, tls: await (read ??= tlsOptions(tls, origin, context)) } : { timeoutMs });
}

async function tlsOptions({ caPath, certPath, keyPath, pfx, pfxPath, ...others }: HttpTls, origin: string, context: ProviderContext): Promise<TlsOptions> {
  const { passphrase, ca, cert, key, ...plain } = await fillSecrets(others, origin, context.host.secrets, context.redactor);
  return {
    ...plain,
    ...defined({ passphrase, ca: ca ?? (await fileOf(caPath)), cert: cert ?? (await fileOf(certPath)), key: key ?? (await fileOf(keyPath)) }),
    ...defined({ pfx: pfx === undefined ? await fileOf(pfxPath) : Buffer.from(await fillSecrets(pfx, origin, context.host.secrets, context.redactor), "base64") }),
  };
}

/** A file of keys is read when it is needed, and kept nowhere. */
export async function fileOf(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw new CallError("unusable", `${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
}

/**
 * An exchange beside the one that is judged. What it answers is no text for people and not masked: a token that is known
 * already must stay itself. Messages are. @throws {CallError} naming what was asked for.
 */
export async function beside(context: ProviderContext, subject: string, request: ExchangeRequest): Promise<HttpResponse> {
  try {
    return await exchange({ host: context.host, redactor: new Redactor() }, request);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const { kind, retry, retryAfterMs, status } = error;
    // A refused token says nothing of the prompt.
    throw new CallError(kind === "rejected" ? "unusable" : kind, context.redactor.redact(`${subject} cannot be had: ${error.message}`), { retry, retryAfterMs, status });
  }
}

function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
