import { judged, passed, type CaseTally, type Sample } from "../evals/run/tally.ts";

/** Values of a case in both arms. */
export interface Pair {
  readonly baseline: number;
  readonly current: number;
}

/** How a question without an answer counts: left out, or as the worst or best for the candidate. */
export type Imputation = "leave-out" | "worst" | "best";

/**
 * Passes per case in both arms; a case counts only with all its repeats in both, since unequal K biases
 * the test. A question that both arms ask has one answer: whatever it could have been, it is so in both.
 */
export function passPairs(cases: readonly CaseTally[], repeats: number, imputation: Imputation): Pair[] {
  const missing = imputation === "leave-out" ? undefined : imputation === "best";
  const pairs: Pair[] = [];
  for (const tally of cases) {
    const shared = (repeat: number) => tally.current[repeat] === tally.baseline[repeat];
    const current = passes(tally.current, repeats, () => missing);
    const baseline = passes(tally.baseline, repeats, (repeat) => (missing === undefined || shared(repeat) ? missing : !missing));
    if (current === undefined || baseline === undefined) continue;
    pairs.push({ baseline, current });
  }
  return pairs;
}

function passes(samples: readonly (Sample | undefined)[], repeats: number, missing: (repeat: number) => boolean | undefined): number | undefined {
  let count = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const sample = samples[repeat];
    const pass = judged(sample) ? passed(sample) : missing(repeat);
    if (pass === undefined) return undefined;
    if (pass) count++;
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

/** Times of questions that differ between the arms and were both really asked in this run. */
export function freshPairs(cases: readonly CaseTally[], timeOf: (sample: Sample) => number | undefined): Pair[] {
  const pairs: Pair[] = [];
  for (const { current, baseline } of cases) {
    current.forEach((now, repeat) => {
      const then = baseline[repeat];
      if (!now || !then || now === then || now.cached || then.cached) return;
      const [current, before] = [timeOf(now), timeOf(then)];
      if (current !== undefined && before !== undefined) pairs.push({ current, baseline: before });
    });
  }
  return pairs;
}

/** The time of each answer of this run that was really asked for. */
export function freshTimes(cases: readonly CaseTally[], timeOf: (sample: Sample) => number | undefined): number[] {
  return cases.flatMap(({ current }) => current.flatMap((sample) => (judged(sample) && !sample.cached ? (timeOf(sample) ?? []) : [])));
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
