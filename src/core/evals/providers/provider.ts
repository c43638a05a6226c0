import type { Answer, Message } from "../model.ts";

/** One question to a provider, rendered. */
export interface Call {
  readonly messages: readonly Message[];
  /** The rendered prompt as text, as `echo` and HTTP bodies take it. */
  readonly text: string;
  readonly vars: Readonly<Record<string, unknown>>;
  /** The prompt that it was filled in from, for code that asks for it. */
  readonly prompt?: { readonly raw: string; readonly label: string };
  /** The test's own parameters (`options`), over the provider's. */
  readonly overrides: Readonly<Record<string, unknown>>;
}

export interface PreparedCall {
  /** Canonical JSON of everything that decides the answer: origin, model, parameters, messages. Never a key. */
  readonly identity: string;
  /** The request's body, for people to see; headers with secrets are not part of it. */
  readonly request: { readonly method: string; readonly url: string; readonly body: string };
  /** Headers of this call, without the secrets that are filled in when it is sent. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The question, where code makes the request of it when it is sent. */
  readonly call?: Call;
}

/** USD per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

export interface Provider {
  /** Identity within a suite: its label, else its id. */
  readonly key: string;
  /** Where calls go (`https://host:port`); `undefined`: nowhere, nothing is spent and nobody has to agree. */
  readonly origin: string | undefined;
  /** What else it calls for that, such as where tokens come from. */
  readonly otherOrigins?: readonly string[];
  /** The model that a verdict names. `undefined` where the endpoint has only one. */
  readonly model: string | undefined;
  /** Milliseconds between two calls; `undefined`: as the suite says. */
  readonly delayMs?: number;
  /** Nothing tells when its answers change: they are those of one run. */
  readonly onlyThisRun?: boolean;
  /** What it costs, where its configuration says so. */
  readonly price?: Price;
  /** What it asks in its turn is not known: its answers are trusted as long as a remote endpoint's. */
  readonly mayChange?: boolean;
  /** `tools` of its configuration: what the model may call. */
  readonly tools?: unknown;
  /** `functions` likewise, OpenAI's older kind; `undefined` where the provider has no such thing. */
  readonly functions?: unknown;
  prepare(call: Call): PreparedCall;
  /** @throws {CallError} when there is no answer that could be judged. */
  send(prepared: PreparedCall, signal: AbortSignal): Promise<Omit<Answer, "cached">>;
}

/**
 * - `unanswered`: nobody can say whether the output is good (down, overloaded, a broken body).
 * - `rejected`: the endpoint refused this very request (400, 413, 422): the edit may have caused it.
 * - `unusable`: no call to this endpoint can work (unknown host, 401, 404, a missing secret).
 */
export type CallErrorKind = "unanswered" | "rejected" | "unusable";

export class CallError extends Error {
  readonly kind: CallErrorKind;
  /** Whether the same call may be answered a little later. */
  readonly retry: boolean;
  /** Milliseconds the endpoint asks to wait. */
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;

  constructor(kind: CallErrorKind, message: string, options: { retry?: boolean; retryAfterMs?: number; status?: number } = {}) {
    super(message);
    this.name = "CallError";
    this.kind = kind;
    this.retry = options.retry ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
  }
}

/** JSON with sorted keys and without `undefined`: equal for equal values. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item === null || typeof item !== "object" || Array.isArray(item)) return item;
    const record = item as Record<string, unknown>;
    return Object.fromEntries(
      Object.keys(record)
        .sort()
        .map((key) => [key, record[key]]),
    );
  });
}
