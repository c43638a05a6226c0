import { visibleEnv } from "../../config/visibleEnv.ts";
import type { z } from "zod";
import type { Answer, Message, ProviderSpec } from "../model.ts";
import { cost, number, parsedOr, priceOf, text } from "./apiServer.ts";
import { DEFAULT_TIMEOUT_MS, exchange, parseAnswer } from "./exchange.ts";
import { FirstToken } from "./firstToken.ts";
import type { answerSchema } from "./openaiAnswer.ts";
import { baseUrl, credentials, originOf, type ProviderContext, SANDBOX } from "./openaiServer.ts";
import { type Call, CallError, canonicalJson, type Provider } from "./provider.ts";

const PARAMETERS = ["temperature", "max_tokens", "max_completion_tokens", "top_p", "presence_penalty", "frequency_penalty", "seed", "stop", "tools", "tool_choice", "functions", "function_call", "response_format", "reasoning_effort", "logprobs", "top_logprobs"];

/** `openai:chat:MODEL`, `openai:MODEL`, `openai:completion:MODEL` against any base URL. */
export function openAi(spec: ProviderSpec, context: ProviderContext): Provider {
  const { config } = spec;
  const [, second = "", ...rest] = spec.id.split(":");
  const completion = second === "completion";
  const model = (second === "chat" || completion ? rest.join(":") : [second, ...rest].join(":")) || text(config["model"]) || "gpt-5-mini";
  const base = baseUrl(spec, context.env);
  const origin = base === SANDBOX ? undefined : originOf(base);
  const timeoutMs = number(config["timeoutMs"]) ?? context.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const path = completion ? "/completions" : "/chat/completions";
  const known = new Map<string, { fixed: Record<string, unknown>; identity: string }>();
  const parametersOf = (overrides: Call["overrides"]) => {
    const key = JSON.stringify(overrides);
    let found = known.get(key);
    if (!found) {
      const filled = withEnv({ ...config, ...overrides }, context.env);
      const fixed = completion ? completionParameters(filled, context.env) : parameters(model, filled, context.env);
      found = { fixed, identity: canonicalJson({ url: base + path, model, fixed, ...(config["showThinking"] === false ? { showThinking: false } : {}) }) };
      known.set(key, found);
    }
    return found;
  };

  return {
    key: spec.label ?? spec.id,
    origin,
    model,
    price: priceOf(config),
    functions: completion ? undefined : (config["functions"] ?? []),
    prepare(call) {
      const { fixed, identity } = parametersOf(call.overrides);
      const asked = completion ? { prompt: call.text } : { messages: call.messages };
      return {
        identity: `${identity}\n${completion ? call.text : canonicalMessages(call.messages)}`,
        request: {
          method: "POST",
          url: base + path,
          // Planning asks for identities only: most of them are in the cache.
          get body() {
            return JSON.stringify({ model, ...asked, ...fixed });
          },
        },
      };
    },
    async send(prepared, signal) {
      const streams = config["stream"] === true;
      const { body } = prepared.request;
      const first = new FirstToken();
      const url = (base === SANDBOX ? await context.sandbox() : base) + path;
      const response = await exchange(context, {
        method: "POST",
        url,
        ...(await credentials(spec, origin, context)),
        // How it is sent is no part of what is asked: the answer is the same, and kept under the same key.
        body: streams ? JSON.stringify({ ...(JSON.parse(body) as object), stream: true, stream_options: { include_usage: true } }) : body,
        ...(streams ? { onData: (part, ms) => first.note(part, ms) } : {}),
        timeoutMs,
        signal,
      });
      // Loaded with the first answer: zod is half a megabyte, and many runs come from the cache.
      const { answerSchema } = await import("./openaiAnswer.ts");
      const isStream = /^text\/event-stream\b/i.test(response.headers["content-type"] ?? "");
      const answered = isStream ? (await import("./openaiStream.ts")).assembled(response.body, new URL(url).host) : parseAnswer(response, url);
      const parsed = answerSchema.safeParse(answered);
      if (!parsed.success) throw new CallError("unanswered", `${new URL(url).host} answered JSON that is not a chat completion (${parsed.error.issues[0]?.path.join(".")}: ${parsed.error.issues[0]?.message}).`);
      // A test or a prompt may ask for a format of its own: what was sent decides.
      const answer = toAnswer(parsed.data, response.latencyMs, { ...config, ...(JSON.parse(body) as Record<string, unknown>) });
      return isStream && first.ms !== undefined ? { ...answer, firstTokenMs: first.ms } : answer;
    },
  };
}

