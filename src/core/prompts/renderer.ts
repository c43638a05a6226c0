import { CORE_SCHEMA, load } from "js-yaml";
import type { Path } from "../config/yaml.ts";
import type { Message } from "../evals/model.ts";
import { type TemplateMistake, Templates } from "./templates.ts";

type Vars = Readonly<Record<string, unknown>>;
type Env = Readonly<Record<string, string | undefined>>;

/** Variables inside of variables are filled in at most so often, as in promptfoo. */
const ROUNDS = 5;

export interface Rendered {
  readonly messages: readonly Message[];
  /** The prompt as text; a JSON prompt as indented JSON. */
  readonly text: string;
}

export class RenderError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RenderError";
  }
}

export interface Renderer {
  /** A prompt's messages. @throws {RenderError} */
  prompt(template: string, vars: Vars, env: Env): Rendered;
  /** Any other template, such as an assertion's value. @throws with nunjucks' message. */
  text(template: string, vars: Vars, env: Env): string;
  /** The mistake in a prompt's template; `undefined` when it compiles. In a JSON prompt `path` leads to the text that it stands in. */
  check(template: string): (TemplateMistake & { readonly path: Path }) | undefined;
}

/** Fills templates by promptfoo's rules. nunjucks is loaded here, once. */
export async function createRenderer(): Promise<Renderer> {
  const templates = await Templates.create();
  return {
    prompt: (template, vars, env) => renderPrompt(templates, template, vars, env),
    text: (template, vars, env) => templates.render(template, { ...vars, env }),
    check: (template) => mistakeIn(templates, parsedJson(template)?.value ?? template, []),
  };
}

function mistakeIn(templates: Templates, value: unknown, path: Path): ReturnType<Renderer["check"]> {
  if (typeof value === "string") {
    const mistake = templates.check(value);
    return mistake && { ...mistake, path };
  }
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, item] of Object.entries(value)) {
    const mistake = mistakeIn(templates, item, [...path, key]);
    if (mistake) return mistake;
  }
  return undefined;
}

function renderPrompt(templates: Templates, template: string, vars: Vars, env: Env): Rendered {
  const filled = withNestedVariables(withoutLastLineEnds(vars));
  const json = parsedJson(template);
  try {
    if (json !== undefined) {
      const text = JSON.stringify(mapLeaves(json.value, (leaf) => templates.render(leaf, { ...filled, env })), null, 2);
      return { text, messages: messagesOf(text) };
    }
    const text = templates.render(template, { ...renderedValues(templates, filled, env), env });
    return { text, messages: messagesOf(text) };
  } catch (error) {
    if (error instanceof RenderError) throw error;
    throw new RenderError(`The prompt cannot be filled in: ${(error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim()}`);
  }
}

/** The line end that a block of YAML leaves behind is not part of a value; promptfoo drops it too. */
function withoutLastLineEnds(vars: Vars): Vars {
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, typeof value === "string" ? value.replace(/\n$/, "") : value]));
}

/** `{{name}}` in a variable's value stands for another variable, up to five deep. */
function withNestedVariables(vars: Vars): Vars {
  const filled: Record<string, unknown> = { ...vars };
  for (let round = 0; round < ROUNDS; round++) {
    let changed = false;
    for (const [name, value] of Object.entries(filled)) {
      if (typeof value !== "string" || !value.includes("{{")) continue;
      const next = value.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, other: string) => (other !== name && Object.hasOwn(filled, other) && filled[other] !== undefined ? textOf(filled[other]) : whole));
      changed ||= next !== value;
      filled[name] = next;
    }
    if (!changed) break;
  }
  return filled;
}

/** A variable at the beginning of an expression or a condition, or a list that is looped over. */
const NAMED = /(?:\{\{-?|\{%-?\s*(?:(?:if|elif)(?:\s+not)?|for\s+\w+\s+in)\s)\s*([A-Za-z_]\w*)/g;

/** Values are templates themselves, but only those whose every variable exists: text of a user may look like one. */
function renderedValues(templates: Templates, vars: Vars, env: Env): Vars {
  return Object.fromEntries(
    Object.entries(vars).map(([name, value]) => {
      if (typeof value !== "string" || !/\{[{%]/.test(value)) return [name, value];
      const names = [...value.matchAll(NAMED)].map((match) => match[1] as string);
      if (!names.every((other) => other === "env" || Object.hasOwn(vars, other))) return [name, value];
      try {
        return [name, templates.render(value, { ...vars, env })];
      } catch {
        return [name, value];
      }
    }),
  );
}

function parsedJson(template: string): { value: unknown } | undefined {
  if (!/^\s*[[{"\d-]|^\s*(true|false|null)\s*$/.test(template)) return undefined;
  try {
    return { value: JSON.parse(template) as unknown };
  } catch {
    return undefined;
  }
}

function mapLeaves(value: unknown, render: (leaf: string) => string): unknown {
  if (typeof value === "string") return render(value);
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, render));
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, render)]));
  return value;
}

/** A chat as a JSON array or YAML list of roles; anything else is one message of the user. */
function messagesOf(text: string): readonly Message[] {
  const trimmed = text.trim();
  if (/^- role:/.test(trimmed)) {
    try {
      return checked(load(trimmed, { schema: CORE_SCHEMA }));
    } catch (error) {
      throw error instanceof RenderError ? error : new RenderError(`The prompt begins like a chat in YAML but cannot be read as one: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
    }
  }
  if (/^\{/.test(trimmed) || /^\[\s*([[{"\d-]|true|false|null|\])/.test(trimmed)) {
    let value: unknown;
    try {
      value = JSON.parse(trimmed);
    } catch (error) {
      throw new RenderError(`The prompt begins like a chat in JSON but cannot be read as one: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (Array.isArray(value)) return checked(value);
    return [{ role: "user", content: text }];
  }
  return [{ role: "user", content: text }];
}

function checked(value: unknown): readonly Message[] {
  if (!Array.isArray(value) || !value.every((item) => item !== null && typeof item === "object" && !Array.isArray(item))) throw new RenderError("A chat must be a list of messages with role and content.");
  return value as Message[];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
