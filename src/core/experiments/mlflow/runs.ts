import { randomUUID } from "node:crypto";
import * as z from "zod";
import { addBatch } from "../entry.ts";
import { findExperiment } from "../../store/experiments/experiments.ts";
import { loggedOf } from "../../store/experiments/log.ts";
import { createTracked, findTracked, setArchived, type TrackedRun, updateTracked } from "../../store/experiments/runs.ts";
import { invalid, missing } from "./errors.ts";
import { type Context, type Route, route, runOf } from "./route.ts";
import { infoJson, integer, ofRun, runJson, status, tag } from "./wire.ts";

const create = z.object({ experiment_id: integer.default(0), user_id: z.string().optional(), run_name: z.string().max(250).optional(), start_time: integer.optional(), tags: z.array(tag).max(100).default([]) });

export const RUN_ROUTES: Readonly<Record<string, Route>> = {
  "POST runs/create": route(create, (context, { experiment_id, user_id, run_name, start_time, tags: list }) => {
    const { store, now } = context;
    if (!findExperiment(store, { id: experiment_id })) throw missing("experiment", String(experiment_id));
    const tags: Record<string, string> = { ...(user_id ? { "mlflow.user": user_id } : {}), ...Object.fromEntries(list.map(({ key, value }) => [key, value])) };
    const parent = tags["mlflow.parentRunId"] === undefined ? undefined : runOf(context, { run_id: tags["mlflow.parentRunId"] });
    const key = randomUUID();
    store.write(() => {
      const id = createTracked(store, { key, kind: "script", experimentId: experiment_id, name: run_name || tags["mlflow.runName"], startedAt: start_time ?? now(), commit: tags["mlflow.source.git.commit"], parent: parent?.id });
      addBatch(store, id, { tags });
    });
    return { run: wholeRun(context, runOf(context, { run_id: key })) };
  }),
  "GET runs/get": route(ofRun, (context, input) => ({ run: wholeRun(context, runOf(context, input)) })),
  "POST runs/update": route(ofRun.extend({ status: status.optional(), end_time: integer.optional(), run_name: z.string().max(250).optional() }), (context, input) => {
    const { store, now } = context;
    const run = runOf(context, input);
    if (run.kind === "eval") throw invalid("The engine makes the runs of suites: their name and status are its own.");
    // A client that goes on with a run that had ended opens it again.
    const endedAt = input.status === "running" ? null : (input.end_time ?? (input.status && run.endedAt === undefined ? now() : undefined));
    store.write(() => {
      updateTracked(store, run, { status: input.status, endedAt, name: input.run_name || undefined }, now());
      if (input.run_name) addBatch(store, run.id, { tags: { "mlflow.runName": input.run_name } });
    });
    return { run_info: infoJson(findTracked(store, run.key) as TrackedRun) };
  }),
  "POST runs/delete": route(ofRun, (context, input) => archive(context, runOf(context, input), true)),
  "POST runs/restore": route(ofRun, (context, input) => archive(context, runOf(context, input), false)),
};

/** A run that MLflow deletes can be restored: here that is the archive. */
function archive({ store, now }: Context, run: TrackedRun, archived: boolean): object {
  store.write(() => setArchived(store, run, archived, now()));
  return {};
}

function wholeRun({ store }: Context, run: TrackedRun): object {
  return runJson(run, loggedOf(store, [run.id]).get(run.id)!);
}
