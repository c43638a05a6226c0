/**
 * Evidence against a hypothesis as an e-process: it starts at 1, its expectation stays at most 1 while the hypothesis
 * holds, so that it exceeds 1/α ever, at whatever time one looks, with a probability of at most α (Ville's
 * inequality). Each mixes several alternatives; kept is the logarithm of each, since they run out of a double's range.
 */

/** What one arm showed: so many independent units (sessions, else requests), and of them so many bad. */
export interface Counts {
  readonly units: number;
  readonly bad: number;
}

/** How much worse a version may be than the hypothesis says, as factors: the alternatives that are mixed. */
export const WORSE = [1.25, 1.5, 2, 3, 5, 10] as const;
/** How much better, likewise. */
export const BETTER = [0.8, 0.65, 0.5, 0.35, 0.2, 0.1] as const;
/** Shares of the capital that are bet on each pair of scores. */
export const STAKES = [0.02, 0.05, 0.1, 0.2, 0.4, 0.7] as const;

export function noEvidence(alternatives: readonly number[]): number[] {
  return alternatives.map(() => 0);
}

/** ln of the mean of e^logs. */
export function logMean(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}

/**
 * Adds what was counted to the evidence that the canary's rate of bad units is not `ratio` times the stable one's,
 * but `ratio · factor`. Of the bad units of both arms together, each is the canary's with a probability that depends
 * on the ratio and on the share of the units it served, not on the rate itself: hence outages that both arms share,
 * and weights that change, do no harm.
 * @param designEffect how many units share a fate, on average over the units (1: they are independent)
 */
export function addRatio(logs: number[], factors: readonly number[], ratio: number, canary: Counts, stable: Counts, designEffect = 1): void {
  const units = canary.units + stable.units;
  const bad = canary.bad + stable.bad;
  if (bad === 0 || canary.units === 0 || stable.units === 0) return;
  const share = canary.units / units;
  const under = ratio * share + 1 - share;
  for (const [index, factor] of factors.entries()) {
    const logFactor = canary.bad * Math.log(factor) - bad * Math.log((ratio * factor * share + 1 - share) / under);
    logs[index]! += logFactor / designEffect;
  }
}

/** Adds to the evidence that the canary's own rate is below `rate` (factors below 1): a bad unit of a lower rate has a lower chance, a good one a higher. */
export function addBelow(logs: number[], factors: readonly number[], rate: number, { units, bad }: Counts, designEffect = 1): void {
  for (const [index, factor] of factors.entries()) logs[index]! += (bad * Math.log(factor) + units * rate * (1 - factor)) / designEffect;
}

/** Adds to the evidence that the canary's own rate is above `rate` (0 < rate < 1): the likelihood ratio of single trials. */
export function addAbove(logs: number[], factors: readonly number[], rate: number, { units, bad }: Counts, designEffect = 1): void {
  for (const [index, factor] of factors.entries()) logs[index]! += (bad * Math.log(factor) - units * Math.log1p((factor - 1) * rate)) / designEffect;
}

/**
 * Adds a pair of scores to the evidence that their difference `gain` is above 0 in the mean: each alternative bets
 * its stake on it. The difference must be at least −1.
 */
export function addBet(logs: number[], stakes: readonly number[], gain: number): void {
  for (const [index, stake] of stakes.entries()) logs[index]! += Math.log1p(stake * gain);
}
