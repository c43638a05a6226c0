import { signFlipMidP } from "../statistics/signFlip.ts";

/** Passes of each of the broken cases, 0 … K; `undefined`: the text with these changes cannot be run. */
export type Passes = readonly number[] | undefined;

/** Runs the broken cases on the baseline's text with some of the changes (numbers from 0) applied. */
export type Evaluate = (changes: ReadonlySet<number>) => Promise<Passes>;

/** A change, or some that only together can be run, with what proves it. */
export interface Culprit {
  readonly changes: readonly number[];
  /** Passes with all changes, and with all but these. */
  readonly before: number;
  readonly without: number;
  /** One-sided, paired: that the cases are better without it. */
  readonly p: number;
}

export interface Search {
  /** `chance`: run again, the cases do not differ. `together`: no single change explains it. */
  readonly outcome: "found" | "chance" | "together";
  readonly culprits: readonly Culprit[];
  /** Passes of the baseline and of the whole candidate, run afresh, of so many. */
  readonly baseline: number;
  readonly candidate: number;
  readonly of: number;
  /** One-sided, paired: that the candidate is worse. */
  readonly p: number;
  /** How often the broken cases were run. */
  readonly evaluations: number;
}

const ALPHA = 0.05;
/** With fewer cases that still fail the search does not go on for a second culprit. */
const STILL_FAILING = 4;
const STILL_SHARE = 0.25;

/**
 * Finds the change that broke cases. Both controls are run afresh, since cases that were chosen for having failed
 * would look better on any second run (regression to the mean); then a binary search over the first so many changes,
 * decided by the middle of the two controls; and the candidate without the culprit must be better. Of 8 changes with one
 * culprit that is 6 evaluations.
 *
 * @param count of changes. @param repeats K, runs of each case in an evaluation.
 * @param most evaluations; the first culprit's are always made.
 */
export async function findCulprits(count: number, evaluate: Evaluate, { repeats, most }: { readonly repeats: number; readonly most: number }): Promise<Search> {
  let evaluations = 0;
  const run = async (changes: Iterable<number>): Promise<Passes> => {
    evaluations++;
    return evaluate(new Set(changes));
  };
  const all = Array.from({ length: count }, (_, change) => change);
  const [baseline, candidate] = [await run([]), await run(all)];
  if (!baseline || !candidate) throw new Error("The baseline or the candidate cannot be run.");
  const done = (outcome: Search["outcome"], culprits: readonly Culprit[] = []): Search => ({ outcome, culprits, baseline: sum(baseline), candidate: sum(candidate), of: baseline.length * repeats, p, evaluations });
  const p = pairedP(candidate, baseline);
  if (p > ALPHA) return done("chance");

  const culprits: Culprit[] = [];
  let left = all;
  let now = candidate;
  for (;;) {
    const changes = await firstBad(left, (sum(baseline) + sum(now)) / 2, run);
    const others = left.filter((change) => !changes.includes(change));
    const without = others.length === 0 ? baseline : await run(others);
    const helped = without ? pairedP(now, without) : 1;
    if (!without || helped > ALPHA) return done(culprits.length > 0 ? "found" : "together", culprits);
    culprits.push({ changes, before: sum(now), without: sum(without), p: helped });
    const failing = without.filter((passes, index) => passes * 2 < repeats && (baseline[index] as number) * 2 >= repeats).length;
    const goesOn = failing >= STILL_FAILING && failing >= without.length * STILL_SHARE && others.length > 0 && evaluations + Math.ceil(Math.log2(others.length)) + 1 <= most;
    if (!goesOn || pairedP(without, baseline) > ALPHA) return done("found", culprits);
    left = others;
    now = without;
  }
}

/**
 * The change with which the first so many become worse than `middle`. Where a text with some of them cannot be run, they
 * count as one with the next.
 */
export async function firstBad(changes: readonly number[], middle: number, run: (changes: Iterable<number>) => Promise<Passes>): Promise<readonly number[]> {
  let [good, bad] = [0, changes.length];
  let unknown: ReadonlySet<number> = new Set();
  for (;;) {
    const steps = Array.from({ length: bad - good - 1 }, (_, index) => good + 1 + index).filter((step) => !unknown.has(step));
    const step = steps[Math.floor((steps.length - 1) / 2)];
    if (step === undefined) return changes.slice(good, bad);
    const passes = await run(changes.slice(0, step));
    if (!passes) unknown = new Set([...unknown, step]);
    else if (sum(passes) < middle) bad = step;
    else good = step;
  }
}

/** One-sided mid-p that `worse` passes less often than `better`. */
export function pairedP(worse: readonly number[], better: readonly number[]): number {
  return signFlipMidP(worse.map((passes, index) => passes - (better[index] as number))).less;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
