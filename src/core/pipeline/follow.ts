import { findPipelineRun, type RunRecord } from "../store/pipeline/records.ts";
import { hasEnded } from "../store/pipeline/states.ts";
import { watchStore } from "../store/watch.ts";
import type { PipelineContext } from "./context.ts";
import { drive } from "./run/drive.ts";

/** How often it is looked whether whoever drives a run still lives. */
const LOOK_MS = 2000;

/**
 * Sees a run through until it has ended or waits for a person: drives it, or, where another process does,
 * watches it, and takes over should that one die.
 */
export async function follow(context: PipelineContext, key: string, signal: AbortSignal): Promise<RunRecord> {
  const { store, host } = context.workspace;
  for (;;) {
    const changed = Promise.withResolvers<void>();
    const unwatch = watchStore(store, host.clock, changed.resolve);
    try {
      const run = findPipelineRun(store, key)!;
      if (hasEnded(run.state)) return run;
      const driven = await drive(context, key, signal);
      if (driven) return driven;
      signal.throwIfAborted();
      // The other one may die without a word: that is not written anywhere.
      await Promise.race([changed.promise, host.clock.sleep(LOOK_MS, signal)]);
    } finally {
      unwatch();
    }
  }
}
