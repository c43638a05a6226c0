import { putExperiment } from "../../../store/experiments/experiments.ts";
import type { Point } from "../../../store/experiments/log.ts";
import { createTracked, findTracked, type TrackedRun, updateTracked } from "../../../store/experiments/runs.ts";
import type { Store } from "../../../store/store.ts";
import { addBatch } from "../../entry.ts";
import { toPoint } from "../wire.ts";
import type { MlflowApi, RemoteRun } from "./api.ts";
import { RUN_TAG } from "./push.ts";

export interface Pulled {
  readonly created: number;
  readonly updated: number;
  /** Runs that were pushed from here, and are here. */
  readonly own: number;
}

/**
 * Brings the runs of an experiment of an MLflow server here, with every point of their metrics, or what has come since.
 * A run keeps its id, so that nothing is here twice. `undefined`: the server has no such experiment.
 * @throws {ApiError}
 */
export async function pullExperiment(store: Store, now: () => number, api: MlflowApi, experiment: string): Promise<Pulled | undefined> {
  const id = await api.findExperiment(experiment);
  if (id === undefined) return undefined;
  const count = { created: 0, updated: 0, own: 0 };
  const runs: RemoteRun[] = [];
  for await (const run of api.runs(id)) runs.push(run);
  for (const { run, tags } of parentsFirst(runs)) {
    if (tags[RUN_TAG] !== undefined && findTracked(store, tags[RUN_TAG])) count.own++;
    else count[keep(store, now(), run, await pointsOf(api, run), tags, experiment)]++;
  }
  return count;
}

interface Tagged {
  readonly run: RemoteRun;
  readonly tags: Readonly<Record<string, string>>;
}

/** A run is part of one that is here already. */
function parentsFirst(runs: readonly RemoteRun[]): Tagged[] {
  const left = new Map(runs.map((run) => [run.info.run_id, { run, tags: Object.fromEntries(run.data.tags.map(({ key, value }) => [key, value])) }]));
  const ordered: Tagged[] = [];
  const take = (id: string | undefined): void => {
    const found = id === undefined ? undefined : left.get(id);
    if (!found) return;
    left.delete(id!);
    take(found.tags["mlflow.parentRunId"]);
    ordered.push(found);
  };
  for (const { info } of runs) take(info.run_id);
  return ordered;
}

async function pointsOf(api: MlflowApi, { info, data }: RemoteRun): Promise<Point[]> {
  const points: Point[] = [];
  for (const { key } of data.metrics) for await (const point of api.history(info.run_id, key)) points.push(toPoint(point));
  return points;
}

/** In one transaction: a run is here with all that it had there, or not at all. */
function keep(store: Store, now: number, { info, data }: RemoteRun, points: readonly Point[], tags: Readonly<Record<string, string>>, experiment: string): "created" | "updated" {
  const known = exactly(store, info.run_id);
  store.write(() => {
    const parent = tags["mlflow.parentRunId"] === undefined ? undefined : exactly(store, tags["mlflow.parentRunId"]);
    const id =
      known?.id ??
      createTracked(store, {
        key: info.run_id,
        kind: "script",
        experimentId: putExperiment(store, experiment, now),
        name: info.run_name ?? tags["mlflow.runName"],
        startedAt: info.start_time ?? now,
        commit: tags["mlflow.source.git.commit"],
        parent: parent?.id,
      });
    updateTracked(store, { id, key: info.run_id }, { status: info.status, endedAt: info.end_time ?? null, name: info.run_name ?? undefined }, now);
    addBatch(store, id, { points, params: Object.fromEntries(data.params.map(({ key, value }) => [key, value])), tags });
  });
  return known ? "updated" : "created";
}

function exactly(store: Store, key: string): TrackedRun | undefined {
  const run = findTracked(store, key);
  return run === "several" || run?.key !== key ? undefined : run;
}
