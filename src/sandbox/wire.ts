import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "./request.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: readonly string[];
  /** `hang`: never sent; `cut`: the connection closes after half of it. */
  readonly fate?: "hang" | "cut";
}

export const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

const MAX_BYTES = 16 * 1024 * 1024;

/** @throws {ApiError} 413 above 16 MB, 400 when the body is not JSON. */
export async function readJson(incoming: IncomingMessage): Promise<unknown> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // A body that is too large is read to its end all the same: a client that still writes would never see the answer.
    if (bytes > MAX_BYTES) chunks = [];
    else chunks.push(chunk);
  }
  if (bytes > MAX_BYTES) throw new ApiError(413, "request_too_large", "The body is larger than 16 MB. Send less.");
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw new ApiError(400, "invalid_json", `The body is not JSON: ${(error as Error).message}.`);
  }
}

export function toJson(value: unknown, status = 200): Answer {
  return { status, headers: JSON_TYPE, chunks: [JSON.stringify(value)] };
}

/** @param retryAfterS seconds that a 429 asks to wait */
export function toError(error: unknown, retryAfterS: number): Answer {
  const { status, code, message, param } = error instanceof ApiError ? error : new ApiError(500, "internal_error", `The sandbox failed: ${String(error)}`);
  const type = status === 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
  const answer = toJson({ error: { message, type, param, code } }, status);
  return status === 429 ? { ...answer, headers: { ...answer.headers, "retry-after": String(retryAfterS) } } : answer;
}

export function send(outgoing: ServerResponse, { status, headers, chunks, fate }: Answer): void {
  if (fate === "hang" || outgoing.destroyed) return;
  const text = chunks.join("");
  outgoing.writeHead(status, chunks.length === 1 ? { ...headers, "content-length": String(Buffer.byteLength(text)) } : headers);
  if (fate === "cut") {
    outgoing.write(half(text), () => outgoing.destroy());
    return;
  }
  for (const chunk of chunks) outgoing.write(chunk);
  outgoing.end();
}

export function half(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2));
}
