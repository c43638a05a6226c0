import type { Dialect } from "../prompts/dialects.ts";
import { readHandlebars } from "./handlebars.ts";
import { readNunjucks } from "./nunjucks.ts";
import { type Part, scan } from "./scanner.ts";

/** A name in a template, with its offsets. */
export interface Name {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** A variable that a template takes from outside. */
export interface Use extends Name {
  /** The template says what happens without it: `default`, or an `if` about it. */
  readonly guarded: boolean;
}

export interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly severity: "error" | "warning";
}

/** What a template says, however far it is typed. */
export interface Template {
  readonly parts: readonly Part[];
  readonly uses: readonly Use[];
  readonly filters: readonly Name[];
  /** Variables that it sets itself, where they are set. */
  readonly locals: readonly Name[];
  /** From a block's first mark to its last. */
  readonly blocks: readonly { readonly start: number; readonly end: number }[];
  readonly mistakes: readonly Mistake[];
}

/** Reads a template. Never throws for what stands in it. */
export function readTemplate(text: string, dialect: Dialect): Template {
  const parts = scan(text, dialect);
  const mistakes = parts.filter(({ closed }) => !closed).map((part) => notClosed(text, part, dialect));
  const read = reader(dialect)(text, parts);
  return { parts, ...read, mistakes: [...mistakes, ...read.mistakes].sort((a, b) => a.start - b.start) };
}

type Read = Omit<Template, "parts">;

function reader(dialect: Dialect): (text: string, parts: readonly Part[]) => Read {
  switch (dialect) {
    case "nunjucks":
      return readNunjucks;
    case "handlebars":
    case "dotprompt":
      return readHandlebars;
    case "literal":
      return (text, parts) => readNames(text, parts, /^\s*([\w.-]+)\s*$/);
    case "copilot":
      return (text, parts) => readNames(text, parts, /^input:([\w-]+)(?::[^}]*)?$/);
  }
}

/** Dialects whose expressions are a name and nothing else. */
function readNames(text: string, parts: readonly Part[], pattern: RegExp): Read {
  const uses = parts.flatMap(({ innerStart, innerEnd, closed }) => {
    const inner = text.slice(innerStart, innerEnd);
    const name = closed ? pattern.exec(inner)?.[1] : undefined;
    if (name === undefined) return [];
    const start = innerStart + inner.indexOf(name);
    return [{ name, start, end: start + name.length, guarded: false }];
  });
  return { uses, filters: [], locals: [], blocks: [], mistakes: [] };
}

const CLOSE: Readonly<Record<string, string>> = { "{{": "}}", "{%": "%}", "{#": "#}", "{{{": "}}}", "{{!": "}}", "{{!--": "--}}", "${": "}" };

function notClosed(text: string, { kind, start, innerStart, end }: Part, dialect: Dialect): Mistake {
  if (kind === "raw") return { code: "unclosed-block", severity: "error", start: Math.max(0, start - 1), end: start, message: "This raw block is not closed. Add {% endraw %}." };
  const open = text.slice(start, innerStart);
  const isError = dialect === "handlebars" || dialect === "dotprompt";
  const outcome = isError ? "the prompt cannot be filled in" : dialect === "nunjucks" ? "promptfoo then fills in nothing and takes the prompt as it is written" : "it stays as it is written";
  return { code: "unclosed-expression", severity: isError ? "error" : "warning", start, end: Math.max(end, innerStart), message: `${open} is not closed: ${outcome}. Add ${CLOSE[open] ?? "its end"}.` };
}

/** The same template further on in a text. */
export function shifted(template: Template, by: number): Template {
  if (by === 0) return template;
  const moved = <T extends { readonly start: number; readonly end: number }>(items: readonly T[]): T[] => items.map((item) => ({ ...item, start: item.start + by, end: item.end + by }));
  return {
    parts: template.parts.map((part) => ({ ...part, start: part.start + by, end: part.end + by, innerStart: part.innerStart + by, innerEnd: part.innerEnd + by })),
    uses: moved(template.uses),
    filters: moved(template.filters),
    locals: moved(template.locals),
    blocks: moved(template.blocks),
    mistakes: moved(template.mistakes),
  };
}
