import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "./store.ts";

/** SQLITE_BUSY */
const BUSY = 5;

/**
 * Takes the lock by which one process drives a pipeline's run; `undefined` when another has it. It is
 * SQLite's own exclusive lock on a file: the system takes it back when its process dies, so that there
 * is nothing to time out and no process id to mistake for another's.
 */
export async function lockRun(store: Store, run: string): Promise<{ release(): void } | undefined> {
  if (store.directory === undefined) return { release() {} };
  const { DatabaseSync } = await import("node:sqlite");
  const folder = join(store.directory, "locks");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${run}.lock`);
  const db = new DatabaseSync(file);
  try {
    db.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== BUSY) throw error;
    return undefined;
  }
  return {
    release() {
      db.close();
      rmSync(file, { force: true });
    },
  };
}
