import { type ReadSpans, readRequest } from "../otlp/request.ts";
import { TracesUnreadable } from "../span.ts";

/** A batch is stored at a time: a file may be of any size, a line of it not. */
const MOST_CHARACTERS = 64 * 2 ** 20;

/**
 * The requests of a text of OTLP JSON: one document, or one a line, as the OpenTelemetry Collector's file exporter
 * writes them. @throws {TracesUnreadable} with the line.
 */
export async function* otlpLines(text: AsyncIterable<string>): AsyncGenerator<ReadSpans> {
  let rest = "";
  let line = 0;
  let isLines: boolean | undefined;
  for await (const part of text) {
    rest += part;
    if (rest.length > MOST_CHARACTERS) throw new TracesUnreadable(`Line ${line + 1} has more than ${MOST_CHARACTERS / 2 ** 20} MB: write a request a line.`);
    for (let end = rest.indexOf("\n"); end >= 0 && isLines !== false; end = rest.indexOf("\n")) {
      const written = rest.slice(0, end).trim();
      const request = written === "" ? undefined : parsed(written);
      // A document over several lines has a first line that is no JSON by itself.
      isLines ??= written === "" ? undefined : request !== undefined;
      if (isLines === false) break;
      rest = rest.slice(end + 1);
      line++;
      if (written !== "") yield read(request, line);
    }
  }
  if (rest.trim() !== "") yield read(parsed(rest), line + 1);
}

function read(request: unknown, line: number): ReadSpans {
  if (request === undefined) throw new TracesUnreadable(`Line ${line} is no JSON.`);
  try {
    return readRequest(request);
  } catch (error) {
    throw error instanceof TracesUnreadable ? new TracesUnreadable(`Line ${line}: ${error.message}`) : error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
