import type { Direction } from "../../config/gates.ts";
import type { Comparison } from "../../regression/measure.ts";
import { holm } from "../../regression/statistics/holm.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import type { ComparedRun } from "./compare.ts";
import { pairedComparisons, RELATIVE } from "./evidence.ts";

export const ALPHA = 0.05;

export interface Winner {
  /** `undefined`: none is named. */
  readonly run: TrackedRun | undefined;
  /** Why it wins, or why none does. */
  readonly reason: string;
}

/**
 * The run that dominates all others: of no metric its value is worse than another's, and against each other
 * run at least one metric is proven to be better. The p-values are two-sided, times half the number of runs
 * because the data chose which of them is tested, and adjusted over all that is tested (Holm): where no run
 * is better than another, one is named at most once in 20 comparisons.
 */
export function winnerOf(runs: readonly ComparedRun[], directions: ReadonlyMap<string, Direction>): Winner {
  const none = (reason: string): Winner => ({ run: undefined, reason });
  if (runs.length < 2) return none("there is nothing to compare it with");
  const unfit = runs.find(({ run }) => run.status !== "completed" || run.verdict === "error");
  if (unfit) return none(`${label(unfit.run)} ${unfit.run.verdict === "error" ? "could not be judged" : unfit.run.status === "running" ? "is still running" : `did not complete (${unfit.run.status})`}`);
  const shared = [...directions].filter(([name]) => !RELATIVE.includes(name) && runs.every(({ logged }) => Number.isFinite(logged.metrics.get(name)?.value)));
  if (shared.length === 0) return none("the runs share no metric of which it is known which way is better");
  const best = shared.map(([name, direction]) => ({ name, leaders: leadersOf(runs, name, direction) }));
  const ahead = runs.filter((run) => best.every(({ leaders }) => leaders.includes(run)));
  if (ahead.length === 0) return none(best.filter(({ leaders }) => leaders.length < runs.length).map(({ name, leaders }) => `${name} is best in ${leaders.map(({ run }) => label(run)).join(", ")}`).join("; "));
  if (ahead.length > 1) return none(`${ahead.map(({ run }) => label(run)).join(", ")} are equal`);
  return proven(ahead[0]!, runs, shared.map(([name]) => name));
}

function proven(winner: ComparedRun, runs: readonly ComparedRun[], metrics: readonly string[]): Winner {
  const others = runs.filter((run) => run !== winner);
  const tests = others.flatMap((other) => {
    const comparisons = winner.evidence && other.evidence ? pairedComparisons(other.evidence, winner.evidence) : new Map<string, Comparison>();
    return metrics.flatMap((name) => {
      const comparison = comparisons.get(name);
      return comparison ? [{ other, name, comparison }] : [];
    });
  });
  const adjusted = holm(tests.map(({ comparison }) => Math.min(1, twoSided(comparison) * (runs.length / 2))));
  const won = tests.filter(({ comparison }, index) => adjusted[index]! <= ALPHA && comparison.better < comparison.worse);
  const unproven = others.filter((other) => !won.some((test) => test.other === other));
  if (unproven.length > 0) {
    const why = tests.some(({ other }) => other === unproven[0]) ? "the difference may be chance" : "no cases of both can be paired";
    return { run: undefined, reason: `${label(winner.run)} is ahead in ${metrics.join(", ")}, but against ${unproven.map(({ run }) => label(run)).join(", ")} that is not proven: ${why}` };
  }
  return { run: winner.run, reason: `it is proven better in ${[...new Set(won.map(({ name }) => name))].join(", ")}, and behind in none of ${metrics.join(", ")}` };
}

export function twoSided({ better, worse }: Comparison): number {
  return Math.min(1, 2 * Math.min(better, worse));
}

function leadersOf(runs: readonly ComparedRun[], name: string, direction: Direction): ComparedRun[] {
  const sign = direction === "higher" ? 1 : -1;
  const values = runs.map(({ logged }) => sign * logged.metrics.get(name)!.value);
  const best = Math.max(...values);
  return runs.filter((_, index) => values[index] === best);
}

function label({ key }: TrackedRun): string {
  return key.slice(0, 8);
}
