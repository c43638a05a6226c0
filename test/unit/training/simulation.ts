import type { Case } from "../../../src/core/evals/model.ts";
import { placeAt } from "../../../src/core/evals/suite/source.ts";
import type { CaseTally, Sample } from "../../../src/core/evals/run/tally.ts";
import { START } from "../../../src/core/problem.ts";
import { analyse } from "../../../src/core/regression/analyse.ts";
import type { RunReport } from "../../../src/core/regression/report.ts";
import { createRandom } from "../../../src/core/regression/statistics/random.ts";
import { type Decision, decide } from "../../../src/core/training/decision/decide.ts";
import { type Plan, planDecision } from "../../../src/core/training/decision/plan.ts";
import { slicesOf } from "../../../src/core/training/decision/slices.ts";

export interface Simulated {
  readonly cases: number;
  readonly repeats: number;
  /** How much more often the candidate is right, 0 … 1. */
  readonly gain: number;
  readonly seed: number;
}

/**
 * A training whose models are asked `cases` cases: each has a pass probability of Beta(0.85, 0.15) with the model in use,
 * as two identical runs then differ on 12.7 % of the cases, and the candidate's is moved by `gain`.
 */
export function simulate({ cases, repeats, gain, seed }: Simulated): { report: RunReport; plan: Plan; cases: CaseTally[] } {
  const random = createRandom(seed);
  // Beta(a, b) by Jöhnk: of two powers of uniforms whose sum is at most 1, the first one's share.
  const beta = (a: number, b: number): number => {
    for (;;) {
      const [x, y] = [random.uniform() ** (1 / a), random.uniform() ** (1 / b)];
      if (x + y <= 1 && x + y > 0) return x / (x + y);
    }
  };
  const found = tallyOf(cases, repeats, () => {
    const before = beta(0.85, 0.15);
    const after = gain === 0 ? before : before + (1 - before) * Math.min(1, gain / 0.15);
    return () => [random.uniform() < before, random.uniform() < after];
  });
  const series = analyse({ series: [{ key: "s", prompt: "p", label: "p", provider: "m", model: "m", hasBaseline: true, changed: true, skipped: false, cases: found }], repeats, gates: [], confirmed: new Map() });
  return { report: { series } as unknown as RunReport, plan: planDecision({ metric: "accuracy" }, [], cases, repeats), cases: found };
}

/** The decision on a simulated training, with `minImprovement: 1%`. */
export async function decideOn(options: Simulated): Promise<Decision> {
  const { report, plan, cases } = simulate(options);
  const slices = await slicesOf({ cases }, options.repeats);
  return decide({ report, plan, minImprovement: { relative: 0.01 }, tolerances: new Map(), slices, candidate: "new", production: "old" });
}

/** Cases of which each repeat has passed before and with the candidate as `outcome` says. */
export function tally(count: number, repeats: number, outcome: (at: number) => readonly [before: boolean, after: boolean], vars: (at: number) => Record<string, unknown> = () => ({})): CaseTally[] {
  return tallyOf(count, repeats, (at) => () => outcome(at), vars);
}

function tallyOf(count: number, repeats: number, ofCase: (at: number) => () => readonly [boolean, boolean], vars: (at: number) => Record<string, unknown> = () => ({})): CaseTally[] {
  return Array.from({ length: count }, (_, at) => {
    const outcome = ofCase(at);
    const pairs = Array.from({ length: repeats }, outcome);
    const test = { id: `c${at}`, index: at, description: `case ${at}`, vars: vars(at), metadata: {}, place: placeAt({ file: "/s", range: START }) } as unknown as Case;
    return { test, current: pairs.map(([, after]) => sample(after)), baseline: pairs.map(([before]) => sample(before)) };
  });
}

function sample(passed: boolean): Sample {
  return { status: passed ? "passed" : "failed", score: passed ? 1 : 0, latencyMs: undefined, cached: false, cost: undefined, tokens: undefined, metrics: {}, preview: "", reason: "", fingerprint: undefined };
}