function parameters(model: string, config: Readonly<Record<string, unknown>>, env: ProviderContext["env"]): Record<string, unknown> {
  const reasoning = /^(o\d|gpt-5)/.test(model);
  const fixed: Record<string, unknown> = {};
  if (!reasoning) fixed["temperature"] = number(env["OPENAI_TEMPERATURE"]) ?? 0;
  // A model that thinks spends tokens on it: it is not limited unless somebody says so.
  if (!reasoning) fixed["max_tokens"] = number(env["OPENAI_MAX_TOKENS"]) ?? 1024;
  else if (number(env["OPENAI_MAX_COMPLETION_TOKENS"]) !== undefined) fixed["max_completion_tokens"] = number(env["OPENAI_MAX_COMPLETION_TOKENS"]);
  for (const name of PARAMETERS) if (config[name] !== undefined) fixed[name] = config[name];
  const passthrough = config["passthrough"];
  return passthrough !== null && typeof passthrough === "object" ? { ...fixed, ...passthrough } : fixed;
}

/** What promptfoo sends with a text to be completed. */
function completionParameters(config: Readonly<Record<string, unknown>>, env: ProviderContext["env"]): Record<string, unknown> {
  return { best_of: 1, frequency_penalty: 0, presence_penalty: 0, top_p: 1, stop: ["<|im_end|>", "<|endoftext|>"], ...parameters("", config, env) };
}

/** `{{env.NAME}}` in parameters; what looks like a secret by its name stays out of bodies, which are stored. */
function withEnv(config: Readonly<Record<string, unknown>>, env: ProviderContext["env"]): Readonly<Record<string, unknown>> {
  const picked = Object.entries(config).filter(([name]) => PARAMETERS.includes(name) || name === "passthrough");
  if (!JSON.stringify(picked).includes("{{")) return config;
  const seen = visibleEnv(env, {});
  const fill = (value: unknown): unknown => {
    if (typeof value === "string") return value.replace(/\{\{\s*env\.(\w+)\s*\}\}/g, (whole, name: string) => seen[name] ?? whole);
    if (Array.isArray(value)) return value.map(fill);
    return value !== null && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)])) : value;
  };
  return { ...config, ...Object.fromEntries(picked.map(([name, value]) => [name, fill(value)])) };
}

/** Equal for equal messages; the usual kind, a role and a text, without the cost of sorting keys. */
function canonicalMessages(messages: readonly Message[]): string {
  const plain = Array.isArray(messages) && messages.every((message) => typeof message?.content === "string" && Object.keys(message).length === 2);
  return plain ? JSON.stringify(messages.map(({ role, content }) => [role, content])) : canonicalJson(messages);
}

function toAnswer(body: z.infer<typeof answerSchema>, latencyMs: number, config: Readonly<Record<string, unknown>>): Omit<Answer, "cached"> {
  const choice = body.choices[0];
  const message = choice?.message;
  let output: unknown = message ? outputOf(message) : (choice?.text ?? null);
  // An answer that was withheld is an answer, with a finish reason to judge.
  if (choice?.finish_reason === "content_filter") output ||= "The provider's content filter withheld the answer.";
  const format = config["response_format"] as { type?: unknown } | undefined;
  if (format?.type === "json_schema" && typeof output === "string") output = parsedOr(output);
  // As promptfoo shows it: what was thought stands before what was said.
  const thought = message?.reasoning || message?.reasoning_content;
  if (thought && typeof output === "string" && config["showThinking"] !== false) output = `Thinking: ${thought}\n\n${output}`;
  const usage = body.usage ? { input: body.usage.prompt_tokens ?? 0, output: body.usage.completion_tokens ?? 0 } : undefined;
  return {
    output,
    latencyMs,
    usage,
    cost: usage && cost(usage, priceOf(config)),
    finishReason: choice?.finish_reason ?? undefined,
    logProbs: choice?.logprobs?.content?.map(({ logprob }) => logprob),
    fingerprint: [body.model, body.system_fingerprint].filter(Boolean).join(" ") || undefined,
  };
}

/**
 * What a message says, as promptfoo takes it: a refusal, the text, the calls, or, where it has both text
 * and calls, the message itself.
 */
function outputOf(message: NonNullable<z.infer<typeof answerSchema>["choices"][number]["message"]>): unknown {
  const { content, refusal, tool_calls, function_call } = message;
  const called = tool_calls?.length ? tool_calls : (function_call ?? undefined);
  if (refusal) return refusal;
  if (called !== undefined) return content ? message : (function_call ?? called);
  if (Array.isArray(content)) return content.map((part) => String((part as { text?: unknown }).text ?? "")).join("");
  return content ?? null;
}
