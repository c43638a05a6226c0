import { SYNTAXES, type Mark, type Syntax } from "./syntaxes.ts";
import type { Dialect } from "../prompts/dialects.ts";

/** A piece of a template, offsets in UTF-16 code units and end-exclusive. */
export interface Part {
  readonly kind: Mark["kind"];
  readonly start: number;
  readonly end: number;
  /** What stands between the marks. */
  readonly innerStart: number;
  readonly innerEnd: number;
  readonly closed: boolean;
}

/**
 * The pieces of a template between its text, in order. Takes what is half typed: an expression or a tag that does
 * not close ends at the next one, or where it can be none any more (a tag with its line), a comment or a raw block at the next empty line.
 * Time is linear in the text.
 */
export function scan(text: string, dialect: Dialect): Part[] {
  const { marks } = SYNTAXES[dialect];
  const parts: Part[] = [];
  /** Closing marks that do not come any more: they are looked for once. */
  const gone = new Set<string>();
  const search = openings(marks);
  for (let at = 0; ; ) {
    search.lastIndex = at;
    const found = search.exec(text);
    if (!found) return parts;
    const mark = marks.find(({ open }) => open === found[0]) as Mark;
    const part = mark.kind === "comment" ? commentAt(text, found.index, mark, gone) : codeAt(text, found.index, mark, SYNTAXES[dialect]);
    parts.push(part);
    at = part.end;
    const raw = part.kind === "tag" && part.closed ? SYNTAXES[dialect].raw?.(text.slice(part.innerStart, part.innerEnd)) : undefined;
    if (raw === undefined) continue;
    const block = rawAfter(text, part.end, raw, gone);
    parts.push(block);
    at = block.end;
  }
}

function openings(marks: readonly Mark[]): RegExp {
  return new RegExp([...marks].sort((a, b) => b.open.length - a.open.length).map(({ open }) => escaped(open)).join("|"), "g");
}

function commentAt(text: string, start: number, { kind, open, close }: Mark, gone: Set<string>): Part {
  const innerStart = start + open.length;
  const end = gone.has(close) ? -1 : text.indexOf(close, innerStart);
  if (end >= 0) return { kind, start, end: end + close.length, innerStart, innerEnd: end, closed: true };
  gone.add(close);
  const until = emptyLineAfter(text, innerStart);
  return { kind, start, end: until, innerStart, innerEnd: until, closed: false };
}

/** Strings are skipped: a mark within one closes nothing. */
function codeAt(text: string, start: number, { kind, open, close }: Mark, { stops }: Syntax): Part {
  const innerStart = start + open.length;
  for (let at = innerStart; ; ) {
    stops.lastIndex = at;
    const found = stops.exec(text);
    if (!found) break;
    if (found[0] === '"' || found[0] === "'") {
      at = stringEnd(text, found.index, close) ?? found.index + 1;
      continue;
    }
    if (found[0] === close) {
      const innerEnd = found.index;
      return { kind, start, end: innerEnd + close.length, innerStart, innerEnd, closed: true };
    }
    if (found[0].startsWith("{") || found[0].startsWith("$")) return unclosed(text, kind, start, innerStart, found.index);
    at = found.index + found[0].length;
  }
  return unclosed(text, kind, start, innerStart, text.length);
}

/** Offset after a string; `undefined` for a quote that belongs to none. */
function stringEnd(text: string, start: number, close: string): number | undefined {
  const quote = text[start];
  for (let at = start + 1; at < text.length && at < start + MOST_STRING; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === quote) return at + 1;
    else if (char === "\n" && text.slice(start, at).includes(close)) return undefined;
  }
  return undefined;
}

/** Longer strings are none: a stray quote must not swallow a prompt. */
const MOST_STRING = 10_000;

/** As much of what follows as an expression may be: a sentence that stands behind `{{` is none. */
const BEGUN = /-?[ \t]*(?:input:)?[#/^]?[\w$-]*(?:[ \t]*\.[ \t]*[\w$]+)*(?:[ \t]*\|[ \t]*[\w$]*(?:\([^()\r\n]*\)?)?)*/y;
const BEGUN_TAG = /[^\r\n]*/y;

function unclosed(text: string, kind: Part["kind"], start: number, innerStart: number, limit: number): Part {
  const begun = kind === "tag" ? BEGUN_TAG : BEGUN;
  begun.lastIndex = innerStart;
  const end = Math.min(limit, innerStart + (begun.exec(text)?.[0].length ?? 0));
  return { kind, start, end, innerStart, innerEnd: end, closed: false };
}

/** @param name of the block, which may hold others of its name. */
function rawAfter(text: string, start: number, name: string, gone: Set<string>): Part {
  const mark = `end${name}`;
  const bounds = new RegExp(`\\{%-?\\s*(end)?${name}\\s*-?%\\}`, "g");
  bounds.lastIndex = start;
  for (let depth = 1; !gone.has(mark); ) {
    const found = bounds.exec(text);
    if (!found) break;
    depth += found[1] === undefined ? 1 : -1;
    if (depth === 0) return { kind: "raw", start, end: found.index, innerStart: start, innerEnd: found.index, closed: true };
  }
  gone.add(mark);
  const until = emptyLineAfter(text, start);
  return { kind: "raw", start, end: until, innerStart: start, innerEnd: until, closed: false };
}

function emptyLineAfter(text: string, from: number): number {
  const empty = /(?:\r\n|\n|\r)[ \t]*(?=\r\n|\n|\r)/g;
  empty.lastIndex = from;
  return empty.exec(text)?.index ?? text.length;
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}
