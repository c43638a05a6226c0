import type { z } from "zod";
import type { Answer, ProviderSpec } from "../model.ts";
import { cost, type KeyRule, keyHeaders, number, priceOf } from "./apiServer.ts";
import { DEFAULT_TIMEOUT_MS, exchange, parseAnswer } from "./exchange.ts";
import { FirstToken } from "./firstToken.ts";
import { originOf, type ProviderContext } from "./openaiServer.ts";
import { type Call, CallError, canonicalJson, type Provider } from "./provider.ts";

/** An API of one JSON question, one JSON answer. */
export interface JsonApi {
  readonly model: string;
  /** Absolute. */
  readonly url: string;
  readonly key: KeyRule;
  /** Sent with a body beside the key; part of a question's identity. */
  headers?(body: Readonly<Record<string, unknown>>): Readonly<Record<string, string>>;
  body(call: Call): Record<string, unknown>;
  /** Whose protocol it is, for an address that speaks none: `Ollama's API`. */
  readonly named: string;
  /** The answer's schema and what it says, loaded with the first answer: zod is half a megabyte, and many runs come from the cache. */
  load(): Promise<AnswerReader>;
  /** How answers are streamed, where the configuration says `stream: true`. */
  readonly stream?: Streaming;
}

/** How it is sent is no part of what is asked: the answer is the same, and kept under the same key. */
export interface Streaming {
  /** Absolute; default: the same as without. */
  readonly url?: string;
  /** Of the body that asks for a stream. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Puts a streamed answer together as it would have been sent in one piece. */
  load(): Promise<(body: string, host: string) => unknown>;
}

const STREAM = /^(?:text\/event-stream|application\/x-ndjson)\b/i;

/** What an answer says; `latencyMs` and `cost` are the exchange's to know. */
export type Said = Pick<Answer, "output" | "usage" | "finishReason" | "fingerprint"> & Partial<Pick<Answer, "logProbs">>;

export interface AnswerReader {
  /** @throws {CallError} @param sent the body that was answered. */
  read(body: unknown, sent: Readonly<Record<string, unknown>>, host: string): Said;
}

/** A reader that checks an answer before it is looked at. `named` has its article: `a chat completion`. */
export function answerReader<T>(schema: z.ZodType<T>, named: string, say: (body: T, sent: Readonly<Record<string, unknown>>, host: string) => Said): AnswerReader {
  return {
    read(body, sent, host) {
      const parsed = schema.safeParse(body);
      if (!parsed.success) throw new CallError("unanswered", `${host} answered JSON that is not ${named} (${parsed.error.issues[0]?.path.join(".")}: ${parsed.error.issues[0]?.message}).`);
      return say(parsed.data, sent, host);
    },
  };
}

/** @throws {CallError} when the address is none. */
export function jsonApi(spec: ProviderSpec, context: ProviderContext, api: JsonApi): Provider {
  const { config } = spec;
  const { url, model } = api;
  const origin = originOf(url);
  const timeoutMs = number(config["timeoutMs"]) ?? context.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return {
    key: spec.label ?? spec.id,
    origin,
    model,
    price: priceOf(config),
    prepare(call) {
      const body = api.body(call);
      return { identity: canonicalJson({ url, body, headers: api.headers?.(body) }), request: { method: "POST", url, body: JSON.stringify(body) } };
    },
    async send({ request: { body } }, signal) {
      const sent = JSON.parse(body) as Record<string, unknown>;
      const credentials = await keyHeaders(spec, origin, context, api.key, api.headers?.(sent));
      const { stream } = api;
      const streams = stream !== undefined && config["stream"] === true;
      const first = new FirstToken();
      const response = await exchange(context, {
        method: "POST",
        ...credentials,
        ...(streams ? { url: stream.url ?? url, body: JSON.stringify({ ...sent, ...stream.body }), onData: (part, ms) => first.note(part, ms) } : { url, body }),
        timeoutMs,
        signal,
      });
      const { host } = new URL(url);
      const reader = await api.load();
      const isStream = streams && STREAM.test(response.headers["content-type"] ?? "");
      const said = reader.read(isStream ? (await stream.load())(response.body, host) : parseAnswer(response, url, api.named), sent, host);
      return { ...said, latencyMs: response.latencyMs, ...(isStream && first.ms !== undefined ? { firstTokenMs: first.ms } : {}), cost: said.usage && cost(said.usage, priceOf(config)) };
    },
  };
}
