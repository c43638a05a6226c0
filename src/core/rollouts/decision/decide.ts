import { breachBar, type DecisionRules, type MetricRule } from "./rules.ts";
import { type DecisionState, logAbove, logBreach, logHealthy, type MetricState } from "./state.ts";

export type StepVerdict = "breach" | "healthy" | "insufficient";

/** A metric's evidence at a poll, as factors: 60 means that a breach is 60 times as likely as chance. */
export interface MetricVerdict {
  readonly name: string;
  readonly verdict: StepVerdict;
  readonly breach: number;
  readonly healthy: number;
  /** Why it is in breach; only then. */
  readonly because?: "ratio" | "max" | "catastrophe";
}

export interface Decision {
  readonly verdict: StepVerdict;
  /** Evidence at which a metric is in breach. */
  readonly breachBar: number;
  /** Evidence at which a metric is healthy. */
  readonly healthyBar: number;
  readonly metrics: readonly MetricVerdict[];
  /** What the step still waits for; empty unless it is insufficient. */
  readonly waitsFor: readonly WaitsFor[];
  /** The step has used up its time: a person decides. */
  readonly overdue: boolean;
}

export type WaitsFor = { readonly kind: "time"; readonly ms: number } | { readonly kind: "requests"; readonly count: number } | { readonly kind: "evidence"; readonly metric: string };

/** A canary of which more than this share is bad, while the stable version is not nearly as bad, needs no statistics. */
const CATASTROPHE = { rate: 0.5, units: 20, timesStable: 2 };
/** Evidence is shown up to here; beyond it nobody reads digits. */
const MOST = 1e12;

/** What to do at this poll. Breach goes before all else. */
export function decide(state: DecisionState, rules: DecisionRules): Decision {
  const bar = breachBar(rules);
  const healthyBar = 1 / rules.beta;
  const isLast = state.step === rules.steps.length - 1;
  const metrics = rules.metrics.map((rule): MetricVerdict => {
    const metric = state.metrics[rule.name]!;
    const above = rule.kind === "rate" && rule.max !== undefined ? logAbove(metric) : -Infinity;
    const ratio = logBreach(metric, rules.steps.length);
    const healthy = logHealthy(metric, rule);
    const { canary, stable } = metric.step;
    const catastrophe =
      rule.kind === "rate" && canary.units >= CATASTROPHE.units && canary.bad > CATASTROPHE.rate * canary.units && canary.bad * stable.units >= CATASTROPHE.timesStable * stable.bad * canary.units;
    const because = ratio >= Math.log(bar) ? "ratio" : above >= Math.log(bar) ? "max" : catastrophe ? "catastrophe" : undefined;
    const verdict = because ? "breach" : (isLast && isComparable(rule, metric)) || healthy >= Math.log(healthyBar) ? "healthy" : "insufficient";
    return { name: rule.name, verdict, breach: Math.min(MOST, Math.exp(Math.max(ratio, above))), healthy: Math.min(MOST, Math.exp(healthy)), ...(because && { because }) };
  });
  const breached = metrics.some(({ verdict }) => verdict === "breach");
  const waitsFor = breached ? [] : missing(state, rules, metrics);
  const verdict = breached ? "breach" : waitsFor.length === 0 ? "healthy" : "insufficient";
  return { verdict, breachBar: bar, healthyBar, metrics, waitsFor, overdue: verdict === "insufficient" && state.waitedMs >= rules.maxStepMs };
}

/** A bake is only watched; what it is compared with must be there all the same. */
function isComparable(rule: MetricRule, { step: { stable } }: MetricState): boolean {
  return stable.units > 0 || (rule.kind === "rate" && rule.max !== undefined);
}

function missing(state: DecisionState, rules: DecisionRules, metrics: readonly MetricVerdict[]): WaitsFor[] {
  const waitsFor: WaitsFor[] = [];
  if (state.stepMs < rules.stepMs) waitsFor.push({ kind: "time", ms: rules.stepMs - state.stepMs });
  const seen = canaryUnits(state, rules);
  if (seen < rules.minRequests) waitsFor.push({ kind: "requests", count: rules.minRequests - seen });
  for (const { name, verdict } of metrics) if (verdict === "insufficient") waitsFor.push({ kind: "evidence", metric: name });
  return waitsFor;
}

/** Units of the canary in this step: the fewest of the metrics that count units, else of scored answers. */
export function canaryUnits(state: DecisionState, rules: DecisionRules): number {
  const counted = rules.metrics.filter(({ kind }) => kind === "rate");
  return Math.min(...(counted.length > 0 ? counted : rules.metrics).map(({ name }) => state.metrics[name]!.step.canary.units));
}
