import type { DecisionRules, RateRule } from "../../../src/core/rollouts/decision/rules.ts";

export function errorRate(rule: Partial<RateRule> = {}): RateRule {
  return { kind: "rate", name: "error-rate", ratio: 1.1, floor: 0.005, max: undefined, designEffect: 1, ...rule };
}

/** The defaults of llmops.yaml, with one metric. */
export function rulesOf(rules: Partial<DecisionRules> = {}): DecisionRules {
  return { metrics: [errorRate()], steps: [5, 10, 25, 50, 100], stepMs: 30 * 60_000, maxStepMs: 24 * 3_600_000, minRequests: 20, alpha: 0.05, beta: 0.2, detect: 2, ...rules };
}
