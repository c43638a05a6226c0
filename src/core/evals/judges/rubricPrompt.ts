import { CORE_SCHEMA, load } from "js-yaml";
import type { Render } from "../assertions/definition.ts";
import { JudgeError, type Message } from "../model.ts";

type Vars = Readonly<Record<string, unknown>>;

/**
 * The messages of a suite's own question to its judge (`rubricPrompt`): a text, or a chat as a list, JSON or
 * YAML. A chat is taken apart before its texts are filled in, so that no output can add a message to it.
 * @throws {JudgeError} when it cannot be filled in.
 */
export function rubricMessages(prompt: unknown, vars: Vars, render: Render): Message[] {
  const filled = withoutObjects(vars);
  const fill = (text: string) => render(text, filled);
  try {
    const text = typeof prompt === "string" ? prompt : JSON.stringify(prompt);
    const chat = typeof prompt === "string" ? chatIn(prompt) : prompt;
    if (isChat(chat)) return mapLeaves(chat, fill) as Message[];
    const whole = chat === undefined ? fill(text) : JSON.stringify(mapLeaves(chat, fill));
    const loop = chat === undefined && text.trimStart().startsWith("[") ? parsed(whole) : undefined;
    return isChat(loop) ? loop : [{ role: "user", content: whole }];
  } catch (error) {
    if (error instanceof JudgeError) throw error;
    throw new JudgeError(`The rubricPrompt cannot be filled in: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What stands in it as JSON or as a chat in YAML; `undefined` for a text. */
function chatIn(text: string): unknown {
  const json = /^\s*[[{]/.test(text) ? parsed(text) : undefined;
  if (json !== undefined || !/^\s*- role:/.test(text)) return json;
  const chat = load(text, { schema: CORE_SCHEMA });
  if (!isChat(chat)) throw new JudgeError("The rubricPrompt begins like a chat in YAML but is none: each message needs a role and a content that is a text. Quote a content that begins with {{.");
  return chat;
}

function isChat(value: unknown): value is Message[] {
  return Array.isArray(value) && value.length > 0 && value.every((item: unknown) => item !== null && typeof item === "object" && "role" in item && "content" in item && typeof item.content === "string");
}

/** As in promptfoo, an object in a variable is its JSON. */
function withoutObjects(vars: Vars): Vars {
  const text = (value: unknown) => (value !== null && typeof value === "object" ? JSON.stringify(value) : value);
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, Array.isArray(value) ? value.map(text) : text(value)]));
}

function mapLeaves(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, fill));
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, fill)]));
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
