import { judged, passed, type CaseTally, type Sample } from "../evals/run/tally.ts";

/** Values of a case in both arms. */
export interface Pair {
  readonly baseline: number;
  readonly current: number;
}

/** How a question without an answer counts: left out, or as the worst or best for the candidate. */
export type Imputation = "leave-out" | "worst" | "best";

export interface PassPairs {
  /** Passes out of `repeats`, integers. */
  readonly pairs: readonly Pair[];
  readonly tallies: readonly CaseTally[];
}

/** Passes per case in both arms; a case counts only with all its repeats in both, since unequal K biases the test. */
export function passPairs(cases: readonly CaseTally[], repeats: number, imputation: Imputation): PassPairs {
  const pairs: Pair[] = [];
  const tallies: CaseTally[] = [];
  for (const tally of cases) {
    const current = passes(tally.current, repeats, imputation === "leave-out" ? undefined : imputation === "best");
    const baseline = passes(tally.baseline, repeats, imputation === "leave-out" ? undefined : imputation === "worst");
    if (current === undefined || baseline === undefined) continue;
    pairs.push({ baseline, current });
    tallies.push(tally);
  }
  return { pairs, tallies };
}

function passes(samples: readonly (Sample | undefined)[], repeats: number, missing: boolean | undefined): number | undefined {
  let count = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const sample = samples[repeat];
    if (!judged(sample)) {
      if (missing === undefined) return undefined;
      if (missing) count++;
    } else if (passed(sample)) {
      count++;
    }
  }
  return count;
}

/** Per case the mean of a value over its judged samples, where both arms have it in every repeat. */
export function meanPairs(cases: readonly CaseTally[], repeats: number, valueOf: (sample: Sample) => number | undefined): Pair[] {
  return cases.flatMap((tally) => {
    const current = mean(tally.current, repeats, valueOf);
    const baseline = mean(tally.baseline, repeats, valueOf);
    return current === undefined || baseline === undefined ? [] : [{ current, baseline }];
  });
}

function mean(samples: readonly (Sample | undefined)[], repeats: number, valueOf: (sample: Sample) => number | undefined): number | undefined {
  let sum = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const sample = samples[repeat];
    const value = judged(sample) ? valueOf(sample) : undefined;
    if (value === undefined || !Number.isFinite(value)) return undefined;
    sum += value;
  }
  return sum / repeats;
}

/** Latencies of questions that differ between the arms and were both really asked in this run. */
export function freshLatencyPairs(cases: readonly CaseTally[]): Pair[] {
  const pairs: Pair[] = [];
  for (const { current, baseline } of cases) {
    current.forEach((now, repeat) => {
      const then = baseline[repeat];
      if (!now || !then || now === then || now.cached || then.cached) return;
      if (now.latencyMs !== undefined && then.latencyMs !== undefined) pairs.push({ current: now.latencyMs, baseline: then.latencyMs });
    });
  }
  return pairs;
}

/** Mean of a value over the judged samples of the current arm; `undefined` without any. */
export function currentMean(cases: readonly CaseTally[], valueOf: (sample: Sample) => number | undefined): number | undefined {
  let sum = 0;
  let count = 0;
  for (const { current } of cases) {
    for (const sample of current) {
      const value = judged(sample) ? valueOf(sample) : undefined;
      if (value === undefined || !Number.isFinite(value)) continue;
      sum += value;
      count++;
    }
  }
  return count === 0 ? undefined : sum / count;
}
