import { nearest } from "../config/suggest.ts";
import { readExpression, type Token, tokensOf } from "./expressions.ts";
import type { Part } from "./scanner.ts";
import { SYNTAXES } from "./syntaxes.ts";
import type { Mistake, Name, Template, Use } from "./template.ts";

const { blocks: BLOCKS, singles: SINGLES, names: NAMES } = SYNTAXES.nunjucks;
const CLOSERS = new Set(Object.values(BLOCKS));
const TAGS = [...Object.keys(BLOCKS), ...CLOSERS, ...SINGLES];
/** Tags between the first and the last of these blocks. */
const INNER: Readonly<Record<string, readonly string[]>> = { else: ["if", "ifAsync", "for", "asyncEach", "asyncAll"], elif: ["if", "ifAsync"], elseif: ["if", "ifAsync"], case: ["switch"], default: ["switch"] };
const NOBODY: ReadonlySet<string> = new Set();
const LOOPS = new Set(["for", "asyncEach", "asyncAll"]);

interface Block {
  readonly tag: string;
  readonly part: Part;
  /** Names that an `if` is about. */
  readonly tested: ReadonlySet<string>;
  /** Variables of a frame: a loop and a macro open one, an `if` does not. */
  readonly frame: Set<string> | undefined;
}

/** Variables, filters and blocks of a nunjucks template, by its rules of scope. */
export function readNunjucks(text: string, parts: readonly Part[]): Omit<Template, "parts"> {
  const reader = new Reader();
  for (const part of parts) {
    if (part.kind === "expression") reader.expression(tokensOf(text, ...inner(text, part)), part);
    else if (part.kind === "tag") reader.tag(tokensOf(text, ...inner(text, part)), part);
  }
  return reader.end();
}

/** Without the marks that trim white space. */
function inner(text: string, { innerStart, innerEnd }: Part): [number, number] {
  const start = text[innerStart] === "-" && innerStart < innerEnd ? innerStart + 1 : innerStart;
  return [start, text[innerEnd - 1] === "-" && innerEnd > start ? innerEnd - 1 : innerEnd];
}

class Reader {
  private readonly uses: Use[] = [];
  private readonly filters: Name[] = [];
  private readonly locals: Name[] = [];
  private readonly blocks: { start: number; end: number }[] = [];
  private readonly mistakes: Mistake[] = [];
  private readonly open: Block[] = [];
  private readonly top = new Set<string>(NAMES);

  expression(tokens: readonly Token[], part: Part): void {
    if (tokens.length === 0 && part.closed) this.mistake("empty-expression", "This expression is empty. Name a variable in it, or take it out.", part);
    // What is being typed is no variable yet.
    this.read(tokens, part.closed ? NOBODY : new Set(tokens.map(({ text }) => text)));
  }

  tag(tokens: readonly Token[], part: Part): void {
    const [keyword, ...rest] = tokens;
    if (!keyword) return;
    const tag = keyword.text;
    if (tag in BLOCKS) this.opens(tag, rest, part);
    else if (CLOSERS.has(tag)) this.closes(tag, part);
    else if (tag in INNER) this.divides(tag, rest, part);
    else if (tag === "set") this.set(rest, part);
    else if (tag === "endset") this.closes(tag, part);
    else if (tag === "import" || tag === "from") for (const name of importedNames(rest)) this.define(name);
    else if (tag === "include" || tag === "extends") this.read(rest, NOBODY);
    else {
      const best = nearest(tag, TAGS);
      this.mistake("unknown-tag", `There is no tag ${JSON.stringify(tag)}.${best === undefined ? "" : ` Did you mean ${JSON.stringify(best)}?`}`, keyword);
    }
  }

  end(): Omit<Template, "parts"> {
    for (const { tag, part } of this.open) if (part.closed) this.mistake("unclosed-block", `This ${tag} is not closed. Add {% ${closerOf(tag)} %}.`, part);
    return { uses: this.uses, filters: this.filters, locals: this.locals, blocks: this.blocks, mistakes: this.mistakes };
  }

