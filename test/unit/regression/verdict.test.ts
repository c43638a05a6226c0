import assert from "node:assert/strict";
import fc from "fast-check";
import type { Gate } from "../../../src/core/config/gates.ts";
import type { SeriesTally } from "../../../src/core/evals/run/tally.ts";
import { analyse } from "../../../src/core/regression/analyse.ts";
import { type RunReport, worst } from "../../../src/core/regression/report.ts";
import { createRandom } from "../../../src/core/regression/statistics/random.ts";
import { headline } from "../../../src/core/regression/words.ts";
import { ACCURACY, BROKEN, judge, judgeOne, metricOf, outcome, sample, samples, seriesOf } from "./support.ts";

describe("the verdict on accuracy", () => {
  const table: [what: string, counts: Record<string, number>, gate: Partial<Gate>, verdict: string, metric: string][] = [
    ["four net broken cases are proven", { "+>-": 4, "+>+": 36 }, {}, "regression", "regression"],
    ["three are not, and beyond the tolerance that is inconclusive", { "+>-": 3, "+>+": 37 }, {}, "inconclusive", "inconclusive"],
    ["a proven loss within the tolerance is no change", { "+>-": 6, "+>+": 294 }, {}, "passed", "no-change"],
    ["exactly the tolerance is not beyond it", { "+>-": 1, "+>+": 49 }, {}, "passed", "no-change"],
    ["a tolerance may be relative", { "+>-": 6, "+>+": 94 }, { tolerance: { relative: 0.1 } }, "passed", "no-change"],
    ["what is fixed counts against what broke", { "+>-": 6, "->+": 5, "+>+": 39 }, {}, "passed", "no-change"],
    ["as many fixed cases are an improvement", { "->+": 4, "+>+": 36 }, {}, "improved", "improved"],
    ["nothing changed", { "+>+": 30, "->-": 10 }, {}, "passed", "no-change"],
    ["a request that the endpoint refuses counts as broken", { "+>x": 4, "+>+": 36 }, {}, "regression", "regression"],
    ["below its minimum it fails, whatever the baseline", { "+>+": 16, "->-": 4 }, { min: 0.85 }, "failed", "no-change"],
    ["at its minimum it does not", { "+>+": 17, "->-": 3 }, { min: 0.85 }, "passed", "no-change"],
    ["a regression is worse than a missed minimum", { "+>-": 6, "+>+": 14 }, { min: 0.85 }, "regression", "regression"],
    ["with a minimum only, it is not compared", { "+>-": 6, "+>+": 94 }, { tolerance: undefined, min: 0.85 }, "passed", "no-change"],
    ["several runs of a case are one case, not several", { "+++>---": 4, "+++>+++": 36 }, {}, "regression", "regression"],
    ["and prove what one run of as many cases cannot", { "+++>+--": 3, "+++>+-+": 4, "+++>+++": 33 }, {}, "regression", "regression"],
  ];
  for (const [what, counts, gate, verdict, metric] of table) {
    it(what, () => {
      const report = judgeOne(outcome(counts), [{ ...ACCURACY, ...gate }]);
      assert.deepEqual([report.verdict, metricOf(report, "accuracy").verdict], [verdict, metric]);
    });
  }

  it("says what would settle an inconclusive result", () => {
    const once = metricOf(judgeOne(outcome({ "+>-": 3, "+>+": 37 })), "accuracy").advice;
    assert.ok(once && once.detectable > 0 && once.cases > 40);
    const copies = metricOf(judgeOne(outcome({ "+++>---": 2, "+++>+++": 38 })), "accuracy");
    assert.deepEqual([copies.verdict, copies.advice?.detectableWithRepeats], ["inconclusive", undefined]);
    const noisy = metricOf(judgeOne(outcome({ "+++>---": 2, "+-+>-++": 8, "+++>+++": 30 })), "accuracy");
    assert.equal(noisy.advice?.detectableWithRepeats?.repeats, 9);
    assert.ok(noisy.advice!.detectableWithRepeats!.effect < noisy.advice!.detectable);
    assert.equal(metricOf(judgeOne(outcome({ "+>-": 4, "+>+": 36 })), "accuracy").advice, undefined);
  });

  it("without a baseline it fails for failing cases, unless a minimum decides", () => {
    const alone = (marks: Record<string, number>, gates: readonly Gate[]) => judgeOne(outcome(marks, { hasBaseline: false }), gates, 1);
    const failing = alone({ ">+": 18, ">-": 2 }, [ACCURACY]);
    assert.deepEqual([failing.verdict, failing.failing.length, failing.broke.length, headline(failing)], ["failed", 2, 0, "Failed: 2 of 20 cases fail, and there is nothing to compare with."]);
    assert.equal(alone({ ">+": 20 }, [ACCURACY]).verdict, "passed");
    assert.equal(alone({ ">+": 18, ">-": 2 }, [{ ...ACCURACY, min: 0.85 }]).verdict, "passed");
    assert.equal(alone({ ">+": 18, ">-": 2 }, [{ ...ACCURACY, min: 0.95 }]).verdict, "failed");
  });
});

