import { sumsByCluster } from "./signFlip.ts";
import { normalQuantile, tQuantile } from "./special.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface MeanInterval extends Interval {
  readonly mean: number;
}

/** The two-sided interval that belongs to a one-sided test at 5 %: both then tell one story. */
export const CONFIDENCE = 0.9;

/**
 * Paired t interval of the mean difference. With clusters the standard error is the clustered one of
 * Miller (arXiv 2411.00640), SE² = Σ_c (Σ_{i∈c} (d_i − d̄))² / n², times C/(C − 1) so that clusters of
 * one give the plain interval, with C − 1 degrees of freedom.
 *
 * Where all differences are equal nothing is known about their spread, and [d̄, d̄] would claim
 * certainty: the half-width is then 3/n, the rule of three, in units of a score in 0 … 1.
 *
 * @param differences candidate − baseline of each case (mean over its repeats), at least one.
 * @param options.clusters the group of each case; a single group with unequal differences has no
 *   finite interval.
 * @returns bounds that are not clipped: a difference of rates may come out beyond ±1.
 * @throws {RangeError} for an empty list, a value that is not finite or clusters of another length.
 */
export function pairedInterval(differences: readonly number[], options: { confidence?: number; clusters?: readonly (string | number)[] } = {}): MeanInterval {
  const { confidence = CONFIDENCE, clusters } = options;
  const n = differences.length;
  if (n === 0) throw new RangeError("An interval needs at least one difference.");
  if (!differences.every(Number.isFinite)) throw new RangeError("An interval takes finite differences.");
  const mean = differences.reduce((sum, d) => sum + d, 0) / n;
  if (allEqual(differences)) return around(mean, 3 / n);

  const deviations = differences.map((d) => d - mean);
  const units = clusters ? sumsByCluster(deviations, clusters) : deviations;
  const count = units.length;
  if (count === 1) return around(mean, Infinity);
  const squares = units.reduce((sum, u) => sum + u * u, 0);
  const standardError = Math.sqrt((squares / (n * n)) * (count / (count - 1)));
  return around(mean, tQuantile((1 + confidence) / 2, count - 1) * standardError);
}

/**
 * Wilson's score interval of one proportion (1927), for display beside a rate.
 *
 * @param successes 0 … n; may be fractional (means over repeats).
 * @param n at least 1.
 */
export function wilsonInterval(successes: number, n: number, confidence = CONFIDENCE): Interval {
  if (!(n > 0 && successes >= 0 && successes <= n)) throw new RangeError(`${successes} of ${n} is no proportion.`);
  const z = normalQuantile((1 + confidence) / 2);
  const rate = successes / n;
  const centre = rate + (z * z) / (2 * n);
  const half = z * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return { low: Math.max(0, (centre - half) / scale), high: Math.min(1, (centre + half) / scale) };
}

function around(mean: number, half: number): MeanInterval {
  return { mean, low: mean - half, high: mean + half };
}

/** 1 − 2/3 and 1/3 − 0 are one difference, though not one floating-point number. */
function allEqual(values: readonly number[]): boolean {
  const first = values[0]!;
  return values.every((value) => Math.abs(value - first) <= 1e-12 * (1 + Math.abs(first)));
}
