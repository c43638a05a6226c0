import { type Gate, metricInfo } from "../../config/gates.ts";
import type { TrainingConfig } from "../../config/schema.ts";
import { minimumDetectableEffect, requiredCases, type VarianceComponents } from "../../regression/statistics/power.ts";

/**
 * How two runs of equal models differ, before anything of these is known: on 12.7 % of the cases, as simulated for
 * pass probabilities of Beta(0.85, 0.15).
 */
const EQUAL_MODELS: VarianceComponents = { between: 0, withinBaseline: 0.0635, withinCandidate: 0.0635 };

/** What is asked of a gate that must not be worse. */
export interface GateRule {
  readonly metric: string;
  /** `non-inferior`: shown to be no worse than its tolerance; `no-regression`: not shown to be worse. */
  readonly rule: "non-inferior" | "no-regression";
  /** Cases with which the former could be asked, where the cases there are do not suffice; `undefined`: not known before. */
  readonly casesNeeded: number | undefined;
}

/** What a decision will be made by. It is made before any money is spent, and not changed by what is found. */
export interface Plan {
  readonly metric: string;
  readonly cases: number;
  readonly repeats: number;
  /** The smallest improvement beyond `minImprovement` that would be found 4 times in 5; of rates only. */
  readonly detectable: number | undefined;
  readonly rules: readonly GateRule[];
}

/** @param gates of the suite; those of the metric that must improve are implied by that. */
export function planDecision(config: Pick<TrainingConfig, "metric" | "nonInferior">, gates: readonly Gate[], cases: number, repeats: number): Plan {
  const rules = gates
    .filter(({ metric, tolerance }) => tolerance !== undefined && metric !== config.metric)
    .map(({ metric, tolerance }): GateRule => {
      if (config.nonInferior === "required") return { metric, rule: "non-inferior", casesNeeded: undefined };
      // Of other metrics nothing is known before: how much they vary is seen only then.
      const points = metric === "accuracy" && tolerance && "points" in tolerance ? tolerance.points / 100 : undefined;
      if (points === undefined || points === 0) return { metric, rule: "no-regression", casesNeeded: undefined };
      const suffices = cases >= 2 && minimumDetectableEffect(cases, repeats, EQUAL_MODELS) <= points;
      return { metric, rule: suffices ? "non-inferior" : "no-regression", casesNeeded: suffices ? undefined : requiredCases(points, repeats, EQUAL_MODELS) };
    });
  const isRate = metricInfo(config.metric).unit === "rate";
  return { metric: config.metric, cases, repeats, detectable: isRate && cases >= 1 ? minimumDetectableEffect(cases, repeats, EQUAL_MODELS) : undefined, rules };
}
