import { HttpError, type Http } from "../../host.ts";
import { SinkError } from "./sink.ts";

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 256 * 1024;
const MOST_WAIT_MS = 3_600_000;

/**
 * Posts JSON, and returns the answer's text. @param who who is asked, for messages: an address may be a secret.
 * @throws {SinkError} 429, 408 and 5xx may go well later; any other status does not.
 */
export async function postJson(http: Pick<Http, "send">, who: string, url: string, body: string, headers: Readonly<Record<string, string>> = {}, now = 0): Promise<string> {
  const answer = await http.send({ method: "POST", url, headers: { "content-type": "application/json", ...headers }, body, timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES }).catch((error: unknown) => {
    throw error instanceof HttpError ? new SinkError(`${who}: ${error.message}`, error.reason === "invalid-url") : error;
  });
  const { status, headers: said, body: text } = answer;
  if (status >= 200 && status < 300) return text;
  const again = status === 429 || status === 408 || status >= 500;
  throw new SinkError(`${who} answered ${status}${text === "" ? "" : `: ${text.replace(/\s+/g, " ").slice(0, 200)}`}`, !again, again ? waitOf(said["retry-after"], now) : undefined);
}

/** Seconds, or a date (RFC 9110). */
function waitOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, MOST_WAIT_MS) : undefined;
}
