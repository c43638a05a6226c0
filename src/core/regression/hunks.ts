import { diffArrays, diffWordsWithSpace } from "diff";
import type { Range } from "../problem.ts";

/** Milliseconds that a diff may take; beyond it the whole text counts as changed. */
const TIME_LIMIT_MS = 200;

/** A place where a text differs from its baseline. */
export interface Hunk {
  /** In the current text. Of a pure deletion: the line before it that is not blank, which has to stand for what is gone. */
  readonly range: Range;
  readonly kind: "changed" | "added" | "removed";
  /** Lines of the baseline that are gone, and lines that are new. */
  readonly removed: number;
  readonly added: number;
}

/**
 * The hunks of a text against its baseline, in order. A change within one line is cut to its words.
 * Lines end where the editor ends them (a lone CR too), and line ends do not count as a change.
 */
export function hunksOf(before: string, after: string): Hunk[] {
  const old = linesOf(before);
  const now = linesOf(after);
  const changes = diffArrays(old, now, { timeout: TIME_LIMIT_MS });
  if (!changes) return [{ range: wholeLines(now, 0, now.length), kind: "changed", removed: old.length, added: now.length }];

  const hunks: Hunk[] = [];
  let line = 0;
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i] as (typeof changes)[number];
    if (!change.added && !change.removed) {
      line += change.value.length;
      continue;
    }
    const next = changes[i + 1];
    const paired = next && (next.added || next.removed) && next.added !== change.added ? next : undefined;
    if (paired) i++;
    const gone = change.removed ? change.value : (paired?.removed ? paired.value : []);
    const fresh = change.added ? change.value : (paired?.added ? paired.value : []);
    hunks.push(hunk(now, line, gone, fresh));
    line += fresh.length;
  }
  return hunks;
}

/** The hunks that touch a range; line ends do not count as a touch. */
export function hunksWithin(hunks: readonly Hunk[], range: Range): Hunk[] {
  return hunks.filter((hunk) => hunk.range.start.line <= range.end.line && hunk.range.end.line >= range.start.line);
}

function hunk(now: readonly string[], line: number, gone: readonly string[], fresh: readonly string[]): Hunk {
  const counts = { removed: gone.length, added: fresh.length };
  if (fresh.length === 0) {
    const marked = lineBefore(now, line);
    return { range: wholeLines(now, marked, marked + 1), kind: "removed", ...counts };
  }
  if (fresh.length === 1 && gone.length === 1) return { range: wordRange(gone[0] as string, fresh[0] as string, line), kind: "changed", ...counts };
  return { range: wholeLines(now, line, line + fresh.length), kind: gone.length === 0 ? "added" : "changed", ...counts };
}

/** The last line before `line` that has something to underline, else the first after it. */
function lineBefore(lines: readonly string[], line: number): number {
  const before = lines.slice(0, line).findLastIndex((text) => text.trim() !== "");
  const after = lines.findIndex((text, index) => index >= line && text.trim() !== "");
  return before >= 0 ? before : Math.max(0, after);
}

/** From the first changed word to the last; a line that only lost words, or takes too long, is underlined as a whole. */
function wordRange(before: string, after: string, line: number): Range {
  let character = 0;
  let first: number | undefined;
  let last = 0;
  for (const { value, added, removed } of diffWordsWithSpace(before, after, { timeout: TIME_LIMIT_MS }) ?? []) {
    if (added) {
      first ??= character;
      last = character + value.length;
    }
    if (!removed) character += value.length;
  }
  return first === undefined ? { start: { line, character: indent(after) }, end: { line, character: after.length } } : { start: { line, character: first }, end: { line, character: last } };
}

function wholeLines(lines: readonly string[], from: number, to: number): Range {
  const last = Math.max(from, to - 1);
  return { start: { line: from, character: indent(lines[from] ?? "") }, end: { line: last, character: (lines[last] ?? "").length } };
}

function indent(line: string): number {
  return /^\s*/.exec(line)?.[0].length ?? 0;
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}
