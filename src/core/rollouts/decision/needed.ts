import { BETTER } from "./evidence.ts";
import { type DecisionRules, detectAt } from "./rules.ts";
import { type DecisionState, logHealthy } from "./state.ts";

/**
 * About how many more canary units this step needs until a metric is healthy, if the canary is as good as the stable version goes on to be.
 * `undefined`: it cannot be said (no errors yet, no share of the traffic known, scores), or the step is the last.
 */
export function unitsNeeded(state: DecisionState, rules: DecisionRules, name: string): number | undefined {
  const rule = rules.metrics.find((candidate) => candidate.name === name);
  const metric = state.metrics[name];
  const ratio = detectAt(rules, state.step);
  if (rule?.kind !== "rate" || !metric || ratio === undefined) return undefined;
  const { canary, stable } = metric.step;
  const share = canary.units / (canary.units + stable.units);
  const rate = stable.bad / stable.units;
  if (!(share > 0 && share < 1) || !Number.isFinite(rate)) return undefined;
  const missing = Math.log(1 / rules.beta) - logHealthy(metric, rule);
  if (missing <= 0) return 0;
  const perBad = (factor: number) => share * Math.log(factor) - Math.log((ratio * factor * share + 1 - share) / (ratio * share + 1 - share));
  const gains = BETTER.map((factor) => Math.max((rate / share) * perBad(factor), rule.floor === undefined ? 0 : rate * Math.log(factor) + rule.floor * (1 - factor)));
  const gain = Math.max(...gains) / rule.designEffect;
  return gain > 0 ? Math.ceil(missing / gain) : undefined;
}
