import { NAMES } from "./conventions.ts";
import type { Attributes, Span, Value } from "./span.ts";

/** A message of a conversation, as text. */
export interface TraceMessage {
  readonly role: string;
  readonly content: string;
}

/** What went into a model and came out of it, where the span's sender recorded it. */
export interface Conversation {
  readonly input: readonly TraceMessage[];
  readonly output: string | undefined;
}

/** Reads the conventions of `NAMES`, and those that give a message an attribute or an event. */
export function conversationOf({ attributes, events }: Span): Conversation {
  const input = firstOf([
    () => [...messagesIn(attributes, NAMES.system, "system"), ...messagesIn(attributes, NAMES.input, "user")],
    () => [...indexed(attributes, "gen_ai.prompt"), ...indexed(attributes, "llm.input_messages", "message.")],
    () => events.flatMap(({ name, attributes: said }) => eventMessage(name, said)),
  ]);
  const output = firstOf([
    () => messagesIn(attributes, NAMES.output, "assistant"),
    () => [...indexed(attributes, "gen_ai.completion"), ...indexed(attributes, "llm.output_messages", "message.")],
    () => events.filter(({ name }) => name === "gen_ai.choice").flatMap(({ attributes: said }) => messagesOf(parsed(said["message"] ?? said["content"] ?? null), "assistant")),
  ]);
  return { input, output: output.at(-1)?.content };
}

/** Tokens that the span says; `undefined`: it says none. */
export function tokensOf({ attributes }: Span): { readonly input: number | undefined; readonly output: number | undefined } {
  return { input: numberIn(attributes, NAMES.inputTokens), output: numberIn(attributes, NAMES.outputTokens) };
}

/** In USD, where the span says it. */
export function costOf({ attributes }: Span): number | undefined {
  return numberIn(attributes, NAMES.cost);
}

/** Variables that the prompt was made of, where the span says them (OpenInference). */
export function variablesOf({ attributes }: Span): Readonly<Record<string, Value>> | undefined {
  for (const name of NAMES.variables) {
    const value = parsed(attributes[name] ?? null);
    if (isRecord(value)) return value;
  }
  return undefined;
}

function messagesIn(attributes: Attributes, names: readonly string[], role: string): TraceMessage[] {
  for (const name of names) {
    const value = attributes[name];
    if (value !== undefined && value !== null) return messagesOf(parsed(value), role);
  }
  return [];
}

/** A text, a message, a list of messages, or what has one in `messages` or `choices`. */
function messagesOf(value: Value, role: string): TraceMessage[] {
  if (typeof value === "string") return value === "" ? [] : [{ role, content: value }];
  if (isList(value)) {
    // Of parts without a role, such as system instructions, one message is made.
    if (value.length > 0 && value.every((item) => isRecord(item) && item["role"] === undefined && (item["type"] !== undefined || item["content"] !== undefined))) return [{ role, content: textOf(value) }];
    return value.flatMap((item) => messagesOf(item, role));
  }
  if (!isRecord(value)) return [];
  const nested = value["messages"] ?? value["choices"];
  if (isList(nested)) return messagesOf(nested, role);
  if (isRecord(value["message"])) return messagesOf(value["message"], role);
  const content = value["content"] ?? value["parts"];
  if (content === undefined) return [{ role, content: JSON.stringify(value) }];
  return [{ role: typeof value["role"] === "string" ? value["role"] : role, content: textOf(content) }];
}

/** Text of a message's content: a string, or its parts. */
function textOf(content: Value): string {
  if (typeof content === "string") return content;
  if (!isList(content)) return content === null ? "" : JSON.stringify(content);
  return content.map((part) => (isRecord(part) ? textOf(part["text"] ?? part["content"] ?? JSON.stringify(part)) : textOf(part))).join("\n");
}

/** `PREFIX.0.role`, `PREFIX.0.content`, … */
function indexed(attributes: Attributes, prefix: string, infix = ""): TraceMessage[] {
  const messages: TraceMessage[] = [];
  for (let index = 0; ; index++) {
    const content = attributes[`${prefix}.${index}.${infix}content`];
    if (content === undefined) return messages;
    messages.push({ role: String(attributes[`${prefix}.${index}.${infix}role`] ?? "user"), content: textOf(content) });
  }
}

function eventMessage(name: string, attributes: Attributes): TraceMessage[] {
  const [, role] = /^gen_ai\.(system|user|assistant|tool)\.message$/.exec(name) ?? [];
  const content = attributes["content"];
  return role === undefined || content === undefined ? [] : [{ role, content: textOf(parsed(content)) }];
}

function firstOf(readers: readonly (() => TraceMessage[])[]): TraceMessage[] {
  for (const read of readers) {
    const messages = read();
    if (messages.length > 0) return messages;
  }
  return [];
}

/** Many senders write JSON into a text. */
function parsed(value: Value): Value {
  if (typeof value !== "string" || !/^\s*[[{"]/.test(value)) return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return value;
  }
}

function numberIn(attributes: Attributes, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = Number(attributes[name] ?? NaN);
    if (Number.isFinite(value)) return value;
  }
  return undefined;
}

function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

function isRecord(value: Value | undefined): value is { readonly [name: string]: Value } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
