import * as z from "zod";
import { parseSort } from "../filter/field.ts";
import { parseFilter } from "../filter/parse.ts";
import { FilterError } from "../filter/tokens.ts";
import { loggedOf } from "../../store/experiments/log.ts";
import { searchRuns } from "../../store/experiments/search.ts";
import { invalid } from "./errors.ts";
import { pageOf, type Route, route } from "./route.ts";
import { integer, runJson } from "./wire.ts";

const MOST = 50_000;
const VIEWS = { ACTIVE_ONLY: undefined, DELETED_ONLY: "only", ALL: "too" } as const;
const search = z.object({
  experiment_ids: z.array(integer).default([]),
  filter: z.string().optional(),
  order_by: z.array(z.string()).max(20).default([]),
  run_view_type: z.enum(["ACTIVE_ONLY", "DELETED_ONLY", "ALL"]).default("ACTIVE_ONLY"),
  max_results: integer.default(1000),
  page_token: z.string().optional(),
});

export const SEARCH_ROUTES: Readonly<Record<string, Route>> = {
  "POST runs/search": route(search, ({ store }, input) => {
    const page = pageOf(input.page_token, Math.min(Math.max(1, input.max_results), MOST));
    const runs = searchRuns(store, {
      where: input.filter?.trim() ? read("filter", input.filter, parseFilter) : undefined,
      sort: input.order_by.map((text) => read("order_by", text, parseSort)),
      experiments: input.experiment_ids,
      archived: VIEWS[input.run_view_type],
      offset: page.offset,
      limit: page.limit + 1,
    });
    const shown = runs.slice(0, page.limit);
    const logged = loggedOf(store, shown.map(({ id }) => id));
    return { runs: shown.map((run) => runJson(run, logged.get(run.id)!)), next_page_token: page.next(runs.length) };
  }),
  // There are none here; the client asks when it lists a run's artifacts.
  "POST logged-models/search": () => ({ models: [] }),
};

function read<T>(what: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof FilterError ? invalid(`${what}, column ${error.at + 1}: ${error.message}`) : error;
  }
}
