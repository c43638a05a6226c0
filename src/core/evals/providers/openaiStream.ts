import { z } from "zod";
import { CallError } from "./provider.ts";
import { brokenOff, cutOff, eventOf, sseData } from "./sse.ts";

/**
 * An event of a streamed chat completion or completion.
 * Source: OpenAI's API reference, "The chat completion chunk object".
 */
const eventSchema = z.looseObject({
  model: z.string().optional(),
  system_fingerprint: z.string().nullish(),
  usage: z.unknown().optional(),
  error: z.looseObject({ message: z.string().optional() }).optional(),
  choices: z
    .array(
      z.looseObject({
        text: z.string().nullish(),
        finish_reason: z.string().nullish(),
        logprobs: z.looseObject({ content: z.array(z.unknown()).nullish() }).nullish().catch(undefined),
        delta: z
          .looseObject({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            reasoning: z.string().nullish().catch(undefined),
            reasoning_content: z.string().nullish().catch(undefined),
            tool_calls: z.array(z.looseObject({ index: z.number().optional(), id: z.string().nullish(), type: z.string().nullish(), function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }).optional() })).nullish(),
          })
          .optional(),
      }),
    )
    .optional(),
});

type Event = z.infer<typeof eventSchema>;
type Choice = NonNullable<Event["choices"]>[number];
type CallPiece = NonNullable<NonNullable<Choice["delta"]>["tool_calls"]>[number];

interface ToolCall {
  id?: string;
  type: string;
  function: { name: string; arguments: string };
}

/** The events of a body of server-sent events, in order. @throws {CallError} */
function eventsIn(body: string, host: string): Event[] {
  const events: Event[] = [];
  let ended = false;
  for (const data of sseData(body)) {
    if (data === "[DONE]") ended = true;
    else events.push(read(data, host));
  }
  const finished = events.some(({ choices }) => choices?.some(({ finish_reason }) => finish_reason));
  if (!ended && !finished) throw cutOff(host);
  return events;
}

function read(data: string, host: string): Event {
  const parsed = eventSchema.safeParse(eventOf(data, host));
  if (!parsed.success) throw new CallError("unanswered", `${host} streamed an event that is not part of a completion (${parsed.error.issues[0]?.path.join(".")}: ${parsed.error.issues[0]?.message}).`);
  if (parsed.data.error) throw brokenOff(host, parsed.data.error.message);
  return parsed.data;
}

/** A streamed answer as the body that the endpoint would have sent in one piece. @throws {CallError} */
export function assembled(body: string, host: string): unknown {
  const events = eventsIn(body, host);
  const choices = events.flatMap((event): Choice[] => event.choices?.slice(0, 1) ?? []);
  const said = (key: "content" | "refusal" | "reasoning" | "reasoning_content") => joined(choices.map(({ delta }) => delta?.[key]));
  const calls = toolCalls(choices.flatMap(({ delta }) => delta?.tool_calls ?? []));
  const logprobs = choices.flatMap((choice) => choice.logprobs?.content ?? []);
  const choice = {
    finish_reason: choices.findLast(({ finish_reason }) => finish_reason)?.finish_reason,
    ...(logprobs.length > 0 ? { logprobs: { content: logprobs } } : {}),
    ...(choices.some(({ delta }) => delta)
      ? { message: { role: "assistant", content: said("content"), refusal: said("refusal"), reasoning: said("reasoning"), reasoning_content: said("reasoning_content"), ...(calls.length > 0 ? { tool_calls: calls } : {}) } }
      : { text: joined(choices.map(({ text }) => text)) }),
  };
  const last = (key: "model" | "system_fingerprint" | "usage") => events.findLast((event) => event[key] !== undefined && event[key] !== null)?.[key];
  return { model: last("model"), system_fingerprint: last("system_fingerprint"), usage: last("usage"), choices: [choice] };
}

/** `null`: none of the events had any. */
function joined(parts: readonly (string | null | undefined)[]): string | null {
  return parts.some((part) => typeof part === "string") ? parts.map((part) => part ?? "").join("") : null;
}

/** The pieces of calls, each put to the call that its index names. */
function toolCalls(pieces: readonly CallPiece[]): ToolCall[] {
  const calls = new Map<number, ToolCall>();
  for (const { index = 0, id, type, function: part } of pieces) {
    const call = calls.get(index) ?? { type: "function", function: { name: "", arguments: "" } };
    calls.set(index, call);
    if (id) call.id = id;
    if (type) call.type = type;
    call.function.name += part?.name ?? "";
    call.function.arguments += part?.arguments ?? "";
  }
  return [...calls].sort(([a], [b]) => a - b).map(([, call]) => call);
}
