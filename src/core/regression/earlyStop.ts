import type { Gate } from "../config/gates.ts";
import type { EarlyStop } from "../evals/run/looks.ts";
import type { SeriesTally } from "../evals/run/tally.ts";
import { gatedFamily, isBeyond } from "./verdict.ts";

/**
 * Group-sequential boundaries of O'Brien and Fleming (1979), one-sided, for looks at a quarter, half and three
 * quarters of the cases; at the end the level is `LAST_ALPHA`, so that all looks together alarm falsely in at most
 * 5 % of runs. It stops for a regression only: nothing is called good on part of the evidence.
 */
const LOOKS = [
  { share: 0.25, level: 0.0001 },
  { share: 0.5, level: 0.0055 },
  { share: 0.75, level: 0.0215 },
] as const;

export const LAST_ALPHA = 0.0425;

/** `undefined` where no gate compares, so that nothing could settle it. */
export function earlyStop(gates: readonly Gate[], repeats: number): EarlyStop | undefined {
  if (!gates.some((gate) => gate.tolerance)) return undefined;
  return { shares: LOOKS.map(({ share }) => share), settles: (series, look) => settles(series, look, repeats, gates) };
}

/** @param look index of the look that `series` are the cases of. */
export function settles(series: readonly SeriesTally[], look: number, repeats: number, gates: readonly Gate[]): boolean {
  const family = gatedFamily(series, repeats, gates);
  const level = LOOKS[look]!.level / family.length;
  return family.some((metric) => (metric.comparison?.worse ?? 1) <= level && isBeyond(metric));
}
