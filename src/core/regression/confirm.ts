import type { Gate } from "../config/gates.ts";
import { type RunnerOptions, runSeries } from "../evals/run/runner.ts";
import type { CaseTally, SeriesTally } from "../evals/run/tally.ts";
import { brokenCases } from "./analyse.ts";

/** Runs that a broken case gets before it counts for the `broken` gate. */
const MORE_RUNS = 2;

export interface Confirmation {
  readonly tallies: ReadonlyMap<string, readonly CaseTally[]> | undefined;
  readonly calls: number;
  readonly cached: number;
  readonly cost: number;
}

/**
 * Where a gate counts broken cases, each is run twice more in both versions: a single flip of a noisy
 * model is no regression.
 */
export async function confirmBroken(runner: RunnerOptions, series: readonly SeriesTally[], gates: readonly Gate[]): Promise<Confirmation> {
  const nothing: Confirmation = { tallies: undefined, calls: 0, cached: 0, cost: 0 };
  if (!gates.some((gate) => gate.metric === "broken")) return nothing;
  const broken = new Map(series.map((tally) => [tally.key, new Set(brokenCases(tally))]));
  const tests = runner.tests.filter((test) => [...broken.values()].some((cases) => cases.has(test)));
  if (tests.length === 0) return nothing;
  const again = await runSeries({
    ...runner,
    series: runner.series.filter(({ key }) => (broken.get(key)?.size ?? 0) > 0),
    tests: tests.map((test) => ({ ...test, options: { ...test.options, repeat: (test.options.repeat ?? runner.repeat) + MORE_RUNS } })),
    onlyChanged: false,
    onProgress: () => {},
  });
  const ids = new Map([...broken].map(([key, cases]) => [key, new Set([...cases].map((test) => test.id))]));
  const tallies = new Map(again.series.map((tally) => [tally.key, tally.cases.filter(({ test }) => ids.get(tally.key)?.has(test.id))]));
  return { tallies, calls: again.calls, cached: again.cached, cost: again.cost };
}
