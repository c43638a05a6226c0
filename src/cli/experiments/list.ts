import { parseSort } from "../../core/experiments/filter/field.ts";
import { parseFilter } from "../../core/experiments/filter/parse.ts";
import { FilterError } from "../../core/experiments/filter/tokens.ts";
import { type Logged, loggedOf } from "../../core/store/experiments/log.ts";
import { searchRuns } from "../../core/store/experiments/search.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { runJson, runLine } from "./words.ts";

interface ListOptions {
  limit?: number;
  filter?: string;
  sort?: string[];
  archived?: boolean;
  json?: boolean;
}

export async function listCommand(front: Front, options: ListOptions): Promise<number> {
  const where = options.filter === undefined ? undefined : pointing("--filter", options.filter, parseFilter);
  const sort = (options.sort ?? []).map((text) => pointing("--sort", text, parseSort));
  const { store } = await front.workspace();
  const runs = searchRuns(store, { where, sort, archived: options.archived ? "only" : undefined, limit: options.limit ?? 20 });
  const logged = loggedOf(store, runs.map(({ id }) => id));
  const of = (id: number) => logged.get(id) as Logged;
  const shown = sort.flatMap(({ field }) => (field.of === "metric" ? [field.name] : []));
  if (options.json) front.print(JSON.stringify({ runs: runs.map((run) => runJson(run, of(run.id))) }));
  else if (runs.length > 0) for (const run of runs) front.print(runLine(run, of(run.id), shown));
  else front.print(where || options.archived ? "No run is like that." : 'No runs yet. "llmops eval" makes the first, or "llmops run start".');
  return EXIT.ok;
}

/** A mistake in a text of one line, with a mark under its place. */
function pointing<T>(option: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new UsageError(`${option}, column ${error.at + 1}: ${error.message}\n  ${text.replace(/\s/g, " ")}\n  ${" ".repeat(error.at)}^`);
  }
}
