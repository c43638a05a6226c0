import type { Gate } from "../config/gates.ts";
import { comparesColumns } from "../evals/judges/columns.ts";
import type { Caller } from "../evals/run/caller.ts";
import { wholeChains } from "../evals/run/chain.ts";
import { type RunnerOptions, runSeries } from "../evals/run/runner.ts";
import { testOf } from "../evals/run/series.ts";
import type { CaseTally, SeriesTally } from "../evals/run/tally.ts";
import { brokenCases } from "./analyse.ts";

/** Runs that a broken case gets before it counts for the `broken` gate. */
const MORE_RUNS = 2;

/**
 * Where a gate counts broken cases, each is run twice more in both versions: a single flip of a noisy
 * model is no regression. Returns the broken cases with all their runs, by series.
 */
export async function confirmBroken(runner: RunnerOptions, caller: Caller, series: readonly SeriesTally[], gates: readonly Gate[]): Promise<ReadonlyMap<string, readonly CaseTally[]>> {
  if (!gates.some((gate) => gate.metric === "broken")) return new Map();
  const confirmed = new Map<string, CaseTally[]>();
  for (const tally of series) {
    const tests = new Set(brokenCases(tally));
    if (tests.size === 0) continue;
    // A column is judged beside the others where a test compares them.
    const compared = runner.series.some(({ current }) => [...tests].some((test) => testOf(current, test).assert.some(comparesColumns)));
    const own = runner.series.filter(({ key }) => compared || key === tally.key);
    const prompts = own.flatMap(({ current, baseline }) => [current.prompt, ...(baseline ? [baseline.prompt] : [])]);
    const again = wholeChains([...tests], { cases: runner.tests, prompts });
    const { series: rerun } = await runSeries({ ...runner, earlyStop: undefined, series: own, tests: again, further: MORE_RUNS, onlyChanged: false, onProgress: () => {} }, caller);
    const more = new Map(rerun.find(({ key }) => key === tally.key)?.cases.map((item) => [item.test, item]));
    confirmed.set(tally.key, tally.cases.filter(({ test }) => tests.has(test)).map((first) => withMore(first, more.get(first.test))));
  }
  return confirmed;
}

function withMore(first: CaseTally, more: CaseTally | undefined): CaseTally {
  if (!more) return first;
  const both = (arm: "current" | "baseline") => [...first[arm], ...more[arm].slice(first[arm].length)];
  return { test: first.test, current: both("current"), baseline: both("baseline") };
}
