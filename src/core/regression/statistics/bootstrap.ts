import { quantileOfSorted } from "./quantile.ts";
import { createRandom } from "./random.ts";
import { CONFIDENCE, type Interval } from "./interval.ts";

const RESAMPLES = 1000;

/**
 * Percentile bootstrap interval (Efron 1979) of quantile(current) − quantile(baseline) over paired
 * samples: pairs are drawn with replacement, so that what they share stays shared. Seeded.
 *
 * @throws {RangeError} without a pair.
 */
export function quantileDifferenceInterval(baseline: readonly number[], current: readonly number[], q: number, seed = 1): Interval {
  const n = baseline.length;
  if (n === 0 || current.length !== n) throw new RangeError("An interval needs at least one pair.");
  const random = createRandom(seed);
  const differences = new Float64Array(RESAMPLES);
  const a = new Float64Array(n);
  const b = new Float64Array(n);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    for (let i = 0; i < n; i++) {
      const drawn = Math.floor(random.uniform() * n);
      a[i] = baseline[drawn] as number;
      b[i] = current[drawn] as number;
    }
    a.sort();
    b.sort();
    differences[resample] = quantileOfSorted(b, q) - quantileOfSorted(a, q);
  }
  differences.sort();
  return { low: quantileOfSorted(differences, (1 - CONFIDENCE) / 2), high: quantileOfSorted(differences, (1 + CONFIDENCE) / 2) };
}
