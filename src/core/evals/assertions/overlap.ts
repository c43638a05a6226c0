import { type Assertion, JudgeError } from "../model.ts";
import { type AssertionDefinition, type Claim, quote } from "./definition.ts";

/**
 * A measure of how much the output has in common with a reference: it holds from the threshold on,
 * and its value is the score.
 *
 * @param measure of a candidate against references, 0 … 1.
 */
export function overlap(name: string, threshold: number, measure: (candidate: string, references: readonly string[], config: Assertion["config"]) => number | Promise<number>, many = true): AssertionDefinition {
  const usable = (value: unknown): value is string | readonly string[] =>
    typeof value === "string" || (many && Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string"));
  const needed = many ? "a text, or a list of texts," : "a text";
  return {
    check: ({ type, value }: Assertion) => (usable(value) ? undefined : `${type} needs ${needed} as its "value" to compare the output with.`),
    async grade({ assertion, type, value, text }): Promise<Claim> {
      if (!usable(value)) throw new JudgeError(`${type} needs ${needed} as its value, not ${quote(value)}.`);
      const least = assertion.threshold ?? threshold;
      const score = await measure(text, typeof value === "string" ? [value] : value, assertion.config);
      return { holds: score >= least, score, claim: `have a ${name} score of at least ${least}`, found: `it is ${score.toFixed(4)}` };
    },
  };
}

/** How often each sequence of `n` words occurs. */
export function countNGrams(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) {
    const gram = words.slice(i, i + n).join(" ");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** Occurrences that two texts share: each counts as often as in the text that has fewer of it. */
export function shared(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [gram, count] of a) sum += Math.min(count, b.get(gram) ?? 0);
  return sum;
}
