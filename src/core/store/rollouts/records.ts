import type { Store } from "../store.ts";

export type RolloutState = "running" | "paused" | "rolling-back" | "promoted" | "rolled-back";
export type RequestKind = "pause" | "resume" | "promote" | "abort";

/** A rollout as it was last stored; times are milliseconds since the epoch, weights percent. */
export interface RolloutRecord {
  readonly seq: number;
  readonly id: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly target: string;
  readonly state: RolloutState;
  readonly reason: string | undefined;
  /** Index of the step. */
  readonly step: number;
  readonly wanted: number;
  readonly applied: number | undefined;
  readonly startedBy: string | undefined;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
}

export interface PollRecord {
  readonly id: number;
  readonly at: number;
  readonly step: number;
  readonly weight: number | undefined;
  readonly verdict: string;
  readonly text: string;
  /** JSON. */
  readonly metrics: string;
}

export interface ActionRecord {
  readonly id: number;
  readonly at: number;
  readonly kind: string;
  readonly by: string;
  readonly text: string;
}

export interface RequestRecord {
  readonly id: number;
  readonly kind: RequestKind;
  readonly by: string;
}

const COLUMNS = "seq, id, name, version, target, state, reason, step, wanted, applied, started_by AS startedBy, created_at AS createdAt, ended_at AS endedAt";

/** `key`: an id, the beginning of one that no other has, or a name: then the newest of it. */
export function findRollout(store: Store, key: string): RolloutRecord | undefined {
  const byId = store.all<RolloutRecord>(`SELECT ${COLUMNS} FROM rollout WHERE id = ? OR substr(id, 1, ?) = ? LIMIT 2`, key, key.length, key);
  const exact = byId.find(({ id }) => id === key) ?? (byId.length === 1 && key.length >= 4 ? byId[0] : undefined);
  const found = exact ?? store.get<RolloutRecord>(`SELECT ${COLUMNS} FROM rollout WHERE name = ? ORDER BY ended_at IS NULL DESC, seq DESC LIMIT 1`, key);
  return found && defined(found);
}

/** Those that have not ended, oldest first. */
export function openRollouts(store: Store): RolloutRecord[] {
  return store.all<RolloutRecord>(`SELECT ${COLUMNS} FROM rollout WHERE ended_at IS NULL ORDER BY seq`).map(defined);
}

/** Newest first. */
export function listRollouts(store: Store, { name, limit }: { name?: string; limit: number }): RolloutRecord[] {
  return store.all<RolloutRecord>(`SELECT ${COLUMNS} FROM rollout WHERE ? IS NULL OR name = ? ORDER BY seq DESC LIMIT ?`, name ?? null, name ?? null, limit).map(defined);
}

/** JSON of the plan that it began with. */
export function planOf(store: Store, seq: number): string {
  return store.get<{ body: string }>("SELECT body FROM output JOIN rollout ON rollout.plan = output.id WHERE seq = ?", seq)!.body;
}

/** JSON, as the controller left it. */
export function progressOf(store: Store, seq: number): string {
  return store.get<{ progress: string }>("SELECT progress FROM rollout WHERE seq = ?", seq)!.progress;
}

/** In order; those after the poll `after`, or the last `limit`. */
export function pollsOf(store: Store, seq: number, { after = 0, limit = 1000 }: { after?: number; limit?: number } = {}): PollRecord[] {
  return store
    .all<PollRecord>("SELECT id, at, step, weight, verdict, text, metrics FROM rollout_poll WHERE rollout = ? AND id > ? ORDER BY id DESC LIMIT ?", seq, after, limit)
    .map(defined)
    .reverse();
}

/** In order. */
export function actionsOf(store: Store, seq: number, after = 0): ActionRecord[] {
  return store.all<ActionRecord>("SELECT id, at, kind, done_by AS 'by', text FROM rollout_action WHERE rollout = ? AND id > ? ORDER BY id", seq, after);
}

/** What people asked for and nobody has taken up, in order. */
export function openRequests(store: Store, seq: number): RequestRecord[] {
  return store.all<RequestRecord>("SELECT id, kind, asked_by AS 'by' FROM rollout_request WHERE rollout = ? AND taken_at IS NULL ORDER BY id", seq);
}

/** SQL's NULL is a key without a value. */
function defined<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as T;
}
