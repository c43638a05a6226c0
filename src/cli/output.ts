import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createRenderer } from "../core/prompts/renderer.ts";
import { FORMATS, formatOf, type ResultFormat } from "../core/regression/output/formats.ts";
import { type FinishedRun, rowsOf } from "../core/regression/output/rows.ts";
import type { Front } from "./front.ts";
import { UsageError } from "./usage.ts";

const CHUNK_CHARACTERS = 64 * 1024;

export interface ResultFile {
  readonly path: string;
  readonly format: ResultFormat;
}

/** The files of `-o`, with the formats that their extensions say. @throws {UsageError} before anything runs. */
export function resultFiles(front: Front, names: readonly string[]): ResultFile[] {
  return names.map((name) => {
    const format = formatOf(name);
    if (!format) throw new UsageError(`The format of ${name} is not known. Known extensions: ${Object.keys(FORMATS).join(", ")}.`);
    return { path: resolve(front.cwd, name), format };
  });
}

/** Streams the runs into each file. */
export async function writeResults(files: readonly ResultFile[], runs: readonly FinishedRun[]): Promise<void> {
  const renderer = await createRenderer(runs.flatMap((run) => run.version.suite.prompts.map((prompt) => prompt.dialect ?? "nunjucks")));
  for (const { path, format } of files) {
    try {
      await pipeline(Readable.from(chunks(format(runs, (run) => rowsOf(run, renderer)))), createWriteStream(path));
    } catch (error) {
      throw new UsageError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}).`);
    }
  }
}

/** Gathers small pieces: each would be a write of its own. */
function* chunks(pieces: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}
