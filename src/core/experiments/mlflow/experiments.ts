import * as z from "zod";
import { findExperiment, listExperiments, putExperiment } from "../../store/experiments/experiments.ts";
import { invalid, missing, MlflowError } from "./errors.ts";
import { pageOf, type Route, route } from "./route.ts";
import { experimentJson, integer } from "./wire.ts";

const MOST = 1000;

export const EXPERIMENT_ROUTES: Readonly<Record<string, Route>> = {
  "POST experiments/create": route(z.object({ name: z.string().min(1).max(500), tags: z.array(z.unknown()).default([]) }), ({ store, now }, { name, tags }) => {
    // Dropped without a word they would be lost.
    if (tags.length > 0) throw invalid("Tags of experiments are not kept here: tag the runs.");
    if (findExperiment(store, { name })) throw new MlflowError("RESOURCE_ALREADY_EXISTS", `There is an experiment ${JSON.stringify(name)} already.`);
    return { experiment_id: String(store.write(() => putExperiment(store, name, now()))) };
  }),
  "GET experiments/get": route(z.object({ experiment_id: integer }), ({ store }, { experiment_id: id }) => {
    const found = findExperiment(store, { id });
    if (!found) throw missing("experiment", String(id));
    return { experiment: experimentJson(found) };
  }),
  "GET experiments/get-by-name": route(z.object({ experiment_name: z.string() }), ({ store }, { experiment_name: name }) => {
    const found = findExperiment(store, { name });
    if (!found) throw missing("experiment", name);
    return { experiment: experimentJson(found) };
  }),
  "POST experiments/search": route(z.object({ max_results: integer.default(MOST), page_token: z.string().optional(), filter: z.string().optional(), view_type: z.string().optional() }), ({ store }, { max_results, page_token, filter, view_type }) => {
    if (filter) throw invalid("Experiments are not filtered here: get one by its name.");
    const page = pageOf(page_token, Math.min(Math.max(1, max_results), MOST));
    const all = view_type === "DELETED_ONLY" ? [] : listExperiments(store).slice(page.offset, page.offset + page.limit + 1);
    return { experiments: all.slice(0, page.limit).map(experimentJson), next_page_token: page.next(all.length) };
  }),
};
