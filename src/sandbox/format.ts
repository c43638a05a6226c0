import { readField, type Shot } from "./examples.ts";

/** A key of the object to answer with, and what to put there. */
export interface Key {
  readonly name: string;
  readonly holds: "label" | "number" | "text";
}

/** `undefined` keys: the bare answer. */
export interface Format {
  readonly keys: readonly Key[] | undefined;
  /** Labels that the format itself allows (a JSON Schema's `enum`). */
  readonly labels: readonly string[];
}

export const PLAIN: Format = { keys: undefined, labels: [] };

const LABEL_KEY = /categor|label|class|intent|topic|sentiment|type|tag|queue|team|answer/i;
const NUMBER_KEY = /confidence|score|probab|certainty/i;

/**
 * The output format a request asks for: `response_format`, else a sentence that says JSON (with the
 * keys of a template such as `{"category": "…"}`, or those it names), else the shape of the examples.
 */
export function readFormat(instructions: string, shots: readonly Shot[], responseFormat: unknown): Format {
  const schema = jsonSchema(responseFormat);
  if (schema) return fromSchema(schema);
  const keys = askedKeys(instructions) ?? shownKeys(shots);
  if (keys) return { keys: assign(keys.length > 0 ? keys : [fieldBefore(instructions)]), labels: [] };
  return isRecord(responseFormat) && responseFormat["type"] === "json_object" ? { keys: assign(["label"]), labels: [] } : PLAIN;
}

/** The label in an example's output: the text itself, or what stands under the label's key of an object. */
export function outputLabel(output: string): string {
  const value = parseObject(output);
  if (!value) return output.trim();
  const key = assign(Object.keys(value)).find(({ holds }) => holds === "label")?.name;
  return key === undefined ? output.trim() : String(value[key]);
}

function askedKeys(instructions: string): string[] | undefined {
  const lines = instructions.split("\n").filter((line) => /\bjson\b/i.test(line) && !/\b(?:no|not|never|without|avoid|don't)\b[^.]*\bjson\b/i.test(line));
  if (lines.length === 0) return undefined;
  const template = /\{([^{}]*)\}/.exec(lines.join("\n"))?.[1] ?? /\{([^{}]*)\}/.exec(instructions)?.[1];
  if (template !== undefined) return [...template.matchAll(/["'`]?([\p{L}_][\p{L}\p{N}_-]*)["'`]?\s*:/gu)].map((match) => match[1]!);
  const named = /\b(?:keys?|fields?|propert(?:y|ies))\b:?\s*(.*)$/im.exec(lines.join("\n"))?.[1] ?? "";
  const quoted = [...named.matchAll(/["'`]([\p{L}_][\p{L}\p{N}_-]*)["'`]/gu)].map((match) => match[1]!);
  if (quoted.length > 0) return quoted;
  return /^([\p{L}_]\w*(?:(?:,\s*(?:and\s+)?|\s+and\s+)[\p{L}_]\w*)*)\s*(?:[.;]|$)/u.exec(named)?.[1]?.split(/,\s*(?:and\s+)?|\s+and\s+/) ?? [];
}

function shownKeys(shots: readonly Shot[]): string[] | undefined {
  const shown = shots.map(({ output }) => parseObject(output)).find((value) => value !== undefined);
  return shown && Object.keys(shown);
}

function fieldBefore(instructions: string): string {
  return instructions.split("\n").map(readField).find((field) => field && LABEL_KEY.test(field.name))?.name.replace(/ies$/, "y").replace(/(?<!s)s$/, "") ?? "label";
}

/** The key whose name says so holds the label, else the first that is not a number. */
function assign(names: readonly string[]): Key[] {
  const label = names.find((name) => LABEL_KEY.test(name)) ?? names.find((name) => !NUMBER_KEY.test(name));
  return names.map((name) => ({ name, holds: name === label ? "label" : NUMBER_KEY.test(name) ? "number" : "text" }));
}

function jsonSchema(responseFormat: unknown): Record<string, unknown> | undefined {
  if (!isRecord(responseFormat) || responseFormat["type"] !== "json_schema" || !isRecord(responseFormat["json_schema"])) return undefined;
  const { schema } = responseFormat["json_schema"];
  return isRecord(schema) && isRecord(schema["properties"]) ? schema["properties"] : undefined;
}

function fromSchema(properties: Record<string, unknown>): Format {
  const entries = Object.entries(properties).map(([name, value]) => [name, isRecord(value) ? value : {}] as const);
  const listed = entries.find(([, value]) => Array.isArray(value["enum"]));
  const keys = assign(entries.map(([name]) => name)).map(({ name, holds }, i): Key => {
    if (listed) holds = name === listed[0] ? "label" : holds === "label" ? "text" : holds;
    const type = entries[i]![1]["type"];
    return { name, holds: type === "number" || type === "integer" ? "number" : holds };
  });
  return { keys, labels: listed ? (listed[1]["enum"] as unknown[]).map(String) : [] };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
