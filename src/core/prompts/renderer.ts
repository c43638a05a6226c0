import { CORE_SCHEMA, load } from "js-yaml";
import type { Path } from "../config/yaml.ts";
import type { Message } from "../evals/model.ts";
import { type Dialect, dialectRenderers, type RenderDialect } from "./dialects.ts";
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
  /** A prompt's messages. `dialect`: how its file fills in variables, promptfoo's by default. @throws {RenderError} */
  prompt(template: string, vars: Vars, env: Env, dialect?: Dialect): Rendered;
  /** Any other template, such as an assertion's value. @throws with nunjucks' message. */
  text(template: string, vars: Vars, env: Env): string;
  /** The mistake in a prompt's template; `undefined` when it compiles. In a JSON prompt `path` leads to the text that it stands in. */
  check(template: string): (TemplateMistake & { readonly path: Path }) | undefined;
}

/**
 * Fills templates by promptfoo's rules, and those of prompt files by their own.
 * @param dialects what the prompts use: a template engine is loaded only where one needs it.
 */
export async function createRenderer(dialects: Iterable<Dialect> = []): Promise<Renderer> {
  const templates = await Templates.create();
  const others = await dialectRenderers(dialects);
  return {
    prompt: (template, vars, env, dialect = "nunjucks") => (dialect === "nunjucks" ? renderPrompt(templates, template, vars, env) : renderFile(others[dialect], template, vars)),
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

function renderFile(render: RenderDialect | undefined, template: string, vars: Vars): Rendered {
  if (!render) throw new Error("A renderer was made without the dialects of its prompts.");
  try {
    const messages = render(template, vars);
    const [only] = messages;
    const plain = messages.length === 1 && only?.role === "user" && typeof only.content === "string" ? only.content : undefined;
    return { messages, text: plain ?? JSON.stringify(messages, null, 2) };
  } catch (error) {
    throw notFilledIn(error);
  }
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
    throw error instanceof RenderError ? error : notFilledIn(error);
  }
}

function notFilledIn(error: unknown): RenderError {
  return new RenderError(`The prompt cannot be filled in: ${(error instanceof Error ? error.message : String(error)).replace(/^\(unknown path\)\s*/, "").replace(/^\s*Error: /, "").replace(/\s+/g, " ").trim()}`);
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