describe("broke and fixed, for people", () => {
  it("with several runs: the mean crossed one half", () => {
    const table: [string, "broke" | "fixed" | "neither"][] = [["+>-", "broke"], ["->+", "fixed"], ["+++>---", "broke"], ["++->+--", "broke"], ["++->-++", "neither"], ["+++>++-", "neither"], ["+->--", "broke"], ["+->+-", "neither"], ["+-->+-+", "fixed"], ["-->+-", "fixed"], ["++>x-", "broke"], ["++>?-", "broke"], ["++>??", "neither"]];
    for (const [marks, expected] of table) {
      const { broke, fixed } = judgeOne(outcome({ [marks]: 1 }), [BROKEN]);
      assert.deepEqual([broke.length, fixed.length], [Number(expected === "broke"), Number(expected === "fixed")], marks);
    }
  });

  it("says what a broken case answered before and answers now, and why that fails", () => {
    const report = judgeOne(seriesOf([{ baseline: [sample({ preview: "refund", reason: "Passed" })], current: [sample({ status: "failed", preview: "complaint", reason: "Expected refund." })] }]), [BROKEN]);
    assert.deepEqual(report.broke.map(({ id, number, title, before, after, reason }) => ({ id, number, title, before, after, reason })), [{ id: "c0", number: 1, title: '{"n":0}', before: "refund", after: "complaint", reason: "Expected refund." }]);
  });
});

describe("metrics and their directions", () => {
  const values = (baseline: readonly number[], current: readonly number[], name: "cost" | "tokens" | "tone" | "slips") =>
    seriesOf(baseline.map((before, i) => ({ baseline: [sample(of(name, before))], current: [sample(of(name, current[i]!))] })));
  const of = (name: string, value: number) => (name === "cost" || name === "tokens" ? { [name]: value } : { metrics: { [name]: value } });
  const rising = Array.from({ length: 40 }, (_, i) => 10 + (i % 7));
  const more = rising.map((value, i) => value * 1.2 + (i % 3) / 10);

  const table: [name: "cost" | "tokens" | "tone" | "slips", gate: Partial<Gate>, up: string, down: string][] = [
    ["cost", { tolerance: { relative: 0.1 } }, "regression", "improved"],
    ["tokens", { tolerance: { relative: 0.1 } }, "regression", "improved"],
    ["tokens", { tolerance: { relative: 0.5 } }, "no-change", "improved"],
    ["tone", { tolerance: { points: 5 } }, "improved", "regression"],
    ["slips", { direction: "lower", tolerance: { points: 5 } }, "regression", "improved"],
  ];
  for (const [name, gate, up, down] of table) {
    it(`${name} ${JSON.stringify(gate)}: more is ${up}, less is ${down}`, () => {
      const gates: Gate[] = [{ metric: name, direction: name === "tone" ? "higher" : "lower", ...gate }];
      assert.deepEqual([metricOf(judgeOne(values(rising, more, name), gates), name).verdict, metricOf(judgeOne(values(more, rising, name), gates), name).verdict], [up, down]);
    });
  }

  it("a gate on a metric decides, a metric without a gate is only shown", () => {
    const series = values(rising, more, "cost");
    assert.equal(judgeOne(series, [{ metric: "cost", direction: "lower", tolerance: { relative: 0.1 } }]).verdict, "regression");
    const shown = judgeOne(series, [ACCURACY]);
    assert.deepEqual([shown.verdict, metricOf(shown, "cost").verdict, metricOf(shown, "cost").gated], ["passed", "regression", false]);
    assert.equal(judgeOne(series, [{ metric: "cost", direction: "lower", max: 1 }]).verdict, "failed");
    assert.equal(judgeOne(series, [{ metric: "cost", direction: "lower", max: 100 }]).verdict, "passed");
  });

  it("a metric that was not measured neither fails nor is healthy", () => {
    const report = judgeOne(outcome({ "+>+": 30 }), [{ metric: "tone", direction: "higher", tolerance: { points: 1 }, min: 0.5 }]);
    const { verdict, missed, current, n } = metricOf(report, "tone");
    assert.deepEqual([report.verdict, verdict, missed, current, n], ["passed", "not-measured", undefined, undefined, 0]);
  });
});

