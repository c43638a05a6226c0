import type { ComparisonState } from "../../protocol/experiments.ts";

const MOST_RUNS = 50;
const TABS: readonly unknown[] = ["overview", "cases", "charts"];

/** A state as a link or an earlier window wrote it; `undefined` where it is none. */
export function parseState(value: unknown): ComparisonState | undefined {
  const { folder, runs, baseline, tab, all } = (value ?? {}) as Partial<Record<keyof ComparisonState, unknown>>;
  if (typeof folder !== "string" || !Array.isArray(runs) || runs.length === 0 || !runs.every((key) => typeof key === "string")) return undefined;
  return {
    folder,
    runs: runs.slice(0, MOST_RUNS),
    ...(typeof baseline === "string" ? { baseline } : {}),
    ...(TABS.includes(tab) ? { tab: tab as ComparisonState["tab"] } : {}),
    ...(all === true ? { all } : {}),
  };
}
