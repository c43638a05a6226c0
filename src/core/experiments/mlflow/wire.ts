import * as z from "zod";
import { LIMITS } from "../entry.ts";
import type { Experiment } from "../../store/experiments/experiments.ts";
import type { Logged, Point } from "../../store/experiments/log.ts";
import type { Status, TrackedRun } from "../../store/experiments/runs.ts";

/** Fields of MLflow's tracking REST API, version 2.0, as its clients send them: a 64-bit integer may be a text. */
export const integer = z.union([z.int(), z.string().regex(/^-?\d{1,15}$/).transform(Number)]);
export const key = z.string().min(1).max(LIMITS.name);
export const param = z.object({ key, value: z.string().max(LIMITS.param).default("") });
export const tag = z.object({ key, value: z.string().max(LIMITS.tag).default("") });
export const metric = z.object({
  key,
  value: z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform((text) => Number(text))]).default(0),
  timestamp: integer.default(0),
  step: integer.default(0),
});
/** Newer clients say `run_id`, older ones `run_uuid`, and most both. */
export const ofRun = z.object({ run_id: z.string().optional(), run_uuid: z.string().optional() });

/** Our states in MLflow's words. */
export const STATUSES = { running: "RUNNING", completed: "FINISHED", failed: "FAILED", cancelled: "KILLED", interrupted: "FAILED" } as const satisfies Record<Status, string>;
export const status = z.enum(["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]).transform((word) => ({ RUNNING: "running", SCHEDULED: "running", FINISHED: "completed", FAILED: "failed", KILLED: "cancelled" } as const)[word]);

export function toPoint({ key: name, value, timestamp, step }: z.infer<typeof metric>): Point {
  return { key: name, value, step, at: timestamp };
}

export function experimentJson({ id, name, at }: Experiment): object {
  return { experiment_id: String(id), name, artifact_location: `mlflow-artifacts:/${id}`, lifecycle_stage: "active", creation_time: at, last_update_time: at, tags: [] };
}

export function infoJson(run: TrackedRun): object {
  return {
    run_id: run.key,
    run_uuid: run.key,
    run_name: run.name ?? "",
    experiment_id: String(run.experimentId),
    status: STATUSES[run.status],
    start_time: run.startedAt,
    end_time: run.endedAt,
    artifact_uri: `mlflow-artifacts:/${run.experimentId}/${run.key}/artifacts`,
    lifecycle_stage: run.archivedAt === undefined ? "active" : "deleted",
  };
}

export function runJson(run: TrackedRun, { metrics, params, tags }: Logged): object {
  const own = { ...(run.name === undefined ? {} : { "mlflow.runName": run.name }), ...(run.parent === undefined ? {} : { "mlflow.parentRunId": run.parent }), ...(run.commit === undefined ? {} : { "mlflow.source.git.commit": run.commit }) };
  const list = (values: Iterable<readonly [string, string]>) => [...values].map(([name, value]) => ({ key: name, value }));
  return { info: infoJson(run), data: { metrics: [...metrics.values()].map(pointJson), params: list(params), tags: list(new Map([...Object.entries(own), ...tags])) } };
}

/** protobuf's JSON writes what is no number in JSON as a text. */
export function pointJson({ key: name, value, step, at }: Point): object {
  return { key: name, value: Number.isFinite(value) ? value : String(value), step, timestamp: at };
}
