import { JudgeError } from "../model.ts";
import type { AssertionDefinition, GradedRow } from "./definition.ts";

/** `perplexity`: at most the threshold. As in promptfoo it passes without one, also under `not-`. */
export const perplexity: AssertionDefinition = {
  check: ({ threshold }) => (threshold === undefined ? { severity: "warning", message: 'perplexity passes whatever it is as long as it has no "threshold".' } : undefined),
  grade({ assertion: { threshold }, type, row }) {
    const found = perplexityOf(row, type);
    if (threshold === undefined) return { pass: true, score: 1, reason: "Passed" };
    return { subject: "the perplexity", holds: found <= threshold, claim: `be at most ${threshold}`, found: `it is ${found.toFixed(2)}` };
  },
};

/** `perplexity-score`: 1 / (1 + perplexity), which is the score and must reach the threshold if there is one. */
export const perplexityScore: AssertionDefinition = {
  grade({ assertion: { threshold }, type, negated, row }) {
    const score = 1 / (1 + perplexityOf(row, type));
    if (threshold === undefined) return { pass: true, score: negated ? 1 - score : score, reason: "Passed" };
    return { subject: "the perplexity score", holds: score >= threshold, score, claim: `be at least ${threshold}`, found: `it is ${score.toFixed(2)}` };
  },
};

function perplexityOf({ logProbs }: GradedRow, type: string): number {
  if (!logProbs?.length) throw new JudgeError(`${type} cannot be judged: the answer has no log probabilities. Set "logprobs: true" in the provider's config, where the endpoint gives them.`);
  return Math.exp(-logProbs.reduce((sum, logProb) => sum + logProb, 0) / logProbs.length);
}
