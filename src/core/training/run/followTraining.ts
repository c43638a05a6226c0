import { isOver } from "../../store/training/states.ts";
import { findTraining, type TrainingRecord } from "../../store/training/trainings.ts";
import { watchStore } from "../../store/watch.ts";
import type { TrainingContext } from "../context.ts";
import { driveTraining } from "./drive.ts";

/** How often it is looked whether whoever drives a training still lives. */
const LOOK_MS = 2000;

/**
 * Sees a training through until it has ended or waits for a person: drives it, or, where another process does,
 * watches it, and takes over should that one die.
 */
export async function followTraining(context: TrainingContext, key: string, signal: AbortSignal): Promise<TrainingRecord> {
  const { store, host } = context.workspace;
  for (;;) {
    const changed = Promise.withResolvers<void>();
    const unwatch = watchStore(store, host.clock, changed.resolve);
    try {
      const training = findTraining(store, key);
      if (!training || training === "several") throw new Error(`There is no training ${key} in the store.`);
      if (isOver(training.state)) return training;
      const driven = await driveTraining(context, key, signal);
      if (driven) return driven;
      signal.throwIfAborted();
      await Promise.race([changed.promise, host.clock.sleep(LOOK_MS, signal)]);
    } finally {
      unwatch();
    }
  }
}
