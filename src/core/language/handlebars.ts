import type { Part } from "./scanner.ts";
import type { Mistake, Name, Template, Use } from "./template.ts";

/** Helpers of Handlebars and dotprompt: a name that begins an expression with arguments is one, whatever it is called. */
const HELPERS: ReadonlySet<string> = new Set(["if", "unless", "each", "with", "lookup", "log", "else", "role", "json", "history", "section", "media", "ifEquals", "unlessEquals"]);
/** Blocks in which a name may be a field of what they are about. */
const CONDITIONS: ReadonlySet<string> = new Set(["if", "unless", "ifEquals", "unlessEquals"]);

interface Block {
  readonly name: string;
  readonly part: Part;
  readonly tested: ReadonlySet<string>;
  /** Names within may be fields of an item. */
  readonly changesContext: boolean;
  readonly params: ReadonlySet<string>;
}

const WORD = /"[^"]*"|'[^']*'|[A-Za-z_][\w-]*=?|@[\w-]+|\.\.\/|\.|\/|\d[\d.]*|\||[^\s]/g;

/** Variables and blocks of a Handlebars template, Mustache's sections among them. */
export function readHandlebars(text: string, parts: readonly Part[]): Omit<Template, "parts"> {
  const uses: Use[] = [];
  const locals: Name[] = [];
  const blocks: { start: number; end: number }[] = [];
  const mistakes: Mistake[] = [];
  const open: Block[] = [];

  for (const part of parts) {
    if (part.kind !== "expression") continue;
    const lead = /^[~&\s]*([#/^>]?)[\s*]*/.exec(text.slice(part.innerStart, part.innerEnd)) as RegExpExecArray;
    const words = wordsOf(text, part.innerStart + lead[0].length, part.innerEnd);
    const [first] = words;
    if (!first || lead[1] === ">") continue;
    if (lead[1] === "/") {
      close(first.name, part);
      continue;
    }
    const isSection = lead[1] === "#" || lead[1] === "^";
    const isCall = words.length > 1 && words[1]!.name !== ".";
    const isHelper = HELPERS.has(first.name) || (isCall && first.name !== "this");
    const named = argumentsOf(isHelper ? words.slice(1) : words);
    const tested = new Set(CONDITIONS.has(first.name) || (isSection && !isHelper) ? named.map(({ name }) => name) : []);
    for (const { name, start, end } of named) {
      if (open.some(({ params }) => params.has(name))) continue;
      const guarded = !part.closed || tested.has(name) || open.some((block) => block.changesContext || block.tested.has(name));
      uses.push({ name, start, end, guarded });
    }
    if (!isSection) continue;
    const params = new Set(blockParams(words));
    open.push({ name: first.name, part, tested, changesContext: !CONDITIONS.has(first.name), params });
  }
  for (const { name, part } of open) mistakes.push({ code: "unclosed-block", severity: "error", message: `This ${name} is not closed. Add {{/${name}}}.`, start: part.start, end: part.end });
  return { uses, filters: [], locals, blocks, mistakes };

  function close(name: string, part: Part): void {
    const at = open.findLastIndex((block) => block.name === name);
    if (at < 0) {
      mistakes.push({ code: "unopened-block", severity: "error", message: `{{/${name}}} closes nothing: there is no {{#${name}}} before it that is open.`, start: part.start, end: part.end });
      return;
    }
    for (const { name: other, part: opening } of open.splice(at + 1)) mistakes.push({ code: "unclosed-block", severity: "error", message: `This ${other} is not closed before {{/${name}}}. Add {{/${other}}}.`, start: opening.start, end: opening.end });
    blocks.push({ start: (open.pop() as Block).part.start, end: part.end });
  }
}

function wordsOf(text: string, start: number, end: number): Name[] {
  return [...text.slice(start, end).matchAll(WORD)].map((match) => ({ name: match[0], start: start + match.index, end: start + match.index + match[0].length }));
}

/** Names that are variables: not fields of others, not strings, not names of arguments, nothing after `as`. */
function argumentsOf(words: readonly Name[]): Name[] {
  const as = words.findIndex(({ name }, index) => name === "as" && words[index + 1]?.name === "|");
  return (as < 0 ? words : words.slice(0, as)).filter(({ name }, index) => {
    const before = words[index - 1]?.name;
    return /^[A-Za-z_][\w-]*$/.test(name) && name !== "this" && name !== "true" && name !== "false" && name !== "null" && name !== "undefined" && name !== "else" && before !== "." && before !== "/" && before !== "(";
  });
}

function blockParams(words: readonly Name[]): string[] {
  const bar = words.findIndex(({ name }) => name === "|");
  return bar < 0 ? [] : words.slice(bar + 1).filter(({ name }) => /^\w+$/.test(name)).map(({ name }) => name);
}
