import { findTracked, type TrackedRun } from "../../core/store/experiments/runs.ts";
import type { Store } from "../../core/store/store.ts";
import { UsageError } from "../usage.ts";

/** The run that a person names by its id or the beginning of it. @throws {UsageError} when it is none, or several. */
export function runNamed(store: Store, key: string): TrackedRun {
  const run = findTracked(store, key);
  if (run === "several") throw new UsageError(`Several runs begin with ${key}: write more of the id.`);
  if (!run) throw new UsageError(`There is no run ${key}. "llmops runs list" shows them.`);
  return run;
}

/** A run that is logged to, and not one of a suite. */
export function loggedRun(store: Store, key: string): TrackedRun {
  const run = runNamed(store, key);
  if (run.kind === "eval") throw new UsageError(`${key} is a run of ${run.name}, which the engine makes: it takes only tags ("llmops runs tag").`);
  return run;
}
