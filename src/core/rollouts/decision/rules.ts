/** How a metric of which units are bad or not (errors, slow answers) is judged. */
export interface RateRule {
  readonly kind: "rate";
  readonly name: string;
  /** Allowed ratio of the canary's rate to the stable one's; 1 for slow answers, whose tolerance is in what counts as slow. */
  readonly ratio: number;
  /** A rate, 0 … 1, below which the canary is healthy whatever the ratio. */
  readonly floor: number | undefined;
  /** A rate, 0 … 1, above which the canary is rolled back whatever the stable version does. */
  readonly max: number | undefined;
  /** Units that share a fate, on average over the units; 1 where the source counts sessions. */
  readonly designEffect: number;
}

/** How scores of 0 … 1 are judged, in pairs of one answer of each version. */
export interface ScoreRule {
  readonly kind: "score";
  readonly name: string;
  readonly direction: "higher" | "lower";
  /** Allowed ratio of the means: up to 1 where higher is better, from 1 on where lower is. */
  readonly ratio: number;
  /** The ratio that must not pass a step unseen: worse than `ratio`. */
  readonly detect: number;
}

export type MetricRule = RateRule | ScoreRule;

/** By what a rollout is decided. */
export interface DecisionRules {
  readonly metrics: readonly MetricRule[];
  /** Shares of the traffic, percent, rising. */
  readonly steps: readonly number[];
  /** Shortest time of a step with data from both arms, ms. */
  readonly stepMs: number;
  /** Time after which an undecided step waits for a person, ms. */
  readonly maxStepMs: number;
  /** Fewest units of the canary in a step. */
  readonly minRequests: number;
  /** Chance that a healthy version is rolled back, over all metrics and the whole rollout. */
  readonly alpha: number;
  /** Chance that a version as bad as the step's `detectAt` passes a step. */
  readonly beta: number;
  /** Ratio to the stable version that the whole traffic's rate must not reach unseen. */
  readonly detect: number;
}

/**
 * The ratio that must be ruled out before a step is healthy: what would, at the next step's weight, bring the whole
 * traffic to `detect` times the stable rate. The last step has none: it is a bake, which only a breach ends early.
 */
export function detectAt({ steps, detect }: Pick<DecisionRules, "steps" | "detect">, step: number): number | undefined {
  const next = steps[step + 1];
  return next === undefined ? undefined : 1 + (detect - 1) / (next / 100);
}

/** The evidence at which a metric is in breach: α is shared out among the metrics. */
export function breachBar({ metrics, alpha }: Pick<DecisionRules, "metrics" | "alpha">): number {
  return processCount(metrics) / alpha;
}

/** Each absolute bound is one more chance of a false alarm. */
function processCount(metrics: readonly MetricRule[]): number {
  return metrics.length + metrics.filter((rule) => rule.kind === "rate" && rule.max !== undefined).length;
}
