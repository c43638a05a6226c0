import assert from "node:assert/strict";
import { analyse } from "../../../src/core/regression/analyse.ts";
import type { RunReport } from "../../../src/core/regression/report.ts";
import { createRandom } from "../../../src/core/regression/statistics/random.ts";
import { benjaminiHochberg } from "../../../src/core/training/decision/benjaminiHochberg.ts";
import { decide } from "../../../src/core/training/decision/decide.ts";
import { planDecision } from "../../../src/core/training/decision/plan.ts";
import { slicesOf } from "../../../src/core/training/decision/slices.ts";
import { decideOn, simulate, tally } from "./simulation.ts";

describe("the plan of a decision", () => {
  const accuracy = { metric: "accuracy", direction: "higher", tolerance: { points: 2 } } as const;

  it("asks for non-inferiority only where the cases suffice, and says how many would", () => {
    const of = (cases: number, repeats: number) => planDecision({ metric: "helpful" }, [accuracy], cases, repeats).rules;
    assert.deepEqual(of(400, 3), [{ metric: "accuracy", rule: "no-regression", casesNeeded: 655 }]);
    assert.deepEqual(of(700, 3), [{ metric: "accuracy", rule: "non-inferior", casesNeeded: undefined }]);
    assert.deepEqual(planDecision({ metric: "helpful", nonInferior: "required" }, [accuracy], 40, 1).rules, [{ metric: "accuracy", rule: "non-inferior", casesNeeded: undefined }]);
    assert.deepEqual(planDecision({ metric: "accuracy" }, [accuracy], 40, 1).rules, [], "what must improve is no worse");
  });
});

describe("a decision", () => {
  it("names the one-sided bound that does not hold, and every other condition", async () => {
    const equal = await decideOn({ cases: 100, repeats: 1, gain: 0, seed: 6 });
    assert.equal(equal.verdict, "not-better");
    assert.match(equal.reasons[0]!, /^accuracy improves by at least −?\d+\.\d points \(one-sided 95 %\), and more than \d\.\d points is asked: that is not shown\.$/);
    const better = await decideOn({ cases: 300, repeats: 3, gain: 0.08, seed: 2 });
    assert.deepEqual([better.verdict, better.reasons, better.rows.map(({ rule, holds }) => [rule, holds])], ["better", [], [["improvement", true]]]);
  });

  it("is never better without a model to compare with, or where too little was answered", async () => {
    const { report, plan } = simulate({ cases: 100, repeats: 1, gain: 0.2, seed: 3 });
    const input = { report, plan, minImprovement: { points: 0 }, tolerances: new Map(), slices: [], candidate: "new" };
    assert.deepEqual(decide({ ...input, production: undefined }).reasons, ["There is no model in use to compare with."]);
    const unanswered = tally(100, 1, () => [true, true]).map((item, at) => (at < 20 ? { ...item, current: [{ ...item.current[0]!, status: "error" as const, reason: "HTTP 503" }] } : item));
    const series = analyse({ series: [{ key: "s", prompt: "p", label: "p", provider: "m", model: "m", hasBaseline: true, changed: true, skipped: false, cases: unanswered }], repeats: 1, gates: [], confirmed: new Map() });
    assert.match(decide({ ...input, report: { series } as unknown as RunReport, production: "old" }).reasons[0]!, /^Not judged: 20 of /);
  });

  it("sees a group that breaks behind a better average", async () => {
    const random = createRandom(4);
    const label = (at: number) => (at % 6 === 0 ? "refund" : "other");
    const cases = tally(300, 1, (at) => [label(at) === "refund" ? true : random.uniform() < 0.5, label(at) === "refund" ? random.uniform() < 0.5 : true], (at) => ({ category: label(at), text: `case ${at}` }));
    const slices = await slicesOf({ cases }, 1);
    assert.deepEqual(slices.filter(({ isWorse }) => isWorse).map(({ name }) => name), ["category = refund"]);
    const { plan } = simulate({ cases: 300, repeats: 1, gain: 0, seed: 1 });
    const series = analyse({ series: [{ key: "s", prompt: "p", label: "p", provider: "m", model: "m", hasBaseline: true, changed: true, skipped: false, cases }], repeats: 1, gates: [], confirmed: new Map() });
    const decision = decide({ report: { series } as unknown as RunReport, plan, minImprovement: { points: 0 }, tolerances: new Map(), slices, candidate: "new", production: "old" });
    assert.ok(decision.rows[0]!.delta! > 0.2);
    assert.match(decision.reasons[0]!, /^category = refund is proven worse: 100\.0.% → \d\d\.\d.% over 50 cases\.$/);
  });

  it("is wrong at most in 5 of 100 trainings that are no better, and finds most that are (a smaller test/simulations)", async () => {
    const better = async (gain: number) => {
      let count = 0;
      for (let seed = 0; seed < 40; seed++) if ((await decideOn({ cases: 400, repeats: 3, gain, seed: 1000 + seed })).verdict === "better") count++;
      return count;
    };
    assert.ok((await better(0)) <= 2);
    assert.ok((await better(0.05)) >= 30);
  });
});

describe("Benjamini and Hochberg's adjustment", () => {
  it("is that of scipy.stats.false_discovery_control", () => {
    const found = benjaminiHochberg([0.01, 0.04, 0.03, 0.005, 0.9]);
    [0.025, 0.05, 0.05, 0.025, 0.9].forEach((p, at) => assert.ok(Math.abs(found[at]! - p) < 1e-12, String(found)));
    assert.deepEqual(benjaminiHochberg([]), []);
  });
});