describe("latency", () => {
  const p50: Gate = { metric: "latency-p50", direction: "lower", tolerance: { relative: 0.1 } };
  const p95: Gate = { ...p50, metric: "latency-p95" };
  const latencies = (count: number, factor: number, more: { baseline?: object; current?: object } = {}): SeriesTally =>
    seriesOf(Array.from({ length: count }, (_, i) => ({ baseline: [sample({ latencyMs: 100 + (i % 11), ...more.baseline })], current: [sample({ latencyMs: (100 + (i % 11)) * factor + (i % 3), ...more.current })] })));

  it("that grew is a regression, one that shrank an improvement", () => {
    assert.equal(judgeOne(latencies(40, 1.5), [p50]).verdict, "regression");
    assert.equal(judgeOne(latencies(40, 0.5), [p50]).verdict, "improved");
    assert.equal(judgeOne(latencies(40, 1.02), [p50]).verdict, "passed");
  });

  it("is measured from fresh pairs only: p50 from 20 on, p95 from 500 on", () => {
    const verdicts = (series: SeriesTally) => {
      const report = judgeOne(series, [p50, p95]);
      return [metricOf(report, "latency-p50").verdict, metricOf(report, "latency-p95").verdict, report.verdict];
    };
    assert.deepEqual(verdicts(latencies(19, 2)), ["not-measured", "not-measured", "passed"]);
    assert.deepEqual(verdicts(latencies(20, 2)), ["regression", "not-measured", "regression"]);
    assert.deepEqual(verdicts(latencies(499, 2)).slice(0, 2), ["regression", "not-measured"]);
    assert.deepEqual(verdicts(latencies(500, 2)).slice(0, 2), ["regression", "regression"]);
    for (const arm of ["baseline", "current"]) assert.deepEqual(verdicts(latencies(40, 2, { [arm]: { cached: true } })), ["not-measured", "not-measured", "passed"]);
  });

  it("of a question that both versions ask is no pair: it was asked once", () => {
    const shared = Array.from({ length: 40 }, () => [sample()]);
    assert.equal(metricOf(judgeOne(seriesOf(shared.map((both) => ({ baseline: both, current: both }))), [p50]), "latency-p50").verdict, "not-measured");
  });
});

