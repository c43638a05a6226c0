import { BUILT_IN_METRICS, metricInfo } from "../../config/gates.ts";
import type { RolloutConfig } from "../../config/schema.ts";
import type { DecisionRules, MetricRule } from "../decision/rules.ts";

/** How the latency of the canary is bound: its p95 may be `ratio` times the stable one's. */
export interface Latency {
  readonly ratio: number;
}

/** A score that is not in the counters: where it comes from. */
export type ScoreSource = NonNullable<RolloutConfig["thresholds"][string]["source"]>;

/** All that a rollout is carried out by, frozen when it begins: what llmops.yaml says later does not change it. */
export interface RolloutPlan {
  readonly name: string;
  /** What is rolled out, as the person or pipeline that started it calls it. */
  readonly version: string | undefined;
  readonly target: RolloutConfig["target"];
  readonly metrics: RolloutConfig["metrics"];
  readonly thresholds: RolloutConfig["thresholds"];
  readonly rules: DecisionRules;
  /** 0 … 1. */
  readonly holdback: number;
  readonly pollMs: number;
  readonly onInsufficient: RolloutConfig["onInsufficient"];
  /** By metric. */
  readonly latency: Readonly<Record<string, Latency>>;
  readonly scores: Readonly<Record<string, ScoreSource>>;
}

const POLL_MS = 60_000;
const POLLS_PER_STEP = 5;
const SHORTEST_POLL_MS = 1000;
const DETECT_SCORE = 0.95;

export function planOf(name: string, config: RolloutConfig, version: string | undefined): RolloutPlan {
  const { target, metrics, thresholds, steps, step, maxStep, alpha, beta, detect, minRequests, holdback, onInsufficient } = config;
  const entries = Object.entries(thresholds);
  return {
    name,
    version,
    target,
    metrics,
    thresholds,
    rules: { metrics: entries.map(([metric, threshold]) => ruleOf(metric, threshold, detect)), steps, stepMs: step, maxStepMs: maxStep, minRequests, alpha, beta, detect },
    holdback,
    pollMs: config.poll ?? Math.min(POLL_MS, Math.max(SHORTEST_POLL_MS, step / POLLS_PER_STEP)),
    onInsufficient,
    latency: Object.fromEntries(entries.filter(([metric]) => isLatency(metric)).map(([metric, { ratio }]) => [metric, { ratio }])),
    scores: Object.fromEntries(entries.flatMap(([metric, { source }]) => (source ? [[metric, source]] : []))),
  };
}

/** The canary's weight in a step, percent: in the last one some traffic stays where it was. */
export function weightOf({ rules: { steps }, holdback }: Pick<RolloutPlan, "rules" | "holdback">, step: number): number {
  return Math.min(steps[step]!, 100 * (1 - holdback));
}

function ruleOf(name: string, { ratio, direction, floor, max, designEffect = 1, detect: own, source }: RolloutConfig["thresholds"][string], detect: number): MetricRule {
  if (isLatency(name)) return { kind: "rate", name, ratio: 1, floor: undefined, max: undefined, designEffect };
  const isRate = name === "error-rate" && source === undefined;
  if (isRate) return { kind: "rate", name, ratio, floor, max, designEffect };
  const better = direction ?? metricInfo(name).direction;
  return { kind: "score", name, direction: better, ratio, detect: own ?? (better === "higher" ? Math.min(DETECT_SCORE, ratio) : Math.max(detect, ratio)) };
}

function isLatency(metric: string): boolean {
  return BUILT_IN_METRICS[metric]?.unit === "latency";
}
