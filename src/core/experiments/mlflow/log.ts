import * as z from "zod";
import { type Batch, logBatches } from "../entry.ts";
import { pointsOf, removeTag } from "../../store/experiments/log.ts";
import { type TrackedRun, updateTracked } from "../../store/experiments/runs.ts";
import { invalid, missing } from "./errors.ts";
import { type Context, pageOf, type Route, route, runOf } from "./route.ts";
import { integer, key, metric, ofRun, param, pointJson, tag, toPoint } from "./wire.ts";

const MOST_POINTS = 25_000;
/** MLflow's own limits of a batch. */
const batch = ofRun.extend({ metrics: z.array(metric).max(1000).default([]), params: z.array(param).max(100).default([]), tags: z.array(tag).max(100).default([]) });

export const LOG_ROUTES: Readonly<Record<string, Route>> = {
  "POST runs/log-metric": route(ofRun.extend(metric.shape), (context, input) => log(context, runOf(context, input), { points: [toPoint(input)] })),
  "POST runs/log-parameter": route(ofRun.extend(param.shape), (context, input) => log(context, runOf(context, input), { params: { [input.key]: input.value } })),
  "POST runs/set-tag": route(ofRun.extend(tag.shape), (context, input) => log(context, runOf(context, input), { tags: { [input.key]: input.value } })),
  "POST runs/log-batch": route(batch, (context, input) => {
    const params = new Map<string, string>();
    for (const { key: name, value } of input.params) {
      if ((params.get(name) ?? value) !== value) throw invalid(`The batch gives the parameter ${JSON.stringify(name)} two values.`);
      params.set(name, value);
    }
    return log(context, runOf(context, input), { points: input.metrics.map(toPoint), params: Object.fromEntries(params), tags: Object.fromEntries(input.tags.map((one) => [one.key, one.value])) });
  }),
  "POST runs/delete-tag": route(ofRun.extend({ key }), (context, input) => {
    const { store, now } = context;
    const run = runOf(context, input);
    store.write(() => {
      if (!removeTag(store, run.id, input.key)) throw missing("tag", input.key);
      store.emit("experiment-changed", run.key, now());
    });
    return {};
  }),
  "GET metrics/get-history": route(ofRun.extend({ metric_key: key, max_results: integer.default(MOST_POINTS), page_token: z.string().optional() }), (context, input) => {
    const page = pageOf(input.page_token, Math.min(Math.max(1, input.max_results), MOST_POINTS));
    const points = pointsOf(context.store, runOf(context, input).id, input.metric_key, { offset: page.offset, limit: page.limit + 1 });
    return { metrics: points.slice(0, page.limit).map(pointJson), next_page_token: page.next(points.length) };
  }),
};

function log({ store, now }: Context, run: TrackedRun, entry: Batch): object {
  const [refused] = logBatches(store, run, [entry], now());
  if (refused) throw invalid(refused.reason);
  const name = entry.tags?.["mlflow.runName"];
  if (name !== undefined && run.kind !== "eval") store.write(() => updateTracked(store, run, { name }, now()));
  return {};
}
