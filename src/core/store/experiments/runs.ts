import type { Store } from "../store.ts";

export const KINDS = ["train", "rollout", "script"] as const;
/** `eval`: a run of a suite, which the engine itself makes; the others are logged. */
export type Kind = "eval" | (typeof KINDS)[number];
/** `interrupted`: a suite's run whose process is gone. */
export type Status = "running" | EndStatus | "interrupted";
export const END_STATUSES = ["completed", "failed", "cancelled"] as const;
export type EndStatus = (typeof END_STATUSES)[number];

/** A run as searches and tables show it. Times are milliseconds since the epoch. */
export interface TrackedRun {
  readonly id: number;
  /** What people name it by. */
  readonly key: string;
  readonly kind: Kind;
  readonly experiment: string;
  readonly experimentId: number;
  readonly name: string | undefined;
  readonly status: Status;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly commit: string | undefined;
  readonly dirty: boolean;
  /** Content hash of the prompts (of a suite's run: of all that decides its results). */
  readonly prompts: string | undefined;
  /** Path → SHA-256 of the data it was made from. */
  readonly data: Readonly<Record<string, string>> | undefined;
  readonly environment: Readonly<Record<string, string>> | undefined;
  /** The key of the run that it is part of. */
  readonly parent: string | undefined;
  readonly verdict: string | undefined;
  /** Rows of a suite's run that are done, and that there will be. */
  readonly done: number | undefined;
  readonly total: number | undefined;
  readonly archivedAt: number | undefined;
}

export interface NewTrackedRun {
  /** A UUID. */
  readonly key: string;
  readonly kind: Exclude<Kind, "eval">;
  readonly experimentId: number;
  readonly name: string | undefined;
  readonly startedAt: number;
  readonly commit?: string;
  readonly dirty?: boolean;
  readonly prompts?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly parent?: number;
}

export interface TrackedRow {
  id: number;
  key: string;
  kind: Kind;
  experiment: string;
  experiment_id: number;
  name: string | null;
  status: Status;
  started_at: number;
  ended_at: number | null;
  commit_id: string | null;
  dirty: number;
  prompts: string | null;
  data: string | null;
  environment: string | null;
  parent: string | null;
  verdict: string | null;
  done: number | null;
  total: number | null;
  archived_at: number | null;
}

/** Inside a transaction; returns the run's id. */
export function createTracked(store: Store, run: NewTrackedRun): number {
  const { lastId } = store.run(
    `INSERT INTO experiment_run (key, experiment, kind, name, status, started_at, commit_id, dirty, prompts, data, environment, parent)
     VALUES (?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)`,
    run.key,
    run.experimentId,
    run.kind,
    run.name ?? null,
    run.startedAt,
    run.commit ?? null,
    run.dirty ? 1 : 0,
    run.prompts ?? null,
    run.data ? JSON.stringify(run.data) : null,
    run.environment ? JSON.stringify(run.environment) : null,
    run.parent ?? null,
  );
  store.emit("experiment-changed", run.key, run.startedAt);
  return lastId;
}

/** The run of this key, or the only one whose key begins so. `several`: more than one does. */
export function findTracked(store: Store, key: string): TrackedRun | "several" | undefined {
  if (key === "") return undefined;
  const exact = store.get<TrackedRow>("SELECT * FROM tracked_run WHERE key = ?", key);
  if (exact) return toTracked(exact);
  const rows = store.all<TrackedRow>("SELECT * FROM tracked_run WHERE key >= ? AND key < ? LIMIT 2", key, `${key}\u{10ffff}`).map(toTracked);
  return rows.length > 1 ? "several" : rows[0];
}

/** Inside a transaction. What is left out stays. Only runs that were logged can be changed so. */
export function updateTracked(store: Store, run: Pick<TrackedRun, "id" | "key">, change: { status?: Exclude<Status, "interrupted">; endedAt?: number | null; name?: string }, at: number): void {
  for (const [column, value] of [["status", change.status], ["ended_at", change.endedAt], ["name", change.name]] as const) {
    if (value !== undefined) store.run(`UPDATE experiment_run SET ${column} = ? WHERE id = ?`, value, run.id);
  }
  store.emit("experiment-changed", run.key, at);
}

/** Inside a transaction. An archived run is in no search that does not ask for it. */
export function setArchived(store: Store, run: Pick<TrackedRun, "id" | "key">, archived: boolean, at: number): void {
  store.run("UPDATE experiment_run SET archived_at = ? WHERE id = ?", archived ? at : null, run.id);
  store.emit("experiment-changed", run.key, at);
}

/** Inside a transaction. Takes a run and all that was logged to it away; a suite's run with its results. Its outputs stay until they are collected. */
export function deleteTracked(store: Store, run: Pick<TrackedRun, "id" | "key">, at: number): void {
  const suite = store.get<{ eval: number | null }>("SELECT eval FROM experiment_run WHERE id = ?", run.id)?.eval;
  if (suite) store.run("DELETE FROM run WHERE seq = ?", suite);
  else store.run("DELETE FROM experiment_run WHERE id = ?", run.id);
  store.emit("experiment-changed", run.key, at);
}

export function toTracked(row: TrackedRow): TrackedRun {
  return {
    id: row.id,
    key: row.key,
    kind: row.kind,
    experiment: row.experiment,
    experimentId: row.experiment_id,
    name: row.name ?? undefined,
    status: row.status,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    commit: row.commit_id ?? undefined,
    dirty: row.dirty === 1,
    prompts: row.prompts ?? undefined,
    data: row.data === null ? undefined : (JSON.parse(row.data) as Record<string, string>),
    environment: row.environment === null ? undefined : (JSON.parse(row.environment) as Record<string, string>),
    parent: row.parent ?? undefined,
    verdict: row.verdict ?? undefined,
    done: row.done ?? undefined,
    total: row.total ?? undefined,
    archivedAt: row.archived_at ?? undefined,
  };
}
