import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** How a column may be named, in any case. */
const QUESTION = /^(?:prompt|input|question|message|text|ticket|user)$/i;
const ANSWER = /^(?:completion|output|answer|label|category|response|assistant)$/i;
const SYSTEM = /^system$/i;

/** A CSV that no rows can be made of; the message says what it lacks. */
export class CsvUnreadable extends Error {}

/**
 * Writes the rows of a CSV file as chats, a line each.
 * @returns for each line (from 0) the line of the CSV that its row begins at.
 * @throws {CsvUnreadable}
 */
export async function csvToJsonl(file: string, to: string): Promise<number[]> {
  const { parse } = await import("csv-parse");
  const lines: number[] = [];
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
  async function* rows(): AsyncGenerator<string> {
    let columns: Columns | undefined;
    let begins = 0;
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (columns) {
        lines.push(begins);
        yield `${JSON.stringify(rowOf(record, columns))}\n`;
      } else columns = columnsOf(record);
      begins = info.lines;
    }
    if (!columns) throw new CsvUnreadable("The CSV has no row of column names.");
  }
  try {
    await Promise.all([pipeline(createReadStream(file), parser), pipeline(Readable.from(rows()), createWriteStream(to))]);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    throw typeof code === "string" && code.startsWith("CSV_") ? new CsvUnreadable(`The file is no CSV: ${message}.`) : error;
  }
  return lines;
}

interface Columns {
  readonly question: number;
  readonly answer: number;
  readonly system: number;
}

function columnsOf(names: readonly string[]): Columns {
  const find = (pattern: RegExp) => names.findIndex((name) => pattern.test(name.trim()));
  const [question, answer] = [find(QUESTION), find(ANSWER)];
  if (question >= 0 && answer >= 0) return { question, answer, system: find(SYSTEM) };
  throw new CsvUnreadable(`The CSV has the columns ${names.join(", ")}: it needs one for the question (prompt, input, question, message or text) and one for the answer (completion, output, answer, label or category).`);
}

function rowOf(record: readonly string[], { question, answer, system }: Columns): object {
  const message = (role: string, content: string | undefined) => ({ role, content: content ?? "" });
  return { messages: [...(system >= 0 && record[system] ? [message("system", record[system])] : []), message("user", record[question]), message("assistant", record[answer])] };
}
