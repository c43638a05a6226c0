import { extname } from "node:path";
import { csv } from "./csv.ts";
import { html } from "./html.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { promptfooJson } from "./promptfoo.ts";
import type { FinishedRun, ResultRow } from "./rows.ts";
import { part } from "../shards/part.ts";
import { sarif } from "./sarif.ts";

/** Writes finished runs down, as pieces of text: nothing holds a whole file. `rowsOf` may be called once a run. */
export type ResultFormat = (runs: readonly FinishedRun[], rowsOf: (run: FinishedRun) => Iterable<ResultRow>) => Iterable<string>;

/** Formats by a file's extension. One is added by a file and a line here. */
export const FORMATS: Readonly<Record<string, ResultFormat>> = {
  ".json": promptfooJson,
  ".xml": junit,
  ".sarif": sarif,
  ".md": markdown,
  ".html": html,
  ".csv": csv,
  ".part": part,
};

export function formatOf(file: string): ResultFormat | undefined {
  return FORMATS[extname(file).toLowerCase()];
}
