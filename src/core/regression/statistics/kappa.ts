import { CONFIDENCE, type Interval } from "./interval.ts";
import { normalQuantile } from "./special.ts";

/** How often two judges of the same n items said what. Each is a count. */
export interface Confusion {
  /** Both said pass. */
  readonly passPass: number;
  /** The first said pass, the second fail. */
  readonly passFail: number;
  readonly failPass: number;
  readonly failFail: number;
}

export interface Kappa extends Interval {
  /** −1 … 1: 0 is what chance gives, 1 full agreement. */
  readonly kappa: number;
  /** 0 … 1: share of items on which both said the same. */
  readonly agreement: number;
  readonly n: number;
}

/**
 * Cohen's κ = (pₒ − pₑ)/(1 − pₑ) (Cohen 1960): how much better than chance two judges agree, with its 90 %
 * interval from the large-sample standard error of Fleiss, Cohen & Everitt (1969, Psychological Bulletin 72,
 * 323–327, formula 13), cut off at ±1. Full agreement has a standard error of 0, which would claim certainty:
 * the lower bound is then that of a disagreement of 3/n, the rule of three.
 *
 * @returns `undefined` for no items, and where both judges gave one and the same verdict to all of them: chance
 *   would agree as well, and κ is 0/0.
 */
export function cohensKappa({ passPass, passFail, failPass, failFail }: Confusion, confidence = CONFIDENCE): Kappa | undefined {
  const n = passPass + passFail + failPass + failFail;
  const cells = [[passPass / n, passFail / n], [failPass / n, failFail / n]] as const;
  const first = cells.map(([a, b]) => a + b) as [number, number];
  const second = [cells[0][0] + cells[1][0], cells[0][1] + cells[1][1]] as const;
  const agreed = cells[0][0] + cells[1][1];
  const chance = first[0] * second[0] + first[1] * second[1];
  if (n === 0 || 1 - chance < 1e-12) return undefined;
  const kappa = (agreed - chance) / (1 - chance);
  if (passFail + failPass === 0) return { kappa, agreement: 1, n, low: Math.max(-1, 1 - 3 / n / (1 - chance)), high: 1 };

  let sum = 0;
  for (const i of [0, 1] as const) {
    for (const j of [0, 1] as const) {
      sum += i === j ? cells[i][i] * (1 - chance - (second[i] + first[i]) * (1 - agreed)) ** 2 : (1 - agreed) ** 2 * cells[i][j] * (second[i] + first[j]) ** 2;
    }
  }
  const variance = (sum - (agreed * chance - 2 * chance + agreed) ** 2) / (n * (1 - chance) ** 4);
  const half = normalQuantile(0.5 + confidence / 2) * Math.sqrt(Math.max(0, variance));
  return { kappa, agreement: agreed, n, low: Math.max(-1, kappa - half), high: Math.min(1, kappa + half) };
}
