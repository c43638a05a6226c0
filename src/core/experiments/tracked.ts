import { findTracked, type TrackedRun } from "../store/experiments/runs.ts";
import type { Store } from "../store/store.ts";
import { MOST_RUNS } from "./compare/compare.ts";

/** Runs that are asked about by their keys. */
export interface Asked {
  readonly runs: readonly string[];
  /** A run's key; the first run without. */
  readonly baseline?: string;
}

/** Those of the runs that are still there, each once, and where the baseline is among them. */
export function trackedRuns(store: Store, { runs: keys, baseline }: Asked): { runs: TrackedRun[]; baseline: number; gone: string[] } {
  const found = [...new Set(keys)].slice(0, MOST_RUNS).map((key) => ({ key, run: findTracked(store, key) }));
  const runs = found.flatMap(({ run }) => (run === undefined || run === "several" ? [] : [run]));
  return { runs, baseline: Math.max(0, runs.findIndex(({ key }) => key === baseline)), gone: found.filter(({ run }) => run === undefined || run === "several").map(({ key }) => key) };
}
