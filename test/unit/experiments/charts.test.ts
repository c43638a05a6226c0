import assert from "node:assert/strict";
import { curvesChart } from "../../../src/core/experiments/charts/curves.ts";
import { distributionChart } from "../../../src/core/experiments/charts/distribution.ts";
import { historyChart } from "../../../src/core/experiments/charts/history.ts";
import { scatterChart } from "../../../src/core/experiments/charts/scatter.ts";
import type { MetricRow } from "../../../src/core/experiments/compare/compare.ts";
import { chooseSeries } from "../../../src/core/experiments/compare/series.ts";
import { logBatches } from "../../../src/core/experiments/entry.ts";
import { sampledCurve } from "../../../src/core/store/experiments/charts.ts";
import { addDeployment, endDeployment } from "../../../src/core/store/pipeline/deployments.ts";
import { scaleOf } from "../../../src/webview/charts/scale.ts";
import { newRun, newStore, NOW, suiteRun } from "./support.ts";

describe("charts", () => {
  it("show a metric over the commits of a suite, with Wilson's interval and where it was deployed", async () => {
    const store = await newStore();
    const answers = (failing: number) => Array.from({ length: 20 }, (_, i) => ({ id: `c${i}`, status: i < failing ? ("failed" as const) : ("passed" as const) }));
    const runs = [2, 4].map((failing, i) => suiteRun(store, answers(failing), { k: "passed" }, { commit: `${i}`.repeat(40), at: NOW + i }));
    suiteRun(store, answers(1), { k: "passed" }, { suite: "other.yaml" });
    store.write(() => {
      addDeployment(store, { key: "d", environment: "production", commit: "0".repeat(40), version: undefined, model: undefined, run: "r", by: undefined, at: NOW });
      endDeployment(store, "d", "deployed", NOW);
    });
    const { series, x, y, markers } = historyChart(store, [runs[1]!], 0, chooseSeries(store, [runs[1]!], 0).series[0], "accuracy");
    assert.deepEqual([x.names, y.unit, markers], [["0000000", "1111111"], "rate", [{ x: 0, label: "production" }]]);
    const [first, second] = series[0]!.points;
    assert.deepEqual([first!.y, second!.y, first!.strong, second!.strong], [0.9, 0.8, false, true]);
    // Wilson (1927) with z = 1.644854, by hand: (0.9 + z²/40 ± z √(0.09/20 + z²/1600)) / (1 + z²/20).
    assert.ok(Math.abs(first!.low! - 0.738337) < 1e-6 && Math.abs(first!.high! - 0.966337) < 1e-6, `${first!.low} ${first!.high}`);
    assert.deepEqual(historyChart(store, [runs[0]!], 0, chooseSeries(store, [runs[0]!], 0).series[0], "nothing").notices, ["No run has nothing."]);
  });

  it("show a metric over the runs of scripts, without what is no number", async () => {
    const store = await newStore();
    const runs = [0.5, NaN, Infinity, 0.7].map((loss, i) => newRun(store, `r${i}`, { metrics: { loss } }));
    assert.deepEqual(historyChart(store, runs, 0, undefined, "loss").series[0]!.points.map(({ y }) => y), [0.5, 0.7]);
  });

  it("show how a value is spread, in the same bins for all runs", () => {
    const { series, notices } = distributionChart("score", [{ name: "a", values: Float64Array.of(0, 0.5, 1, NaN) }, { name: "b", values: Float64Array.of(1, 1) }, { name: "none", values: Float64Array.of(NaN) }]);
    assert.deepEqual(series.map(({ points }) => points.filter(({ y }) => y > 0).map(({ x, y }) => [Number(x.toFixed(3)), Number(y.toFixed(3))])), [[[0, 0.333], [0.5, 0.333], [0.958, 0.333]], [[0.958, 1]]]);
    assert.deepEqual(notices, ["1 of 3 runs have no score."]);
    assert.match(series[0]!.name, /^a: p50 0\.5, p95 0\.95, n 3$/);
    assert.equal(distributionChart("score", [{ name: "a", values: Float64Array.of(2, 2) }]).series[0]!.points[0]!.y, 1, "all the same is one bin");
    assert.deepEqual(distributionChart("score", []).series, []);
  });

  it("show two metrics with the runs that none beats in both", () => {
    const row = (name: string, direction: "higher" | "lower" | undefined, values: readonly (number | undefined)[]): MetricRow => ({ name, direction, unit: undefined, cells: values.map((value) => ({ value, delta: undefined, change: undefined })) });
    const names = ["dear", "cheap", "beaten", "none", "nan"];
    const [accuracy, cost] = [row("accuracy", "higher", [0.9, 0.7, 0.7, undefined, NaN]), row("cost", "lower", [5, 1, 2, 1, 1])];
    const { series, notices } = scatterChart(names, cost, accuracy, { x: "cost", y: "accuracy" });
    assert.deepEqual(series.map(({ name }) => name), ["Pareto front", "dear (on the front)", "cheap (on the front)", "beaten"]);
    assert.deepEqual(series[0]!.points.map(({ x, y }) => [x, y]), [[1, 0.7], [5, 0.9]]);
    assert.deepEqual(notices, ["2 of 5 runs lack one of the two metrics."]);
    assert.match(scatterChart(names, row("x", undefined, [1, 2, 3, 4, 5]), accuracy, { x: "x", y: "accuracy" }).notices[1]!, /No front/);
    assert.deepEqual(scatterChart(names, undefined, accuracy, { x: "gone", y: "accuracy" }).series, []);
  });

  it("show curves in buckets, each with its range", async () => {
    const store = await newStore();
    const run = newRun(store, "r");
    logBatches(store, run, [{ points: [...Array.from({ length: 2000 }, (_, step) => ({ key: "loss", value: step, step, at: NOW })), { key: "loss", value: NaN, step: 3, at: NOW }, { key: "loss", value: Infinity, step: 4, at: NOW }] }], NOW);
    const { series, notices } = curvesChart(store, [{ id: run.id, name: "r" }, { id: newRun(store, "empty").id, name: "e" }], "loss");
    assert.equal(series[0]!.points.length, 500);
    assert.deepEqual(series[0]!.points[0], { x: series[0]!.points[0]!.x, y: 1.5, low: 0, high: 3 });
    assert.equal(notices.length, 2);
    assert.deepEqual(curvesChart(store, [{ id: run.id, name: "r" }], "gone").series, []);
  });

  it("of very many points show some, and say so", async () => {
    const store = await newStore();
    const run = newRun(store, "r");
    logBatches(store, run, [{ points: Array.from({ length: 4000 }, (_, step) => ({ key: "loss", value: step === 8 ? NaN : step * 2, step: step * 3 - 50, at: NOW })) }], NOW);
    const points = sampledCurve(store, run.id, "loss", 500);
    assert.equal(points.length, 499, "the bucket that begins with NaN has no point");
    assert.deepEqual([points[0], points[1]!.step], [{ step: -50, mean: 0, low: 0, high: 0 }, 1 - 50 + 47]);
    assert.deepEqual(sampledCurve(store, run.id, "gone", 500), []);
  });

  it("have round ticks, names where there are no numbers, and room around a single value", () => {
    const { at, ticks } = scaleOf({ label: "", unit: "rate" }, [0, 1], [0, 100], 5);
    assert.deepEqual([at(0), at(1), ticks.map(({ label }) => label)], [0, 100, ["0%", "20%", "40%", "60%", "80%", "100%"]]);
    assert.deepEqual(scaleOf({ label: "", names: ["a", "b", "c", "d"] }, [0, 3], [0, 3], 2).ticks.map(({ label }) => label), ["a", "c"]);
    const single = scaleOf({ label: "" }, [5], [0, 100], 4);
    assert.ok(single.at(5) > 10 && single.at(5) < 90);
    assert.ok(scaleOf({ label: "" }, [], [0, 100], 4).ticks.length > 0);
  });
});
