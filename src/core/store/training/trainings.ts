import type { EndStatus } from "../experiments/runs.ts";
import type { Store } from "../store.ts";
import { isOver, mayFollow, type TrainingEnd, type TrainingState } from "./states.ts";

export interface TrainingRecord {
  /** The id and the key of its experiment run. */
  readonly id: number;
  readonly key: string;
  /** Its entry in `training:`. */
  readonly name: string;
  readonly origin: string | undefined;
  /** JSON. */
  readonly definition: string;
  readonly state: TrainingState;
  readonly reason: string | undefined;
  readonly data: string | undefined;
  readonly validation: string | undefined;
  readonly submittedAt: number | undefined;
  readonly job: string | undefined;
  readonly seen: string | undefined;
  readonly model: string | undefined;
  readonly production: string | undefined;
  /** The run of the suite that compared both models. */
  readonly eval: string | undefined;
  /** JSON. */
  readonly decision: string | undefined;
  readonly startedBy: string | undefined;
  readonly cancelledBy: string | undefined;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly commit: string | undefined;
}

const SELECT = `SELECT t.run AS id, r.key AS key, t.name AS name, origin, definition, state, reason, t.data AS data, validation, submitted_at AS submittedAt, job, seen, model, production, t.eval AS eval, decision,
  started_by AS startedBy, cancelled_by AS cancelledBy, r.started_at AS startedAt, r.ended_at AS endedAt, r.commit_id AS 'commit'
  FROM training t JOIN experiment_run r ON r.id = t.run`;

/** Inside a transaction, with that of its run. */
export function addTraining(store: Store, run: number, training: { readonly name: string; readonly origin: string | undefined; readonly definition: string; readonly startedBy: string | undefined }): void {
  const { name, origin, definition, startedBy } = training;
  store.run("INSERT INTO training (run, name, origin, definition, state, started_by) VALUES (?, ?, ?, ?, 'preparing', ?)", run, name, origin ?? null, definition, startedBy ?? null);
}

/** By its key or the beginning of it. */
export function findTraining(store: Store, key: string): TrainingRecord | "several" | undefined {
  const found = store.all<TrainingRecord>(`${SELECT} WHERE r.key >= ? AND r.key < ? LIMIT 2`, key, `${key}\u{10ffff}`).map(withoutNulls);
  return found.length > 1 ? (found.find((one) => one.key === key) ?? "several") : found[0];
}

/** Newest first. */
export function listTrainings(store: Store, { name, limit }: { readonly name?: string; readonly limit: number }): TrainingRecord[] {
  return store.all<TrainingRecord>(`${SELECT} WHERE t.name = coalesce(?, t.name) ORDER BY t.run DESC LIMIT ?`, name ?? null, limit).map(withoutNulls);
}

/** Those that have not ended, oldest first. */
export function openTrainings(store: Store): TrainingRecord[] {
  return store.all<TrainingRecord>(`${SELECT} WHERE r.ended_at IS NULL ORDER BY t.run`).map(withoutNulls);
}

/** The newest one that a step of the pipeline started. */
export function trainingOf(store: Store, origin: string): TrainingRecord | undefined {
  return store.all<TrainingRecord>(`${SELECT} WHERE origin = ? ORDER BY t.run DESC LIMIT 1`, origin).map(withoutNulls)[0];
}

export interface TrainingFacts {
  readonly reason?: string | null;
  readonly data?: string;
  readonly validation?: string;
  readonly submitted_at?: number;
  readonly job?: string | null;
  readonly seen?: string;
  readonly model?: string;
  readonly production?: string;
  readonly eval?: string;
  readonly decision?: string;
}

/** Whoever wanted the transition had an old picture, or there is a bug. */
export class IllegalTraining extends Error {}

const STATUS: Readonly<Record<TrainingEnd, EndStatus>> = { better: "completed", "not-better": "completed", refused: "failed", failed: "failed", cancelled: "cancelled" };

/** Inside a transaction: its next state, or more that is known in the same one. @throws {IllegalTraining} */
export function moveTraining(store: Store, training: Pick<TrainingRecord, "id" | "key">, to: TrainingState, facts: TrainingFacts, at: number): void {
  const from = store.get<{ state: TrainingState }>("SELECT state FROM training WHERE run = ?", training.id)!.state;
  if (from !== to && !mayFollow(from, to)) throw new IllegalTraining(`The training ${training.key} cannot become ${to}: it is ${from}.`);
  const columns = Object.entries(facts).filter((entry): entry is [string, string | number | null] => entry[1] !== undefined);
  store.run(`UPDATE training SET state = ?${columns.map(([name]) => `, ${name} = ?`).join("")} WHERE run = ?`, to, ...columns.map(([, value]) => value), training.id);
  if (isOver(to)) store.run("UPDATE experiment_run SET status = ?, ended_at = ? WHERE id = ?", STATUS[to], at, training.id);
  store.emit("training-changed", training.key, at);
}

/** Asks whoever drives it to end it. `false`: it has ended already. */
export function cancelTraining(store: Store, training: Pick<TrainingRecord, "id" | "key">, by: string, at: number): boolean {
  return store.write(() => {
    const { changes } = store.run("UPDATE training SET cancelled_by = coalesce(cancelled_by, ?) WHERE run = ? AND state NOT IN ('better', 'not-better', 'refused', 'failed', 'cancelled')", by, training.id);
    if (changes > 0) store.emit("training-changed", training.key, at);
    return changes > 0;
  });
}

/** Inside a transaction. */
export function appendTrainingLog(store: Store, training: Pick<TrainingRecord, "id">, lines: readonly string[], at: number): void {
  const { last } = store.get<{ last: number }>("SELECT coalesce(max(seq), 0) AS last FROM training_log WHERE run = ?", training.id)!;
  for (const [index, line] of lines.entries()) store.run("INSERT INTO training_log (run, seq, at, line) VALUES (?, ?, ?, ?)", training.id, last + index + 1, at, line);
}

export interface TrainingLine {
  readonly seq: number;
  readonly at: number;
  readonly line: string;
}

export function trainingLog(store: Store, training: Pick<TrainingRecord, "id">, after = 0): TrainingLine[] {
  return store.all<TrainingLine>("SELECT seq, at, line FROM training_log WHERE run = ? AND seq > ? ORDER BY seq", training.id, after);
}

function withoutNulls<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as T;
}
