/** How far two samples are from each other. Each is compared in the tests with what scipy and numpy give. */

export interface KsResult {
  /** The largest difference of the two distribution functions, 0 … 1. */
  readonly statistic: number;
  /** Two-sided: the limit distribution at (√n + 0.12 + 0.11/√n)·D with n = n₁n₂/(n₁ + n₂) (Stephens 1970). */
  readonly p: number;
}

/** The two-sample Kolmogorov–Smirnov test. Each sample has at least one value, all finite. */
export function kolmogorovSmirnov(first: readonly number[], second: readonly number[]): KsResult {
  const a = Float64Array.from(first).sort();
  const b = Float64Array.from(second).sort();
  let i = 0;
  let j = 0;
  let statistic = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    statistic = Math.max(statistic, Math.abs(i / a.length - j / b.length));
  }
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length));
  return { statistic, p: kolmogorovTail((root + 0.12 + 0.11 / root) * statistic) };
}

/** The limit distribution's tail, 2 Σ (−1)^(k−1) exp(−2 k² x²): what `scipy.special.kolmogorov` gives. Its series converges from x = 0.3 on; below, it is 1 to nine digits. */
function kolmogorovTail(x: number): number {
  if (x < 0.3) return 1;
  let sum = 0;
  for (let k = 1; k <= 40; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, 2 * sum);
}

/**
 * Population stability index of shares over the same bins: Σ (q − p) ln(q / p). A bin that one side lacks gets
 * `floor` of it instead, so that the index is finite.
 */
export function populationStability(before: readonly number[], after: readonly number[], floor = 1e-4): number {
  const p = shares(before).map((share) => Math.max(share, floor));
  const q = shares(after).map((share) => Math.max(share, floor));
  return q.reduce((sum, share, at) => sum + (share - p[at]!) * Math.log(share / p[at]!), 0);
}

/** Jensen–Shannon distance of counts over the same bins, to base 2: 0 … 1 (`scipy.spatial.distance.jensenshannon(base=2)`). */
export function jensenShannon(before: readonly number[], after: readonly number[]): number {
  const p = shares(before);
  const q = shares(after);
  const divergence = (from: readonly number[]) => from.reduce((sum, share, at) => (share === 0 ? sum : sum + share * Math.log2((2 * share) / (p[at]! + q[at]!))), 0);
  return Math.sqrt(Math.max(0, (divergence(p) + divergence(q)) / 2));
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!(total > 0)) throw new RangeError("Shares need at least one count.");
  return counts.map((count) => count / total);
}
