import { interpolate, quantileRanks } from "./quantile.ts";
import { createRandom } from "./random.ts";

export interface PermutationOptions {
  /** Default 1: the same data give the same p everywhere. */
  readonly seed?: number;
  /** Default 10,000: near p = 0.05 the simulation's own standard error is 0.002. */
  readonly permutations?: number;
}

/**
 * p = (1 + permutations at least as extreme) / (1 + permutations), the add-one estimator of Phipson &
 * Smyth 2010: never 0, and never below the true level.
 */
export interface PermutationResult {
  /** For the alternative that the statistic is below its null value of 0. */
  readonly less: number;
  /** For the alternative that it is above 0. */
  readonly greater: number;
  /** The statistic as observed. */
  readonly observed: number;
}

/**
 * Sign permutation of paired differences (candidate − baseline) of a continuous metric: under the
 * null each difference had either sign. `median` is the median of the differences, which is not the
 * difference of the medians: for that use `quantileSwapTest(…, 0.5)`.
 *
 * @throws {RangeError} when there is no difference, or one is not finite.
 */
export function signPermutationTest(differences: readonly number[], statistic: "mean" | "median", options: PermutationOptions = {}): PermutationResult {
  const tolerance = roundingError(differences);
  if (statistic === "mean") {
    const scale = 1 / differences.length;
    return simulate(differences.length, tolerance, options, (flipped) => {
      let sum = 0;
      for (let i = 0; i < differences.length; i++) sum += flipped[i] ? -differences[i]! : differences[i]!;
      return sum * scale;
    });
  }
  const signed = new Pool(differences, differences.map((d) => -d));
  return simulate(differences.length, tolerance, options, (flipped) => signed.quantiles(flipped, 0.5).first);
}

/**
 * Permutation test of a quantile's change between paired samples: under the null the two values of a
 * pair could as well have come from the other arm, so the arms are swapped within pairs and the
 * statistic, quantile(candidate) − quantile(baseline), is computed anew.
 *
 * @param baseline,candidate values of the same pairs in the same order, e.g. milliseconds.
 * @param q in 0 … 1, e.g. 0.95.
 * @throws {RangeError} when there is no pair, the lengths differ or a value is not finite.
 */
export function quantileSwapTest(baseline: readonly number[], candidate: readonly number[], q: number, options: PermutationOptions = {}): PermutationResult {
  if (baseline.length !== candidate.length) throw new RangeError(`Pairs need both arms: ${baseline.length} and ${candidate.length} values.`);
  const tolerance = Math.max(roundingError(baseline), roundingError(candidate));
  const pool = new Pool(candidate, baseline);
  return simulate(baseline.length, tolerance, options, (flipped) => {
    const { first, second } = pool.quantiles(flipped, q);
    return first - second;
  });
}

/**
 * Both values of every pair, sorted once. A permutation's quantiles are then found by walking along
 * the order and counting ranks: no sorting per permutation.
 */
class Pool {
  private readonly values: Float64Array;
  private readonly pairs: Int32Array;
  /** 0: from `first`, 1: from `second`. */
  private readonly arms: Uint8Array;

  constructor(first: readonly number[], second: readonly number[]) {
    const n = first.length;
    const all = [...first, ...second];
    const order = Array.from(all.keys()).sort((a, b) => all[a]! - all[b]!);
    this.values = Float64Array.from(order, (i) => all[i]!);
    this.pairs = Int32Array.from(order, (i) => i % n);
    this.arms = Uint8Array.from(order, (i) => (i < n ? 0 : 1));
  }

  /** The q-quantiles of the two samples after swapping the flipped pairs. */
  quantiles(flipped: Uint8Array, q: number): { first: number; second: number } {
    const { low, high, weight } = quantileRanks(flipped.length, q);
    const seen = [0, 0];
    const atLow = [0, 0];
    const atHigh = [0, 0];
    for (let i = 0, open = 2; open > 0; i++) {
      const arm = this.arms[i]! ^ flipped[this.pairs[i]!]!;
      const rank = seen[arm]!++;
      if (rank === low) atLow[arm] = this.values[i]!;
      if (rank === high) {
        atHigh[arm] = this.values[i]!;
        open--;
      }
    }
    return { first: interpolate(atLow[0]!, atHigh[0]!, weight), second: interpolate(atLow[1]!, atHigh[1]!, weight) };
  }
}

/** @param tolerance below which two statistics count as equal: sums that are equal on paper differ in their last bits. */
function simulate(n: number, tolerance: number, options: PermutationOptions, statistic: (flipped: Uint8Array) => number): PermutationResult {
  const { seed = 1, permutations = 10_000 } = options;
  const random = createRandom(seed);
  const flipped = new Uint8Array(n);
  const observed = statistic(flipped);
  let less = 0;
  let greater = 0;
  for (let k = 0; k < permutations; k++) {
    for (let i = 0, bits = 0; i < n; i++, bits >>>= 1) {
      if (i % 32 === 0) bits = random.uint32();
      flipped[i] = bits & 1;
    }
    const value = statistic(flipped);
    if (value <= observed + tolerance) less++;
    if (value >= observed - tolerance) greater++;
  }
  return { less: (1 + less) / (1 + permutations), greater: (1 + greater) / (1 + permutations), observed };
}

/** A generous bound for values of this size; refuses what cannot be tested. */
function roundingError(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("A permutation test needs at least one pair.");
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new RangeError(`A permutation test takes finite values, not ${bad}.`);
  return 1e-12 * values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
