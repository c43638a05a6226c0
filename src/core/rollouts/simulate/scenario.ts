import { normalCdf, normalQuantile } from "../../regression/statistics/special.ts";
import type { DecisionRules, MetricRule } from "../decision/rules.ts";
import type { Scenario } from "./simulate.ts";

/** A rollout as somebody describes it who wants to know what it would do; rates are 0 … 1, latencies ms. */
export interface Question {
  /** Requests a minute. */
  readonly traffic: number;
  readonly baselineError: number;
  readonly canaryError: number;
  readonly baselineP95?: number;
  readonly canaryP95?: number;
  /** Metrics like the error rate, of which one has the canary's fault. */
  readonly metrics?: number;
  readonly rules: Omit<DecisionRules, "metrics"> & { readonly ratio: number };
  readonly holdback: number;
}

/** Polls of real rollouts are as far apart, or closer. */
const POLL_MS = 60_000;
const FLOOR = 0.005;
/** Latency that a p95 may gain. */
const LATENCY_RATIO = 1.2;
/** Latencies are taken as lognormal: this σ of their logarithm makes the p95 2.3 times the median. */
const LATENCY_SIGMA = 0.5;

export function scenarioOf({ traffic, baselineError, canaryError, baselineP95, canaryP95, metrics = 1, rules: { ratio, ...rules }, holdback }: Question): Scenario {
  const judged: MetricRule[] = [];
  const rates: Record<string, { stable: number; canary: number }> = {};
  const judge = (name: string, stable: number, canary: number, allowed: number, floor: number | undefined) => {
    judged.push({ kind: "rate", name, ratio: allowed, floor, max: undefined, designEffect: 1 });
    rates[name] = { stable, canary };
  };
  judge("error-rate", baselineError, canaryError, ratio, FLOOR);
  if (baselineP95 !== undefined && canaryP95 !== undefined) judge("latency-p95", 0.05, slowShare(baselineP95, canaryP95), 1, undefined);
  while (judged.length < metrics) judge(`metric-${judged.length + 1}`, baselineError, baselineError, ratio, FLOOR);
  return { rules: { ...rules, metrics: judged }, traffic, rates, holdback, pollMs: POLL_MS };
}

/** Share of the canary's answers that take longer than the tolerated p95 of the stable version. */
function slowShare(baselineP95: number, canaryP95: number): number {
  return 1 - normalCdf(Math.log((LATENCY_RATIO * baselineP95) / canaryP95) / LATENCY_SIGMA + normalQuantile(0.95));
}
