import assert from "node:assert/strict";
import { withDerived } from "../../../src/core/evals/metrics/derived.ts";
import { START } from "../../../src/core/problem.ts";
import { sample, seriesOf } from "../regression/support.ts";
import { open, SUITE, suiteOf } from "../runner/support.ts";

const of = async (metrics: Record<string, string>, values: readonly Record<string, number>[], baseline: readonly Record<string, number>[] = []) => {
  const cases = values.map((one, index) => ({ current: [sample({ metrics: one })], baseline: baseline[index] ? [sample({ metrics: baseline[index] })] : [] }));
  const [series] = await withDerived([seriesOf(cases)], Object.entries(metrics).map(([name, expression]) => ({ name, expression, location: { file: "suite.yaml", range: START } })));
  return series!.derived!;
};

describe("derived metrics", function () {
  this.timeout(20_000);

  it("are expressions over the sums of a column, its rows and those before them", async () => {
    const { current } = await of({ precision: "tp / (tp + fp)", recall: "tp / (tp + fn)", f1: "2 * precision * recall / (precision + recall)", mean: "tp / __count" }, [{ tp: 1, fp: 0, fn: 1 }, { tp: 1, fp: 1, fn: 1 }]);
    assert.deepEqual(current, { precision: 2 / 3, recall: 0.5, f1: (2 * (2 / 3) * 0.5) / (2 / 3 + 0.5), mean: 1 });
  });

  it("are of each version by itself", async () => {
    assert.deepEqual(await of({ twice: "2 * a" }, [{ a: 1 }], [{ a: 3 }]), { current: { twice: 2 }, baseline: { twice: 6 } });
  });

  it("are not there where their metrics are not, or where they are no number", async () => {
    assert.deepEqual((await of({ lost: "a + b", nothing: "a / 0", text: '"x"' }, [{ a: 0 }])).current, {});
  });

  it("only count: nothing else can be reached", async () => {
    for (const expression of ["import({f: 1})", 'evaluate("1")', 'parse("1")', "config({})"]) assert.deepEqual((await of({ x: expression }, [{ a: 1 }])).current, {}, expression);
  });

  const suite = (derivedMetrics: unknown, gate = "") => ({ ...suiteOf(4, { provider: "echo", assert: [{ type: "contains", value: "Say", metric: "said" }], more: { derivedMetrics } }), ...(gate ? { "llmops.yaml": `version: 1\nsuites: [{ path: ${SUITE}, gate: ${gate} }]\n` } : {}) });

  it("are shown with the metrics of a run, and bound by gates", async () => {
    const bench = await open(suite([{ name: "share", value: "said / __count" }], "{ share: { min: 2 } }"));
    const series = await bench.series();
    const found = series.metrics.find(({ name }) => name === "share");
    assert.deepEqual([found?.current, found?.verdict, found?.missed, series.verdict], [1, "not-measured", { bound: "min", limit: 2 }, "failed"]);
  });

  it("cannot be compared case by case: a tolerance is an error at its place", async () => {
    const bench = await open(suite([{ name: "share", value: "said / __count" }], "{ share: { tolerance: 2pt } }"));
    await assert.rejects(bench.report(), /llmops\.yaml:2:\d+: .*"share" is derived from all cases together/s);
  });

  for (const [what, metrics, message] of [
    ["no list", { name: "x" }, /derivedMetrics is a list of \{name, value: an expression\}\./],
    ["without a value", [{ name: "x" }], /A derived metric is \{name, value\}/],
    ["that cannot be read", [{ name: "x", value: "2 * (" }], /This expression cannot be read: Unexpected end of expression \(char 6\)\./],
  ] as const) {
    it(`${what} is an error at its place`, async () => {
      await assert.rejects((await open(suite(metrics))).report(), message);
    });
  }
});