  private opens(tag: string, rest: readonly Token[], part: Part): void {
    const { variables } = readExpression(rest);
    const frame = LOOPS.has(tag) || tag === "macro" || tag === "call" ? new Set<string>() : undefined;
    const tested = new Set(tag === "if" || tag === "ifAsync" ? variables.map(({ text }) => text) : []);
    if (LOOPS.has(tag)) {
      const split = rest.findIndex(({ text }) => text === "in");
      this.read(rest.slice(split + 1), NOBODY);
      this.push({ tag, part, tested, frame });
      this.define({ text: "loop", start: -1, end: -1 });
      for (const name of rest.slice(0, Math.max(0, split))) if (name.kind === "name") this.define(name);
      return;
    }
    if (tag === "macro") {
      const [name, ...parameters] = rest;
      if (name) this.define(name);
      this.push({ tag, part, tested, frame });
      for (const [index, token] of parameters.entries()) if (token.kind === "name" && "(,".includes(parameters[index - 1]?.text ?? " ")) this.define(token);
      return;
    }
    if (tag === "filter") {
      const [name] = rest;
      if (name) this.filters.push(nameOf(name));
    } else if (tag !== "block") {
      this.read(rest, tested);
    }
    this.push({ tag, part, tested, frame });
  }

  private push(block: Block): void {
    this.open.push(block);
  }

  private closes(tag: string, part: Part): void {
    const at = this.open.findLastIndex((block) => closerOf(block.tag) === tag);
    if (at < 0) {
      this.mistake("unopened-block", `${tag} closes nothing: there is no ${tag.replace(/^end/, "")} before it that is open.`, part);
      return;
    }
    for (const { tag: other, part: opening } of this.open.splice(at + 1)) this.mistake("unclosed-block", `This ${other} is not closed before ${tag}. Add {% ${closerOf(other)} %}.`, opening);
    const block = this.open.pop() as Block;
    this.blocks.push({ start: block.part.start, end: part.end });
  }

  private divides(tag: string, rest: readonly Token[], part: Part): void {
    const block = this.open.at(-1);
    if (!block || !(INNER[tag] as readonly string[]).includes(block.tag)) {
      this.mistake("unopened-block", `${tag} must stand in ${(INNER[tag] as readonly string[])[0] === "switch" ? "a switch" : "an if"} block.`, part);
      return;
    }
    const tested = new Set(block.tested);
    for (const { text } of readExpression(rest).variables) tested.add(text);
    this.open[this.open.length - 1] = { ...block, tested };
    this.read(rest, tested);
  }

  /** `set a, b = …`, or a block whose text is the value. */
  private set(rest: readonly Token[], part: Part): void {
    const split = rest.findIndex(({ text }) => text === "=");
    const targets = (split < 0 ? rest : rest.slice(0, split)).filter(({ kind }) => kind === "name");
    if (split >= 0) this.read(rest.slice(split + 1), NOBODY);
    else if (targets.length > 0) this.push({ tag: "set", part, tested: new Set(), frame: undefined });
    for (const target of targets) if (!this.isLocal(target.text)) this.define(target);
      else this.locals.push(nameOf(target));
  }

  /** In the innermost frame. */
  private define(name: Pick<Token, "text" | "start" | "end">): void {
    const frame = this.open.findLast((block) => block.frame)?.frame ?? this.top;
    frame.add(name.text);
    if (name.start >= 0) this.locals.push(nameOf(name));
  }

  private isLocal(name: string): boolean {
    return this.top.has(name) || this.open.some(({ frame }) => frame?.has(name));
  }

  private read(tokens: readonly Token[], tested: ReadonlySet<string>): void {
    const { variables, filters } = readExpression(tokens);
    this.filters.push(...filters.map(nameOf));
    for (const variable of variables) {
      const { text: name } = variable;
      if (this.isLocal(name)) continue;
      const guarded = variable.defaulted || tested.has(name) || this.open.some((block) => block.tested.has(name));
      this.uses.push({ ...nameOf(variable), guarded });
    }
  }

  private mistake(code: string, message: string, { start, end }: { start: number; end: number }): void {
    this.mistakes.push({ code, message, start, end, severity: "error" });
  }
}

function closerOf(tag: string): string {
  return tag === "set" ? "endset" : (BLOCKS[tag] as string);
}

function nameOf({ text, start, end }: Pick<Token, "text" | "start" | "end">): Name {
  return { name: text, start, end };
}

/** `import "x" as forms`, `from "x" import a, b as c`. */
function importedNames(tokens: readonly Token[]): Token[] {
  return tokens.filter(({ kind, text }, index) => kind === "name" && text !== "as" && text !== "import" && text !== "with" && text !== "context" && tokens[index + 1]?.text !== "as");
}
