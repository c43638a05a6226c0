import { watch } from "node:fs";
import { CHANGED_FILE } from "./open.ts";
import type { Store } from "./store.ts";

/** Writes of other processes are looked at together, this many milliseconds after the first. */
const COALESCE_MS = 20;

/** Calls `look` soon after another connection, or this one, has written. Returns what ends it. */
export function watchStore(store: Store, clock: { sleep(ms: number): Promise<void> }, look: () => void): () => void {
  if (store.directory === undefined) return () => {};
  let pending = false;
  let ended = false;
  const watcher = watch(store.directory, (_event, name) => {
    if (name !== CHANGED_FILE || pending) return;
    pending = true;
    void clock.sleep(COALESCE_MS).then(() => {
      pending = false;
      if (!ended) look();
    });
  });
  watcher.on("error", () => {
    // The folder was deleted: the next focus of a window looks again.
  });
  return () => {
    ended = true;
    watcher.close();
  };
}
