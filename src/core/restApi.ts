import type * as z from "zod";
import { type Http, HttpError, type HttpRequest, type HttpResponse } from "./host.ts";

const TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 * 2 ** 20;

export interface Call {
  readonly method?: string;
  readonly path: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly maxBytes?: number;
  readonly onData?: HttpRequest["onData"];
}

/** A server did not do what was asked; the message says which, and why. */
export class ApiError extends Error {
  /** Whether the same may go well later: it cannot be reached, or is overloaded. */
  readonly passing: boolean;
  constructor(message: string, passing: boolean) {
    super(message);
    this.name = "ApiError";
    this.passing = passing;
  }
}

/** Calls of one server's HTTP API. */
export interface Api {
  /** Any status below 500 but 429 is an answer, which the caller judges. @throws {ApiError} passing, for all else. */
  send(call: Call): Promise<HttpResponse>;
}

/** @param headers made for every call: they carry a key. */
export function apiAt(http: Pick<Http, "send">, { name, base, headers }: { readonly name: string; readonly base: string; readonly headers: () => Promise<Record<string, string>> }): Api {
  return {
    async send({ method = "GET", path, json, bytes, maxBytes = MAX_BYTES, onData }) {
      const type: Record<string, string> = json !== undefined ? { "content-type": "application/json" } : bytes ? { "content-type": "application/octet-stream" } : {};
      try {
        const url = /^https?:/.test(path) ? path : `${base.replace(/\/+$/, "")}${path}`;
        const response = await http.send({ method, url, headers: { ...type, ...(await headers()) }, body: json === undefined ? undefined : JSON.stringify(json), bytes, timeoutMs: TIMEOUT_MS, maxBytes, onData });
        if (response.status === 429 || response.status >= 500) throw new ApiError(`${name} answered HTTP ${response.status}: ${excerpt(response.body)}`, true);
        return response;
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        throw new ApiError(`${name}: ${error.message}`, error.reason !== "too-large" && error.reason !== "invalid-url");
      }
    },
  };
}

/** An answer that is none of those expected. */
export function unexpected(name: string, what: string, { status, body }: HttpResponse): ApiError {
  const advice = status === 401 || status === 403 ? " Check its token, and what that may do." : "";
  return new ApiError(`${name} ${what} with HTTP ${status}: ${excerpt(body)}${advice}`, false);
}

export function excerpt(body: string): string {
  const text = body.replace(/\s+/g, " ").trim();
  return text.length <= 300 ? text || "(nothing)" : `${text.slice(0, 300)}…`;
}

/** An answer as a schema has it. @throws {ApiError} */
export function parsed<T>(name: string, schema: z.ZodType<T>, body: string): T {
  try {
    return schema.parse(JSON.parse(body));
  } catch {
    throw new ApiError(`${name} answered what this version does not understand: ${excerpt(body)}`, false);
  }
}
