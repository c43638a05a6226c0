import { keptShare } from "../evals/instructions/kept.ts";
import type { CaseTally, Sample } from "../evals/run/tally.ts";

export type ValueOf = (sample: Sample) => number | undefined;

const VALUES: Readonly<Record<string, ValueOf>> = {
  cost: (sample) => sample.cost,
  tokens: (sample) => sample.tokens,
  "instruction-following": (sample) => sample.measured && keptShare(sample.measured.kept),
  toxicity: (sample) => sample.measured?.values["toxicity"],
  "profanity-list": (sample) => sample.measured?.values["profanity-list"],
};

/** A metric's value in a sample: a built-in one's, or what the suite's assertions say under that name. */
export function valueIn(metric: string): ValueOf {
  return VALUES[metric] ?? ((sample) => sample.metrics[metric]);
}

/** Where fewer of the answers have one, a metric that costs calls says nothing: those that failed may be those that matter. */
const LEAST: Readonly<Record<string, number>> = { toxicity: 0.95 };

export function isCovered(metric: string, cases: readonly CaseTally[]): boolean {
  const least = LEAST[metric];
  if (least === undefined) return true;
  const answers = cases.flatMap(({ current, baseline }) => [...current, ...baseline]).filter((sample) => sample?.measured !== undefined);
  return answers.filter((sample) => sample && valueIn(metric)(sample) !== undefined).length >= answers.length * least;
}
