import { readFile } from "node:fs/promises";
import { artifactsOf } from "../../../store/experiments/artifacts.ts";
import { loggedOf, type Logged, pointsOf } from "../../../store/experiments/log.ts";
import type { TrackedRun } from "../../../store/experiments/runs.ts";
import { contentHash, type Store } from "../../../store/store.ts";
import { artifactFile } from "../../artifacts.ts";
import { pointJson, STATUSES } from "../wire.ts";
import { type MlflowApi, pairs, type RemoteRun } from "./api.ts";

/** MLflow's limits of a batch. */
const MOST_METRICS = 1000;
const MOST_PAIRS = 100;
/** Larger files stay here: they are sent in one piece. */
const MOST_ARTIFACT = 256 * 2 ** 20;
/** A run there knows by this tag which run here it is; by it a push finds what an earlier one has made. */
export const RUN_TAG = "llmops.run_id";
const ARTIFACTS_TAG = "llmops.artifacts";

export interface Pushed {
  readonly run: string;
  /** Its id there. */
  readonly remote: string;
  readonly created: boolean;
  readonly points: number;
  /** Files that could not be sent, with why. */
  readonly left: readonly string[];
}

/**
 * Brings a run to an MLflow server, or what has come since to the run there. Nothing is there twice, however often this is
 * repeated or cut off: a run is found by its tag, equal points are one, parameters and tags are set to what they are.
 * @param experiment the name that it gets there.
 * @throws {ApiError}
 */
export async function pushRun(store: Store, api: MlflowApi, run: TrackedRun, experiment: string): Promise<Pushed> {
  const experimentId = await api.experiment(experiment);
  const logged = loggedOf(store, [run.id]).get(run.id)!;
  const known = await findPushed(api, experimentId, run.key);
  const own = await ownTags(api, experimentId, run);
  const remote = known ?? (await api.createRun(experimentId, { name: run.name, startedAt: run.startedAt, tags: own }));
  const id = remote.info.run_id;
  const tags = { ...Object.fromEntries(logged.tags), ...own };
  for (const batch of chunks(pairs(mapKeys(tags)), MOST_PAIRS)) await api.logBatch(id, { tags: batch });
  for (const batch of chunks(pairs(mapKeys(Object.fromEntries(logged.params))), MOST_PAIRS)) await api.logBatch(id, { params: batch });
  const points = await pushPoints(store, api, run, logged, id);
  const left = await pushArtifacts(store, api, run, remote);
  await api.updateRun(id, { status: STATUSES[run.status], end_time: run.endedAt });
  return { run: run.key, remote: id, created: known === undefined, points, left };
}

async function findPushed(api: MlflowApi, experiment: string, key: string): Promise<RemoteRun | undefined> {
  for await (const run of api.runs(experiment, `tags."${RUN_TAG}" = '${key}'`)) return run;
  return undefined;
}

/** What MLflow shows of a run by tags of certain names, and what only we know. */
async function ownTags(api: MlflowApi, experiment: string, run: TrackedRun): Promise<Record<string, string>> {
  const parent = run.parent === undefined ? undefined : await findPushed(api, experiment, run.parent);
  return {
    [RUN_TAG]: run.key,
    "llmops.kind": run.kind,
    ...(run.name === undefined ? {} : { "mlflow.runName": run.name }),
    ...(run.commit === undefined ? {} : { "mlflow.source.git.commit": run.commit }),
    ...(run.verdict === undefined ? {} : { "llmops.verdict": run.verdict }),
    ...(run.prompts === undefined ? {} : { "llmops.prompts": run.prompts }),
    ...(parent ? { "mlflow.parentRunId": parent.info.run_id } : {}),
  };
}

async function pushPoints(store: Store, api: MlflowApi, run: TrackedRun, logged: Logged, id: string): Promise<number> {
  let count = 0;
  for (const key of logged.metrics.keys()) {
    for (let offset = 0; ; offset += MOST_METRICS) {
      const points = pointsOf(store, run.id, key, { limit: MOST_METRICS, offset });
      if (points.length > 0) await api.logBatch(id, { metrics: points.map((point) => pointJson({ ...point, key: nameThere(key) })) });
      count += points.length;
      if (points.length < MOST_METRICS) break;
    }
  }
  return count;
}

/** All files again when one has changed; none when the tag says that these are there. */
async function pushArtifacts(store: Store, api: MlflowApi, run: TrackedRun, remote: RemoteRun): Promise<string[]> {
  const artifacts = artifactsOf(store, run.id);
  const state = contentHash(JSON.stringify(artifacts.map(({ path, hash }) => [path, hash])));
  const uri = remote.info.artifact_uri ?? "";
  if (artifacts.length === 0 || remote.data.tags.some(({ key, value }) => key === ARTIFACTS_TAG && value === state)) return [];
  const left: string[] = [];
  for (const { path, hash, size } of artifacts) {
    if (size > MOST_ARTIFACT) left.push(`${path}: ${Math.round(size / 2 ** 20)} MB, of which ${MOST_ARTIFACT / 2 ** 20} are sent at most`);
    else if (!(await api.putArtifact(uri, path, await readFile(artifactFile(store, hash))))) left.push(`${path}: the server keeps its files at ${uri}, which only its own clients reach`);
  }
  if (left.length === 0) await api.logBatch(remote.info.run_id, { tags: pairs({ [ARTIFACTS_TAG]: state }) });
  return left;
}

function mapKeys(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [nameThere(key), value]));
}

/** MLflow's names have letters, digits, and `_ - . / :` and spaces. */
function nameThere(name: string): string {
  return name.replace(/[^\w\-./: ]/gu, "_");
}

function* chunks<T>(items: readonly T[], size: number): Iterable<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
