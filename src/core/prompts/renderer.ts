import { CORE_SCHEMA, load } from "js-yaml";
import type { Path } from "../config/yaml.ts";
import type { Message } from "../evals/model.ts";
import { type Dialect, dialectRenderers, type RenderDialect } from "./dialects.ts";
import { type Filters, type TemplateMistake, Templates } from "./templates.ts";

type Vars = Readonly<Record<string, unknown>>;
type Env = Readonly<Record<string, string | undefined>>;

/** Variables inside of variables are filled in at most so often, as in promptfoo. */
const ROUNDS = 5;

export interface Rendered {
  /**
   * The prompt as a chat; read it only for a provider that takes one. A prompt that is JSON of another kind is sent
   * as it is, as promptfoo does. @throws {RenderError} when it begins and ends like a chat and cannot be read as one.
   */
  readonly messages: readonly Message[];
  /** The prompt as text; a JSON prompt as indented JSON. */
  readonly text: string;
  /** The variables with each other filled in: what assertions and transforms see. */
  readonly vars: Vars;
}

export class RenderError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RenderError";
  }
}

export interface PromptMistake extends TemplateMistake {
  readonly path: Path;
  /** The prompt can be filled in all the same: it is taken as it is written. */
  readonly harmless?: boolean;
}

export interface Renderer {
  /** A prompt's messages. `dialect`: how its file fills in variables, promptfoo's by default. @throws {RenderError} */
  prompt(template: string, vars: Vars, env: Env, dialect?: Dialect): Rendered;
  /** Any other template, such as an assertion's value. @throws with nunjucks' message. */
  text(template: string, vars: Vars, env: Env): string;
  /** The mistake in a prompt's template; `undefined` when it compiles. In a JSON prompt `path` leads to the text that it stands in. */
  check(template: string): PromptMistake | undefined;
}

/**
 * Fills templates by promptfoo's rules, and those of prompt files by their own.
 * @param dialects what the prompts use: a template engine is loaded only where one needs it.
 * @param filters of the templates, beside nunjucks' own.
 */
export async function createRenderer(dialects: Iterable<Dialect> = [], filters: Filters = {}): Promise<Renderer> {
  const templates = await Templates.create(filters);
  // As in promptfoo: a prompt in JSON with filters of its own is filled in as a text.
  const plain = Object.keys(filters).length === 0 ? templates : await Templates.create();
  const others = await dialectRenderers(dialects);
  return {
    prompt: (template, vars, env, dialect = "nunjucks") => (dialect === "nunjucks" ? renderPrompt({ templates, plain }, template, vars, env) : renderFile(others[dialect], template, vars)),
    text: (template, vars, env) => templates.render(template, { env, ...vars }),
    check: (template) => {
      const json = parsedJson(template);
      return json === undefined ? (openMark(template) ?? mistakeIn(templates, template, [])) : mistakeIn(templates, json.value, []);
    },
  };
}

function mistakeIn(templates: Templates, value: unknown, path: Path): PromptMistake | undefined {
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
    return { messages, text: plain ?? JSON.stringify(messages, null, 2), vars };
  } catch (error) {
    throw notFilledIn(error);
  }
}

function renderPrompt({ templates, plain }: { templates: Templates; plain: Templates }, template: string, vars: Vars, env: Env): Rendered {
  const filled = withNestedVariables(withoutLastLineEnds(vars));
  return renderedAs(jsonText(plain, template, { env, ...filled }) ?? filledText(templates, template, filled, env), filled);
}

/** A prompt that is filled in already. */
export function renderedAs(text: string, vars: Vars): Rendered {
  let messages: readonly Message[] | undefined;
  return {
    text,
    vars,
    get messages() {
      return (messages ??= messagesOf(text));
    },
  };
}

/** A prompt that is JSON, filled in text by text; `undefined` for any other, and for one with a text that is no template. */
function jsonText(templates: Templates, template: string, vars: Vars): string | undefined {
  const json = parsedJson(template);
  if (json === undefined) return undefined;
  try {
    return JSON.stringify(mapLeaves(json.value, (leaf) => templates.render(leaf, vars)), null, 2);
  } catch {
    return undefined;
  }
}

function filledText(templates: Templates, template: string, vars: Vars, env: Env): string {
  try {
    return templates.render(asWritten(template), { env, ...renderedValues(templates, vars, env) });
  } catch (error) {
    throw notFilledIn(error);
  }
}

