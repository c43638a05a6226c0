import { addAbove, addBelow, addBet, addRatio, BETTER, type Counts, logMean, noEvidence, STAKES, WORSE } from "./evidence.ts";
import { type DecisionRules, detectAt, type MetricRule, type RateRule, type ScoreRule } from "./rules.ts";

/** What a poll brings for a metric of units that are bad or not. */
export interface RateObservation {
  readonly canary: Counts;
  readonly stable: Counts;
}

/** One answer of each version, as scores of 0 … 1, in the order in which they arrived. */
export interface ScorePair {
  readonly canary: number;
  readonly stable: number;
  /** Whether both answers were given since the step began: a score that arrives later tells nothing about this step. */
  readonly thisStep: boolean;
}

/** By the metric's name. A metric whose source could not say is missing; that nothing new was counted is an observation. */
export type Observations = Readonly<Record<string, RateObservation | readonly ScorePair[]>>;

/** All numbers are finite, so that the state survives JSON. */
export interface MetricState {
  /** Breach over the whole rollout, and begun at each step: a fault that comes late is not outweighed by a good beginning. */
  all: number[];
  perStep: number[][];
  /** Above `max`, whatever the stable version does. */
  above: number[];
  /** Of this step alone: that the canary is better than what must be ruled out, and that it is below the floor. */
  better: number[];
  below: number[];
  /** Over the whole rollout; for scores `bad` is their sum. */
  canary: { units: number; bad: number };
  stable: { units: number; bad: number };
  step: { canary: { units: number; bad: number }; stable: { units: number; bad: number } };
}

export interface DecisionState {
  /** Index of the current step. */
  step: number;
  /** Time of this step with data from both arms, ms. */
  stepMs: number;
  /** Time of this step by the same clock, with data or without, ms. */
  waitedMs: number;
  metrics: Record<string, MetricState>;
}

/** Share of the breach evidence that each step's own process has, all steps together. */
const LATE_SHARE = 0.1;

export function newState(rules: DecisionRules): DecisionState {
  return { step: 0, stepMs: 0, waitedMs: 0, metrics: Object.fromEntries(rules.metrics.map((rule) => [rule.name, newMetric(rule)])) };
}

function newMetric(rule: MetricRule): MetricState {
  return {
    all: noEvidence(rule.kind === "rate" ? WORSE : STAKES),
    perStep: [],
    above: noEvidence(WORSE),
    canary: { units: 0, bad: 0 },
    stable: { units: 0, bad: 0 },
    ...freshStep(rule),
  };
}

function freshStep(rule: MetricRule): Pick<MetricState, "better" | "below" | "step"> {
  return {
    better: noEvidence(rule.kind === "rate" ? BETTER : STAKES),
    below: noEvidence(BETTER),
    step: { canary: { units: 0, bad: 0 }, stable: { units: 0, bad: 0 } },
  };
}

/** Goes to a step: evidence that the canary is healthy does not carry over, that it is in breach does. */
export function enterStep(state: DecisionState, rules: DecisionRules, step: number): void {
  state.step = step;
  state.stepMs = 0;
  state.waitedMs = 0;
  for (const rule of rules.metrics) Object.assign(state.metrics[rule.name]!, freshStep(rule));
}

/**
 * Adds what a poll brought, and the time since the one before: `ms` counts towards the step where every metric was there.
 * Whatever is not a finite number, or more bad units than units, is the caller's mistake.
 */
export function observe(state: DecisionState, rules: DecisionRules, observations: Observations, ms: number): void {
  state.waitedMs += ms;
  if (rules.metrics.every(({ name }) => observations[name] !== undefined)) state.stepMs += ms;
  for (const rule of rules.metrics) {
    const metric = state.metrics[rule.name]!;
    const observation = observations[rule.name];
    if (observation === undefined) continue;
    while (metric.perStep.length <= state.step) metric.perStep.push(noEvidence(metric.all));
    if (rule.kind === "rate") addRate(metric, rule, rules, state.step, observation as RateObservation);
    else for (const pair of observation as readonly ScorePair[]) addPair(metric, rule, state.step, pair);
  }
}

function addRate(metric: MetricState, rule: RateRule, rules: DecisionRules, step: number, { canary, stable }: RateObservation): void {
  const { ratio, designEffect } = rule;
  addRatio(metric.all, WORSE, ratio, canary, stable, designEffect);
  addRatio(metric.perStep[step]!, WORSE, ratio, canary, stable, designEffect);
  const ruledOut = detectAt(rules, step);
  if (ruledOut !== undefined) addRatio(metric.better, BETTER, ruledOut, canary, stable, designEffect);
  if (rule.floor !== undefined) addBelow(metric.below, BETTER, rule.floor, canary, designEffect);
  if (rule.max !== undefined) addAbove(metric.above, WORSE, rule.max, canary, designEffect);
  for (const sums of [metric, metric.step]) {
    add(sums.canary, canary.units, canary.bad);
    add(sums.stable, stable.units, stable.bad);
  }
}

function addPair(metric: MetricState, rule: ScoreRule, step: number, { canary, stable, thisStep }: ScorePair): void {
  const { worse, better } = gains(rule, canary, stable);
  addBet(metric.all, STAKES, worse);
  addBet(metric.perStep[step]!, STAKES, worse);
  if (thisStep) addBet(metric.better, STAKES, better);
  for (const sums of thisStep ? [metric, metric.step] : [metric]) {
    add(sums.canary, 1, canary);
    add(sums.stable, 1, stable);
  }
}

/** How far a pair speaks for a breach, and against what must be ruled out; scaled to be at least −1. */
function gains({ direction, ratio, detect }: ScoreRule, canary: number, stable: number): { worse: number; better: number } {
  if (direction === "higher") return { worse: ratio * stable - canary, better: canary - detect * stable };
  return { worse: (canary - ratio * stable) / ratio, better: (detect * stable - canary) / detect };
}

function add(sums: { units: number; bad: number }, units: number, bad: number): void {
  sums.units += units;
  sums.bad += bad;
}

/** ln of the evidence that the metric is in breach against the stable version. A step that is still to come counts as 1. */
export function logBreach(metric: MetricState, steps: number): number {
  const all = Math.log(1 - LATE_SHARE) + logMean(metric.all);
  const perStep = Array.from({ length: steps }, (_, step) => Math.log(LATE_SHARE / steps) + (metric.perStep[step] ? logMean(metric.perStep[step]) : 0));
  return logMean([all, ...perStep]) + Math.log(steps + 1);
}

/** ln of the evidence that the metric is above its absolute bound. */
export function logAbove(metric: MetricState): number {
  return logMean(metric.above);
}

/** ln of the evidence in this step that the metric is healthy: better than what must be ruled out, or below its floor. */
export function logHealthy(metric: MetricState, rule: MetricRule): number {
  return Math.max(logMean(metric.better), rule.kind === "rate" && rule.floor !== undefined ? logMean(metric.below) : -Infinity);
}
