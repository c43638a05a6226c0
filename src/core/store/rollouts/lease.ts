import type { Store } from "../store.ts";

export interface Lease {
  readonly rollout: number;
  readonly holder: string;
  readonly fence: number;
}

export interface LeaseRow {
  readonly holder: string;
  readonly fence: number;
  readonly beat: number;
  readonly ttlMs: number;
  readonly machine: string;
}

export interface Holder {
  /** A UUID of the process. */
  readonly id: string;
  readonly pid: number;
  readonly machine: string;
}

/** Another process has taken the rollout over: whoever sees this stops at once. */
export class LostLease extends Error {}

export function leaseOf(store: Store, rollout: number): LeaseRow | undefined {
  return store.get<LeaseRow>("SELECT holder, fence, beat, ttl_ms AS ttlMs, machine FROM rollout_lease WHERE rollout = ?", rollout);
}

/**
 * Takes a rollout that nobody has, or whose lease is still as it was `seen`: the contender has watched it stand still for its time to live, by a
 * clock of its own that never jumps. `undefined`: somebody else was faster, or is alive.
 */
export function takeLease(store: Store, rollout: number, holder: Holder, ttlMs: number, seen: LeaseRow | undefined): Lease | undefined {
  return store.write(() => {
    const current = leaseOf(store, rollout);
    if (current?.fence !== seen?.fence || current?.beat !== seen?.beat) return undefined;
    const fence = (current?.fence ?? 0) + 1;
    store.run("INSERT OR REPLACE INTO rollout_lease (rollout, holder, fence, beat, ttl_ms, pid, machine) VALUES (?, ?, ?, 0, ?, ?, ?)", rollout, holder.id, fence, ttlMs, holder.pid, holder.machine);
    return { rollout, holder: holder.id, fence };
  });
}

/** Inside a transaction: says that the holder is alive. @throws {LostLease} */
export function beat(store: Store, { rollout, holder, fence }: Lease): void {
  const { changes } = store.run("UPDATE rollout_lease SET beat = beat + 1 WHERE rollout = ? AND holder = ? AND fence = ?", rollout, holder, fence);
  if (changes === 0) throw new LostLease("Another controller has taken this rollout over.");
}

/** The holder ends in good order: the next one need not wait. */
export function releaseLease(store: Store, { rollout, holder, fence }: Lease): void {
  store.write(() => store.run("UPDATE rollout_lease SET ttl_ms = 0 WHERE rollout = ? AND holder = ? AND fence = ?", rollout, holder, fence));
}