/** A mark that opens and does not close on its line: promptfoo then takes the whole text as it is written. */
const OPEN_MARK = /\{%[^%]*$|\{\{[^}]*$|\{#[^#]*$/m;

function asWritten(text: string): string {
  return openMark(text) ? `{% raw %}${text}{% endraw %}` : text;
}

function openMark(text: string): PromptMistake | undefined {
  const found = OPEN_MARK.exec(text);
  if (!found || (/\{%\s*raw\s*%\}/.test(text) && /\{%\s*endraw\s*%\}/.test(text))) return undefined;
  const before = text.slice(0, found.index).split("\n");
  const message = `${found[0].slice(0, 2)} is not closed on its line, so that nothing is filled in: the whole text is taken as it is written, as promptfoo takes it`;
  return { message, line: before.length - 1, character: before.at(-1)?.length ?? 0, path: [], harmless: true };
}

function notFilledIn(error: unknown): RenderError {
  return new RenderError(`The prompt cannot be filled in: ${(error instanceof Error ? error.message : String(error)).replace(/^\(unknown path\)\s*/, "").replace(/^\s*Error: /, "").replace(/\s+/g, " ").trim()}`);
}

/** The line end that a block of YAML leaves behind is not part of a value; promptfoo drops it too. */
function withoutLastLineEnds(vars: Vars): Vars {
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, typeof value === "string" ? value.replace(/\n$/, "") : value]));
}

/** `{{name}}` in a variable's value stands for another variable: in each round the first one of each value. */
function withNestedVariables(vars: Vars): Vars {
  const filled: Record<string, unknown> = { ...vars };
  for (let round = 0; round < ROUNDS; round++) {
    let changed = false;
    for (const [name, value] of Object.entries(filled)) {
      const [placeholder, other] = (typeof value === "string" && /\{\{\s*(\w+)\s*\}\}/.exec(value)) || [];
      if (typeof value !== "string" || placeholder === undefined || other === undefined || filled[other] === undefined) continue;
      filled[name] = value.replace(placeholder, () => String(filled[other]));
      changed = true;
    }
    if (!changed) break;
  }
  return filled;
}

/** Values are templates themselves, but only those whose every variable exists: text of a user may look like one. */
function renderedValues(templates: Templates, vars: Vars, env: Env): Vars {
  return Object.fromEntries(
    Object.entries(vars).map(([name, value]) => {
      if (typeof value !== "string" || !/\{[{%#]/.test(value)) return [name, value];
      const known = namesIn(value).every((other) => other === "env" || vars[other] !== undefined);
      return [name, known ? templates.render(asWritten(value), { env, ...vars }) : value];
    }),
  );
}

/** The variables that promptfoo finds in a template: at the beginning of an expression, and what an if or for is about. */
function namesIn(template: string): string[] {
  const text = template.replace(/\{#[\s\S]*?#\}/g, "");
  const found = new Set<string>();
  for (const [, expression, condition] of text.matchAll(/\{\{\s*([^{}\s|]+)\s*(?:\|[^}]+)?\}\}|\{%\s*(?:if|for)\s+([^{}\s]+)\s*.*?%\}/g)) found.add(expression ?? condition ?? "");
  for (const [, item, list] of text.matchAll(/\{%\s*for\s+(\w+)\s+in\s+(\w+)\s*%\}/g)) {
    found.delete(item as string);
    found.add(list as string);
  }
  return [...found].flatMap((expression) => /^[A-Za-z_]\w*/.exec(expression)?.[0] ?? []);
}

/** How JSON begins. A failed parse of every case's text would cost more than the rest of its preparation. */
const JSON_BEGINS = /^\s*(?:["[{\d-]|(?:true|false|null)\s*$)/;

function parsedJson(template: string): { value: unknown } | undefined {
  if (!JSON_BEGINS.test(template)) return undefined;
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

/** A chat in JSON, or in YAML that begins with a role; anything else is one message of the user. */
function messagesOf(text: string): readonly Message[] {
  const trimmed = text.trim();
  if (trimmed.startsWith("- role:")) {
    try {
      return load(text, { schema: CORE_SCHEMA }) as Message[];
    } catch (error) {
      throw new RenderError(`The prompt begins like a chat in YAML but cannot be read as one: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
    }
  }
  if (!JSON_BEGINS.test(text)) return [{ role: "user", content: text }];
  try {
    return JSON.parse(text) as Message[];
  } catch (error) {
    if (!looksLikeJson(trimmed)) return [{ role: "user", content: text }];
    throw new RenderError(`The prompt begins like a chat in JSON but cannot be read as one: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function looksLikeJson(text: string): boolean {
  return /^\{[\s\S]*\}$/.test(text) || /^\[\s*(?:\]|(?:["{[\d-]|true|false|null)[\s\S]*\])$/.test(text);
}
