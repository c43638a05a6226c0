import type { Range } from "../../problem.ts";
import { type DataLine, lineReader, MOST_LINE_BYTES } from "./lines.ts";
import { isRow, readRow, type Row, type RowFlaw } from "./row.ts";

/** A line of a data file: a row, or why it is none. */
export interface ReadRow {
  readonly line: number;
  readonly offset: number;
  readonly bytes: number;
  readonly row: Row | undefined;
  readonly flaw: RowFlaw | undefined;
  /** Of the flaw, in characters of the line. */
  readonly column: number;
}

export interface RowBlock {
  readonly rows: readonly ReadRow[];
  /** Bytes. */
  readonly done: number;
  readonly total: number;
}

/** The rows of a JSONL file, and the SHA-256 of all that was read once they have come to their end. */
export function rowReader(file: string): { hash(): string; blocks(signal?: AbortSignal): AsyncGenerator<RowBlock> } {
  const lines = lineReader(file);
  return {
    hash: () => lines.hash(),
    async *blocks(signal) {
      for await (const { lines: some, done, total } of lines.blocks(signal)) yield { rows: some.map(readLine), done, total };
    },
  };
}

function readLine({ line, offset, bytes, text, flaw }: DataLine): ReadRow {
  const place = { line, offset, bytes };
  const without = (code: string, message: string, column = 0): ReadRow => ({ ...place, row: undefined, flaw: { code, message }, column });
  if (flaw === "too-long") return without("too_long", `The line has ${Math.round(bytes / 2 ** 20)} MB; ${MOST_LINE_BYTES / 2 ** 20} MB is the most that is read.`);
  if (flaw === "encoding") return without("invalid_encoding", "The line is not UTF-8. Save the file as UTF-8.", Math.max(0, text.indexOf("\ufffd")));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return without("invalid_json", `The line is no JSON (${(error as Error).message}). Each line of the file is one row.`, columnOf((error as Error).message, text));
  }
  const row = readRow(value);
  return isRow(row) ? { ...place, row, flaw: undefined, column: 0 } : { ...place, row: undefined, flaw: row, column: 0 };
}

/** Where V8 says that JSON is wrong; at its end, where it ends too early. */
function columnOf(message: string, text: string): number {
  const at = /\bposition (\d+)/.exec(message)?.[1];
  return at === undefined ? (/end of JSON/.test(message) ? text.length : 0) : Number(at);
}

/** Marks a line from a column to its end, however long it is. */
export function lineRange(line: number, column = 0): Range {
  return { start: { line, character: column }, end: { line, character: 2 ** 31 - 1 } };
}
