import type { Random } from "../../regression/statistics/random.ts";

/** A Poisson number. Above a mean of 50 a rounded normal one, whose error is far below what a poll counts. */
export function poisson(random: Random, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
  return count;
}

/** How many of `n` units are bad at rate `p`: by the gaps between them, so that it takes as many steps as there are bad ones. */
export function binomial(random: Random, n: number, p: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return n;
  const logGood = Math.log1p(-p);
  let count = 0;
  for (let at = -1; ; count++) {
    at += 1 + Math.floor(Math.log(1 - random.uniform()) / logGood);
    if (at >= n) return count;
  }
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** What real traffic does that a constant rate does not; each factor is the same for both versions. */
export interface Conditions {
  /** Amplitude of the daily cycle, 0 … 1. */
  readonly cycle: number;
  /** Chance that a minute brings a burst, and its factor. */
  readonly burst: { readonly chance: number; readonly factor: number };
  /** An outage of both versions: first minute, minutes, rate of bad units. */
  readonly outage: { readonly from: number; readonly minutes: number; readonly rate: number } | undefined;
}

export const CALM: Conditions = { cycle: 0, burst: { chance: 0, factor: 1 }, outage: undefined };

/** Factor of the traffic in a minute, with a mean of about 1. @param phase minute of the day at which it begins */
export function trafficAt(random: Random, { cycle, burst }: Conditions, minute: number, phase: number): number {
  const daily = 1 + cycle * Math.sin((2 * Math.PI * (minute + phase)) / 1440);
  return daily * (random.uniform() < burst.chance ? burst.factor : 1);
}
