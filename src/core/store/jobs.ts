import type { Store } from "./store.ts";

/** The key is stored before anything is submitted, so that after a crash it is looked up, not submitted again. */
export const JOBS = `
  CREATE TABLE job (
    key TEXT PRIMARY KEY,
    -- Its id there; NULL: not known to be submitted.
    remote TEXT,
    shards INTEGER NOT NULL,
    -- JSON: how many characters of each shard's log were read.
    positions TEXT NOT NULL DEFAULT '[]',
    at INTEGER NOT NULL
  ) WITHOUT ROWID;
`;

/** A job that runs elsewhere, by the key under which it was (or was about to be) submitted. */
export interface StoredJob {
  /** `undefined`: not known to be submitted. */
  readonly remote: string | undefined;
  readonly shards: number;
  /** How many characters of each shard's log were read. */
  readonly positions: readonly number[];
}

/** Stores that a job is about to be submitted; `false`: that was stored already, and it may have been. */
export function intendJob(store: Store, key: string, shards: number, at: number): boolean {
  const { changes } = store.write(() => store.run("INSERT INTO job (key, shards, at) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING", key, shards, at));
  return changes > 0;
}

export function findJob(store: Store, key: string): StoredJob | undefined {
  const row = store.get<{ remote: string | null; shards: number; positions: string }>("SELECT remote, shards, positions FROM job WHERE key = ?", key);
  return row && { remote: row.remote ?? undefined, shards: row.shards, positions: JSON.parse(row.positions) as number[] };
}

export function jobSubmitted(store: Store, key: string, remote: string): void {
  store.write(() => store.run("UPDATE job SET remote = ? WHERE key = ?", remote, key));
}

/** Inside a transaction. */
export function jobLogRead(store: Store, key: string, positions: readonly number[]): void {
  store.run("UPDATE job SET positions = ? WHERE key = ?", JSON.stringify(positions), key);
}