describe("questions without an answer", () => {
  const verdictOf = (counts: Record<string, number>, gates: readonly Gate[] = [ACCURACY]) => judgeOne(outcome(counts), gates);

  it("below 95 % of answers nothing is judged", () => {
    const report = verdictOf({ "+>-": 20, "+>+": 71, "+>?": 5, "?>+": 6 });
    assert.deepEqual([report.verdict, report.errors], ["error", { count: 11, of: 204, first: "HTTP 503" }]);
    assert.equal(headline(report), "Not judged: 11 of 204 questions had no answer (HTTP 503).");
    assert.equal(verdictOf({ "+>-": 20, "+>+": 71, "+>?": 5, "?>+": 4 }).verdict, "regression");
  });

  const table: [what: string, counts: Record<string, number>, gates: readonly Gate[], verdict: string, why: string | undefined][] = [
    ["that could hide a regression: the verdict is error", { "+>-": 3, "+>+": 60, "+>?": 1 }, [ACCURACY], "error", "1 question without an answer could hide a regression"],
    ["that could hide that there is none", { "+>-": 4, "+>+": 60, "?>+": 3 }, [ACCURACY], "error", "3 questions without an answer could hide that there is no regression"],
    ["that could not turn it", { "+>-": 20, "+>+": 60, "+>?": 1 }, [ACCURACY], "regression", undefined],
    ["that could not make up a regression", { "+>+": 100, "+>?": 2 }, [ACCURACY], "passed", undefined],
    ["that could decide on a minimum", { "+>+": 85, "->-": 15, "+>?": 1 }, [{ ...ACCURACY, tolerance: undefined, min: 0.85 }], "error", "1 question without an answer could decide whether accuracy reaches its minimum"],
    ["in a small suite that could hide a broken case", { "+>+": 18, "+>?": 1 }, [BROKEN], "error", "1 question without an answer could hide a broken case"],
    ["in a small suite, of a case that failed before: nothing to break", { "+>+": 18, "->?": 1 }, [BROKEN], "passed", undefined],
    ["in a small suite that allows one broken case", { "+>+": 18, "+>?": 1 }, [{ ...BROKEN, max: 1 }], "passed", undefined],
  ];
  for (const [what, counts, gates, verdict, why] of table) {
    it(what, () => {
      const report = verdictOf(counts, gates);
      assert.deepEqual([report.verdict, report.unsettled], [verdict, why]);
      if (why) assert.equal(headline(report), `Not judged: ${why} (HTTP 503).`);
    });
  }

  it("that both versions ask cannot tell them apart", () => {
    const shared = samples("?");
    const cases = [...Array.from({ length: 95 }, () => samples("+")), ...Array.from({ length: 5 }, () => shared)].map((both) => ({ baseline: both, current: both }));
    assert.deepEqual([judgeOne(seriesOf(cases, { changed: false })).verdict, judgeOne(seriesOf(cases)).unsettled], ["passed", undefined]);
  });

  it("leave the case out of the test: both versions count the same runs", () => {
    const report = judgeOne(outcome({ "+++>+++": 60, "+++>++?": 1, "++?>+++": 1 }));
    const { n, baseline, current } = metricOf(report, "accuracy");
    assert.deepEqual([n, baseline, current], [60, 1, 1]);
  });
});

describe("several series and gates", () => {
  it("a suite's verdict is the worst of its series", () => {
    const order: RunReport["verdict"][] = ["error", "regression", "failed", "inconclusive", "improved", "passed"];
    order.forEach((verdict, index) => assert.equal(worst([...order.slice(index)].reverse()), verdict));
    assert.equal(worst([]), "error");
  });

  it("Holm counts every gate of every changed series, and no unchanged one", () => {
    const four = outcome({ "+>-": 4, "+>+": 36 }, { key: "a" });
    const same = (changed: boolean) => outcome({ "+>+": 40 }, { key: "b", changed });
    const p = (series: readonly SeriesTally[], gates = [ACCURACY]) => metricOf(judge(series, gates)[0]!, "accuracy").p;
    assert.equal(p([four]), 0.03125);
    assert.equal(p([four, same(false), same(false)]), 0.03125);
    assert.equal(p([four, same(true)]), 0.0625);
    assert.deepEqual(judge([four, same(true)]).map(({ verdict }) => verdict), ["inconclusive", "passed"]);
    assert.deepEqual(judge([four, same(false)]).map(({ verdict }) => verdict), ["regression", "passed"]);
    // Five broken cases are enough for two tests.
    assert.equal(judge([outcome({ "+>-": 5, "+>+": 35 }, { key: "a" }), same(true)])[0]!.verdict, "regression");
  });

  it("a gate that could not be measured, or that has only a bound, is no test", () => {
    const four = outcome({ "+>-": 4, "+>+": 36 });
    const gates: Gate[] = [ACCURACY, { metric: "tone", direction: "higher", tolerance: { points: 2 } }, { metric: "latency-p50", direction: "lower", max: 500 }];
    assert.equal(metricOf(judgeOne(four, gates), "accuracy").p, 0.03125);
    const costs = seriesOf(four.cases.map(({ baseline, current }, i) => ({ baseline: [{ ...baseline[0]!, cost: i }], current: [{ ...current[0]!, cost: i }] })));
    assert.equal(metricOf(judgeOne(costs, [ACCURACY, { metric: "cost", direction: "lower", tolerance: { relative: 0.1 } }]), "accuracy").p, 0.0625);
  });
});

