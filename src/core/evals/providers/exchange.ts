import type { Redactor } from "../../config/redactor.ts";
import { type Host, HttpError, type HttpRequest, type HttpResponse } from "../../host.ts";
import { CallError } from "./provider.ts";

/** A provider's answer larger than this is refused. */
export const MAX_ANSWER_BYTES = 20_000_000;
export const DEFAULT_TIMEOUT_MS = 60_000;

export interface ExchangeRequest extends Omit<HttpRequest, "maxBytes"> {
  /** What to do when the endpoint refuses the key, or that there was none. */
  readonly keyAdvice?: string;
  /** Whatever the status is, it is an answer; the caller looks at it. */
  readonly anyStatus?: boolean;
}

/**
 * One HTTP exchange with an endpoint; everything but a success becomes a `CallError` in words for people.
 * An abort is rethrown as it is. Secrets that an endpoint echoes are masked here, before anything of the
 * answer is judged, stored or shown.
 */
export async function exchange({ host, redactor }: { readonly host: Host; readonly redactor: Redactor }, request: ExchangeRequest): Promise<HttpResponse> {
  let response: HttpResponse;
  try {
    const answered = await host.http.send({ ...request, maxBytes: MAX_ANSWER_BYTES });
    response = { ...answered, body: redactor.redact(answered.body) };
  } catch (error) {
    if (!(error instanceof HttpError) || error.reason === "aborted") throw error;
    if (error.reason === "invalid-url" || error.reason === "unreachable") throw new CallError("unusable", error.message);
    throw new CallError("unanswered", error.message, { retry: error.reason === "cut" });
  }
  if (request.anyStatus || (response.status >= 200 && response.status < 300)) return response;
  throw refused(response, request.url, host.clock.now(), request.keyAdvice);
}

/** What a status that is no success means. */
export function refused(response: HttpResponse, url: string, now: number, keyAdvice = "Check the endpoint's key."): CallError {
  const { status } = response;
  const said = errorMessage(response.body);
  const message = `HTTP ${status} from ${new URL(url).host}${said ? `: ${said}` : ""}`;
  if (status === 429) {
    const spent = /insufficient_quota|enforced_spend_limit_reached/.test(response.body);
    return new CallError(spent ? "unusable" : "unanswered", message, { status, retry: !spent, retryAfterMs: retryAfter(response.headers, now) });
  }
  // Google refuses an invalid key as an invalid argument.
  if (status === 400 && response.body.includes("API_KEY_INVALID")) return new CallError("unusable", `${message}. ${keyAdvice}`, { status });
  if (status === 400 || status === 413 || status === 422) return new CallError("rejected", message, { status });
  if (status === 401 || status === 403) return new CallError("unusable", `${message}. ${keyAdvice}`, { status });
  if (status === 404) return new CallError("unusable", `${message}. Check the endpoint's address and the model's name.`, { status });
  // 529 is Anthropic's "overloaded".
  const retry = [408, 502, 503, 504, 529].includes(status);
  return new CallError("unanswered", message, { status, retry, retryAfterMs: retryAfter(response.headers, now) });
}

/** The body as JSON. An HTML page or a cut body is an error of the endpoint, not an answer. `api`: what the address should be one of. */
export function parseAnswer(response: HttpResponse, url: string, api = "an OpenAI-compatible API"): unknown {
  try {
    return JSON.parse(response.body);
  } catch {
    const what = /^\s*</.test(response.body) ? "an HTML page" : response.body.trim() === "" ? "an empty body" : `no valid JSON ("${preview(response.body)}")`;
    throw new CallError("unanswered", `${new URL(url).host} answered ${what} with status ${response.status}. Is this the address of ${api}?`);
  }
}

/** What an error body says: `{error:{message}}`, `{message}`, `{detail}` or nothing readable. */
function errorMessage(body: string): string | undefined {
  try {
    const value = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown; detail?: unknown };
    const error = value.error;
    const said = typeof error === "string" ? error : (error?.message ?? value.message ?? value.detail);
    return said === undefined ? undefined : preview(typeof said === "string" ? said : JSON.stringify(said));
  } catch {
    return undefined;
  }
}

function preview(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date; in milliseconds. */
function retryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const ms = Number(headers["retry-after-ms"]);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const value = headers["retry-after"];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
