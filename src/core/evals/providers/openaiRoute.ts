import type { Answer, ProviderSpec } from "../model.ts";
import { cost, number, priceOf } from "./apiServer.ts";
import { DEFAULT_TIMEOUT_MS, exchange, parseAnswer } from "./exchange.ts";
import { baseUrl, credentials, originOf, type ProviderContext, SANDBOX } from "./openaiServer.ts";
import { CallError, canonicalJson, type Provider } from "./provider.ts";

export interface OpenAiRoute {
  readonly model: string;
  /** Behind the base URL, such as `/embeddings`. */
  readonly path: string;
  /** The output in an answer's body; `undefined` where it has none. */
  read(body: unknown): unknown;
  /** What such an answer is called, with its article. */
  readonly named: string;
}

/** A provider of one text in, one value out, by one of OpenAI's routes beside the chat. */
export function openAiRoute(spec: ProviderSpec, context: ProviderContext, { model, path, read, named }: OpenAiRoute): Provider {
  const { config } = spec;
  const base = baseUrl(spec, context.env);
  const origin = base === SANDBOX ? undefined : originOf(base);
  const timeoutMs = number(config["timeoutMs"]) ?? context.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const passthrough = config["passthrough"];
  const more = passthrough !== null && typeof passthrough === "object" ? passthrough : {};
  return {
    key: spec.label ?? spec.id,
    origin,
    model,
    price: priceOf(config),
    prepare({ text }) {
      const body = { model, input: text, ...more };
      return { identity: canonicalJson({ url: base + path, body }), request: { method: "POST", url: base + path, body: JSON.stringify(body) } };
    },
    async send(prepared, signal): Promise<Omit<Answer, "cached">> {
      const url = (base === SANDBOX ? await context.sandbox() : base) + path;
      const response = await exchange(context, { method: "POST", url, ...(await credentials(spec, origin, context)), body: prepared.request.body, timeoutMs, signal });
      const body = parseAnswer(response, url);
      const output = read(body);
      if (output === undefined) throw new CallError("unanswered", `${new URL(url).host} answered JSON that is not ${named}.`);
      const usage = usageOf(body);
      return { output, latencyMs: response.latencyMs, usage, cost: usage && cost(usage, priceOf(config)), finishReason: undefined, fingerprint: undefined };
    },
  };
}

function usageOf(body: unknown): Answer["usage"] {
  const { usage } = body as { usage?: { prompt_tokens?: unknown } | null };
  const input = usage?.prompt_tokens;
  return typeof input === "number" ? { input, output: 0 } : undefined;
}