describe("one statistic, one picture", function () {
  this.timeout(20_000);
  const marks = fc.constantFrom("+", "-");
  const series = fc
    .record({ repeats: fc.constantFrom(1, 2, 3), cases: fc.integer({ min: 20, max: 60 }) })
    .chain(({ repeats, cases }) =>
      fc.array(fc.tuple(fc.array(marks, { minLength: repeats, maxLength: repeats }), fc.array(fc.oneof({ weight: 1, arbitrary: marks }, { weight: 1, arbitrary: fc.constant("-") }), { minLength: repeats, maxLength: repeats }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })), { minLength: cases, maxLength: cases }),
    )
    .map((cases) => seriesOf(cases.map(([before, after, a, b]) => ({ baseline: samples(before.join("")).map((one) => ({ ...one, latencyMs: 50 + a, cost: a, metrics: { tone: a / 10 } })), current: samples(after.join("")).map((one) => ({ ...one, latencyMs: 50 + b, cost: b * 1.2, metrics: { tone: b / 12 } })) }))));

  it("a regression's interval never contains no change, its p is at most α, its loss beyond the tolerance; an improvement is proven", () => {
    const gates: Gate[] = [ACCURACY, { metric: "cost", direction: "lower", tolerance: { relative: 0.05 } }, { metric: "latency-p50", direction: "lower", tolerance: { relative: 0.05 } }, { metric: "tone", direction: "higher", tolerance: { points: 2 } }];
    let regressions = 0;
    fc.assert(
      fc.property(series, (tally) => {
        for (const { verdict, interval, direction, p, delta } of judgeOne(tally, gates).metrics) {
          if (verdict !== "regression") continue;
          regressions++;
          const [low, high] = interval!;
          assert.ok(direction === "higher" ? high < 0 : low > 0, `${low} … ${high}`);
          assert.ok(p! <= 0.05 && (direction === "higher" ? delta! < 0 : delta! > 0));
        }
      }),
      { numRuns: 60, seed: 7 },
    );
    assert.ok(regressions > 20, `${regressions} regressions were looked at`);
  });

  it("raises at most 5 % false alarms over the whole path, with one series and with several", () => {
    const sims = 2000;
    const random = createRandom(5);
    const run = (chance: number, repeats: number) => Array.from({ length: repeats }, () => sample({ latencyMs: undefined, status: random.uniform() < chance ? "passed" : "failed" }));
    const alarms = (gates: readonly Gate[], seriesCount: number, repeats: number) => {
      let count = 0;
      for (let sim = 0; sim < sims; sim++) {
        const all = Array.from({ length: seriesCount }, (_, key) =>
          seriesOf(
            Array.from({ length: 50 }, () => {
              const chance = random.uniform() < 0.3 ? random.uniform() : 0.97;
              return { baseline: run(chance, repeats), current: run(chance, repeats) };
            }),
            { key: String(key) },
          ),
        );
        const verdicts = analyse({ series: all, repeats, gates, confirmed: new Map() });
        if (verdicts.some(({ verdict }) => verdict === "regression")) count++;
      }
      return count / sims;
    };
    // Three standard errors of a share of 5 %.
    const most = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / sims);
    for (const [seriesCount, repeats] of [[1, 1], [1, 3], [3, 1]] as const) {
      const share = alarms([ACCURACY], seriesCount, repeats);
      assert.ok(share <= most && share > 0.01, `${share} of ${sims} with ${seriesCount} series and ${repeats} runs`);
    }
  });
});
