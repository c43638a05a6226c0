import { basename } from "node:path";
import { CsvError, type Options, parse } from "csv-parse/sync";
import { LineIndex } from "../../config/positions.ts";
import type { Path, YamlDocument } from "../../config/yaml.ts";
import type { Problem, Range } from "../../problem.ts";
import type { Place, SuiteSource } from "./source.ts";

export interface Row {
  readonly cells: readonly string[];
  readonly place: Place;
}

const OPTIONS = { relax_column_count: true, bom: true } satisfies Options;

/**
 * The rows of a CSV file, its head first. A broken file is a problem at its row, and has no rows.
 * @param options `trim`: spaces around cells are none of theirs.
 */
export function readTable(source: SuiteSource, file: string, text: string, { trim } = { trim: true }): Row[] {
  const bytes = Buffer.from(text);
  const table = { file, text, index: new LineIndex(text) };
  try {
    return withoutEmptyLines(rowsOf(bytes, trim).map(({ cells, from, to }) => ({ cells, place: new RowPlace(table, from, to) })));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The parser counts up to the field before the one that it cannot read.
    const from = bytes.toString("utf8", 0, Number(error["bytes"])).length;
    const line = /^\s*[^\r\n]*/.exec(text.slice(from))?.[0] ?? "";
    source.report("error", "csv-syntax", `${basename(file)} cannot be read as CSV: ${reasonOf(error)}.`, new RowPlace(table, from, from + line.length));
    return [];
  }
}

interface Table {
  readonly file: string;
  readonly text: string;
  readonly index: LineIndex;
}

const WHOLE: Path = [];

/** A row as a document of its own, all of which is where anything in it stands. Of many rows little is kept. */
class RowPlace implements Place, YamlDocument {
  private readonly table: Table;
  private readonly from: number;
  private readonly to: number;

  constructor(table: Table, from: number, to: number) {
    this.table = table;
    this.from = from;
    this.to = to;
  }

  get document(): YamlDocument {
    return this;
  }

  get path(): Path {
    return WHOLE;
  }

  get file(): string {
    return this.table.file;
  }

  get text(): string {
    return this.table.text.slice(this.from, this.to);
  }

  get value(): unknown {
    return undefined;
  }

  get problems(): readonly Problem[] {
    return [];
  }

  /** Line ends around a row are not part of it. */
  locate(): Range {
    const { text, from, to } = this;
    return this.table.index.range(from + text.length - text.trimStart().length, to - (text.length - text.trimEnd().length));
  }
}

/** As promptfoo does: what is not CSV by the book may still be with quotes inside of fields. */
function rowsOf(bytes: Buffer, trim: boolean): RawRow[] {
  try {
    return parsed(bytes, { trim });
  } catch {
    return parsed(bytes, { trim, relax_quotes: true });
  }
}

interface RawRow {
  readonly cells: string[];
  /** Offsets in the text, line ends included. */
  readonly from: number;
  readonly to: number;
}

/** What the parser knows of each row beside its cells is large: of many rows it is not kept. */
function parsed(bytes: Buffer, options: Options): RawRow[] {
  const rows: RawRow[] = [];
  let read = 0;
  let end = 0;
  parse(bytes, {
    ...OPTIONS,
    ...options,
    on_record: (cells: string[], info) => {
      const from = end;
      end += bytes.toString("utf8", read, info.bytes).length;
      read = info.bytes;
      rows.push({ cells, from, to: end });
      return null;
    },
  });
  return rows;
}

/** Of a table with one column an empty line is a row with an empty cell, as in promptfoo; elsewhere it is none. */
function withoutEmptyLines(rows: readonly Row[]): Row[] {
  const isEmpty = ({ cells }: Row) => cells.length <= 1 && (cells[0] ?? "").trim() === "";
  const head = rows.findIndex((row) => !isEmpty(row));
  const oneColumn = rows[head]?.cells.length === 1;
  return rows.filter((row, index) => !isEmpty(row) || (oneColumn && index > head));
}

function reasonOf(error: CsvError): string {
  if (error.code === "CSV_QUOTE_NOT_CLOSED") return "a quote opens here and is never closed";
  return error.message.replace(/ at line \d+/, "");
}
