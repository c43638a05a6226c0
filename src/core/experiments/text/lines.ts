import { structuredPatch } from "diff";
import { type Piece, wordDiff } from "./words.ts";

const CONTEXT = 2;
const TIME_LIMIT_MS = 500;
/** Lines shown of one file, and characters of one line. */
const MOST_LINES = 1000;
const MOST_CHARACTERS = 2000;

/** A line of a diff. Numbers count from 1; a line that one text does not have has no number there. */
export interface DiffLine {
  readonly kind: "same" | "removed" | "added" | "gap";
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly pieces: readonly Piece[];
}

/** The changed hunks of two texts with lines around them. @returns `undefined` where it takes too long. */
export function lineDiff(before: string, after: string): DiffLine[] | undefined {
  const patch = structuredPatch("", "", normal(before), normal(after), "", "", { context: CONTEXT, timeout: TIME_LIMIT_MS });
  if (!patch) return undefined;
  const lines: DiffLine[] = [];
  for (const hunk of patch.hunks) {
    if (lines.length > MOST_LINES) break;
    if (hunk.oldStart > 1 || lines.length > 0) lines.push({ kind: "gap", before: undefined, after: undefined, pieces: [] });
    lines.push(...hunkLines(hunk.oldStart, hunk.newStart, hunk.lines));
  }
  return lines.slice(0, MOST_LINES);
}

function hunkLines(oldStart: number, newStart: number, raw: readonly string[]): DiffLine[] {
  let before = oldStart;
  let after = newStart;
  const lines: DiffLine[] = [];
  // "\ No newline at end of file" is of the format, not of a text.
  const shown = raw.filter((line) => !line.startsWith("\\"));
  for (let i = 0; i < shown.length; ) {
    if (shown[i]!.startsWith(" ")) {
      lines.push({ kind: "same", before: before++, after: after++, pieces: [{ text: cut(shown[i++]!.slice(1)), changed: false }] });
      continue;
    }
    const removed = run(shown, i, "-");
    const added = run(shown, i + removed.length, "+");
    i += removed.length + added.length;
    // Only lines that stand for each other are compared word by word.
    const pairs = removed.length === added.length ? removed.map((line, at) => wordDiff(line, added[at]!)) : undefined;
    removed.forEach((line, at) => lines.push({ kind: "removed", before: before++, after: undefined, pieces: pairs?.[at]!.before ?? [{ text: line, changed: false }] }));
    added.forEach((line, at) => lines.push({ kind: "added", before: undefined, after: after++, pieces: pairs?.[at]!.after ?? [{ text: line, changed: false }] }));
  }
  return lines;
}

function run(lines: readonly string[], from: number, sign: string): string[] {
  const end = lines.findIndex((line, index) => index >= from && !line.startsWith(sign));
  return lines.slice(from, end === -1 ? lines.length : end).map((line) => cut(line.slice(1)));
}

function cut(line: string): string {
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line;
}

/** Line ends do not count as a change. */
function normal(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}
