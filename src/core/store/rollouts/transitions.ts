import type { Store } from "../store.ts";
import { beat, type Lease } from "./lease.ts";
import { findRollout, openRollouts, type RequestKind, type RolloutRecord, type RolloutState } from "./records.ts";

export interface NewRollout {
  /** A UUID. */
  readonly id: string;
  readonly name: string;
  readonly version: string | undefined;
  readonly target: string;
  /** JSON. */
  readonly plan: string;
  readonly progress: string;
  /** Percent of the first step. */
  readonly weight: number;
  readonly by: string;
  readonly at: number;
}

/** There is a rollout on this target already. */
export class TargetTaken extends Error {
  readonly by: RolloutRecord;
  constructor(by: RolloutRecord) {
    super(`The rollout ${by.name} (${by.id.slice(0, 8)}) already steers this target. Wait for its end, or abort it: llmops rollout abort ${by.id.slice(0, 8)}`);
    this.by = by;
  }
}

/** @throws {TargetTaken} */
export function createRollout(store: Store, { id, name, version, target, plan, progress, weight, by, at }: NewRollout): RolloutRecord {
  return store.write(() => {
    const taken = openRollouts(store).find((open) => open.target === target);
    if (taken) throw new TargetTaken(taken);
    const { lastId } = store.run(
      "INSERT INTO rollout (id, name, version, target, plan, state, step, wanted, progress, started_by, created_at) VALUES (?, ?, ?, ?, ?, 'running', 0, ?, ?, ?, ?)",
      id, name, version ?? null, target, store.putBody(plan), weight, progress, by, at,
    );
    addAction(store, lastId, { at, kind: "start", by, text: `Started${version === undefined ? "" : `: version ${version}`}. The preflight passed.` });
    store.emit("rollout-changed", id, at);
    return findRollout(store, id)!;
  });
}

/** What changes of a rollout; what is left out stays. */
export interface Change {
  readonly state?: RolloutState;
  readonly reason?: string | null;
  readonly step?: number;
  readonly wanted?: number;
  readonly applied?: number | null;
  readonly progress?: string;
  readonly endedAt?: number;
  readonly poll?: { readonly step: number; readonly weight: number | undefined; readonly verdict: string; readonly text: string; readonly metrics: string };
  readonly actions?: readonly { readonly kind: string; readonly by: string; readonly text: string }[];
  /** A request that is hereby taken up. */
  readonly request?: number;
}

/** One step of the controller, all of it or nothing, and only while it holds the lease. @throws {LostLease} */
export function applyChange(store: Store, lease: Lease, id: string, change: Change, at: number): void {
  store.write(() => {
    beat(store, lease);
    const columns = ([["state", change.state], ["reason", change.reason], ["step", change.step], ["wanted", change.wanted], ["applied", change.applied], ["progress", change.progress], ["ended_at", change.endedAt]] as const).filter(([, value]) => value !== undefined);
    if (columns.length > 0) store.run(`UPDATE rollout SET ${columns.map(([name]) => `${name} = ?`).join(", ")} WHERE seq = ?`, ...columns.map(([, value]) => value!), lease.rollout);
    const { poll } = change;
    if (poll) store.run("INSERT INTO rollout_poll (rollout, at, step, weight, verdict, text, metrics) VALUES (?, ?, ?, ?, ?, ?, ?)", lease.rollout, at, poll.step, poll.weight ?? null, poll.verdict, poll.text, poll.metrics);
    for (const action of change.actions ?? []) addAction(store, lease.rollout, { at, ...action });
    if (change.request !== undefined) store.run("UPDATE rollout_request SET taken_at = ? WHERE id = ?", at, change.request);
    store.emit("rollout-changed", id, at);
  });
}

/** Asks the controller for something. `false`: the rollout has ended already. */
export function requestAction(store: Store, rollout: RolloutRecord, kind: RequestKind, by: string, at: number): boolean {
  return store.write(() => {
    const { changes } = store.run("INSERT INTO rollout_request (rollout, at, kind, asked_by) SELECT seq, ?, ?, ? FROM rollout WHERE seq = ? AND ended_at IS NULL", at, kind, by, rollout.seq);
    if (changes > 0) store.emit("rollout-changed", rollout.id, at);
    return changes > 0;
  });
}

function addAction(store: Store, rollout: number, { at, kind, by, text }: { at: number; kind: string; by: string; text: string }): void {
  store.run("INSERT INTO rollout_action (rollout, at, kind, done_by, text) VALUES (?, ?, ?, ?, ?)", rollout, at, kind, by, text);
}
