import { normalQuantile } from "./special.ts";

/**
 * What the differences between two runs are made of: the variance of case i's mean difference over K
 * repeats on each arm is ω² + σ_A²/K + σ_B²/K.
 */
export interface VarianceComponents {
  /** ω²: of the true differences between cases; more repeats do not reduce it. */
  readonly between: number;
  /** σ_A²: of one repeat of the baseline within a case. */
  readonly withinBaseline: number;
  /** σ_B²: of one repeat of the candidate within a case. */
  readonly withinCandidate: number;
}

export interface PlanOptions {
  /** One-sided level; with m gates give α/m, Holm's first step. Default 0.05. */
  readonly alpha?: number;
  /** Chance to prove a drop of that size if it is real. Default 0.8. */
  readonly power?: number;
}

/**
 * Components estimated from pass counts. Within a case the variance of a 0/1 result is estimated
 * without bias from its repeats; at K = 1 it cannot be told from ω², so all of it is ω² and more
 * repeats promise nothing.
 *
 * @param baseline,candidate passes of each case, 0 … repeats, in the same order; at least two cases.
 */
export function passVariance(baseline: readonly number[], candidate: readonly number[], repeats: number): VarianceComponents {
  const n = baseline.length;
  if (n < 2 || candidate.length !== n) throw new RangeError(`Variance needs two or more pairs, not ${n} and ${candidate.length} cases.`);
  const differences = baseline.map((passes, i) => (candidate[i]! - passes) / repeats);
  const mean = differences.reduce((sum, d) => sum + d, 0) / n;
  const total = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1);
  if (repeats === 1) return { between: total, withinBaseline: 0, withinCandidate: 0 };
  const within = (passes: readonly number[]): number =>
    passes.reduce((sum, s) => sum + (s * (repeats - s)) / (repeats * (repeats - 1)), 0) / n;
  const [withinBaseline, withinCandidate] = [within(baseline), within(candidate)];
  return { between: Math.max(0, total - (withinBaseline + withinCandidate) / repeats), withinBaseline, withinCandidate };
}

/**
 * The smallest drop that n cases with K repeats find with the given power:
 * δ = (z_α + z_β) √((ω² + σ_A²/K + σ_B²/K)/n), and never less than four net broken answers,
 * below which no sign-flip test can reach 5 %.
 */
export function minimumDetectableEffect(cases: number, repeats: number, variance: VarianceComponents, options: PlanOptions = {}): number {
  const floor = 4 / (cases * repeats);
  return Math.max(floor, zSum(options) * Math.sqrt(varianceOfDifference(variance, repeats) / cases));
}

/**
 * Cases needed to find a drop δ: n = (z_α + z_β)² (ω² + σ_A²/K + σ_B²/K)/δ², rounded up, at least 4/(δK).
 *
 * @param effect δ ≠ 0 in the metric's own units; its sign does not matter.
 */
export function requiredCases(effect: number, repeats: number, variance: VarianceComponents, options: PlanOptions = {}): number {
  const size = effectSize(effect);
  const floor = 4 / (size * repeats);
  return Math.ceil(Math.max(floor, (zSum(options) / size) ** 2 * varianceOfDifference(variance, repeats)) - 1e-9);
}

/**
 * Repeats on each arm needed to find a drop δ with these cases; `undefined` where more repeats would
 * not do: the cases themselves differ too much, or repeats are not known to differ at all.
 */
export function requiredRepeats(effect: number, cases: number, variance: VarianceComponents, options: PlanOptions = {}): number | undefined {
  const size = effectSize(effect);
  const within = variance.withinBaseline + variance.withinCandidate;
  const room = cases * (size / zSum(options)) ** 2 - variance.between;
  if (within === 0 || room <= 0) return undefined;
  return Math.ceil(Math.max(4 / (size * cases), within / room) - 1e-9);
}

function varianceOfDifference({ between, withinBaseline, withinCandidate }: VarianceComponents, repeats: number): number {
  return between + (withinBaseline + withinCandidate) / repeats;
}

function effectSize(effect: number): number {
  if (!Number.isFinite(effect) || effect === 0) throw new RangeError(`No number of cases finds an effect of ${effect}.`);
  return Math.abs(effect);
}

function zSum({ alpha = 0.05, power = 0.8 }: PlanOptions): number {
  return normalQuantile(1 - alpha) + normalQuantile(power);
}
