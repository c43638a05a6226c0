import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { compareRuns } from "../../../src/core/experiments/compare/compare.ts";
import { createRandom } from "../../../src/core/regression/statistics/random.ts";
import { findTracked, type TrackedRun, updateTracked } from "../../../src/core/store/experiments/runs.ts";
import { addResults, endRun, startRun } from "../../../src/core/store/runs.ts";
import type { Store } from "../../../src/core/store/store.ts";
import { echoPrompt, echoSuite, folderWith, json, llmops, write } from "../cli/support.ts";
import { newRun, newStore, NOW } from "./support.ts";

interface Outcome {
  readonly passes: boolean;
  readonly cost?: number;
}

/** A suite's run whose cases came to these outcomes. */
function judgedRun(store: Store, outcomes: readonly Outcome[], { suite = "s.yaml", verdict = "passed" } = {}): TrackedRun {
  const id = randomUUID();
  startRun(store, { id, suite, trigger: "cli", startedAt: NOW, pid: 1, host: "h", version: "v", commit: undefined, dirty: false, partial: false });
  store.write(() => addResults(store, id, outcomes.map(({ passes, cost }, i) => ({ series: "k", caseId: `c${i}`, arm: "current", repeat: 0, status: passes ? "passed" : "failed", score: 1, output: undefined, latencyMs: 5, cached: false, tokens: undefined, cost, detail: '{"metrics":{"own":null}}' }))));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const metrics = [
    { name: "accuracy", direction: "higher", unit: "rate", current: mean(outcomes.map(({ passes }) => Number(passes))) },
    ...(outcomes.every(({ cost }) => cost !== undefined) ? [{ name: "cost", direction: "lower", unit: "money", current: mean(outcomes.map(({ cost }) => cost!)) }] : []),
  ];
  endRun(store, id, { state: "finished", at: NOW, verdict, report: JSON.stringify({ verdict, series: [{ key: "k", label: "p", provider: "e", runs: 1, cases: outcomes.length, verdict, metrics }] }) });
  return findTracked(store, id) as TrackedRun;
}

/** `count` cases of which the first `failing` fail. */
const firstFail = (failing: number, count = 40, cost?: number) => Array.from({ length: count }, (_, i): Outcome => ({ passes: i >= failing, cost }));
const compare = (store: Store, ...runs: TrackedRun[]) => compareRuns(store, runs, 0, new Map());

describe("the comparison of runs", () => {
  it("pairs the cases of a suite's runs: change, interval, p", async () => {
    const store = await newStore();
    const { metrics, winner } = compare(store, judgedRun(store, firstFail(2)), judgedRun(store, firstFail(12)));
    const [accuracy] = metrics;
    assert.equal(accuracy!.cells[0]!.change, undefined, "the baseline is not compared with itself");
    const { delta, interval, p, n, verdict } = accuracy!.cells[1]!.change!;
    // Ten of 40 cases broke: mid-p is half of 2^-10, twice for two sides. d̄ ± t(39) SE by hand, t = 1.684875.
    assert.deepEqual([delta, n, verdict], [-0.25, 40, "worse"]);
    assert.ok(Math.abs(p - 2 ** -10) < 1e-9, String(p));
    assert.ok(Math.abs(interval[0] + 0.366825) < 1e-5 && Math.abs(interval[1] + 0.133175) < 1e-5, String(interval));
    assert.match(winner.reason, /proven better in accuracy, and behind in none of accuracy/);
  });

  it("names a winner only when it dominates and that is proven", async () => {
    const store = await newStore();
    const [good, bad] = [judgedRun(store, firstFail(2, 40, 0.002)), judgedRun(store, firstFail(12, 40, 0.002))];
    assert.equal(compare(store, bad, good).winner.run?.key, good.key);
    assert.equal(compare(store, good).winner.run, undefined, "a run alone wins nothing");
    const dear = judgedRun(store, firstFail(2, 40, 0.009));
    const mixed = compare(store, bad, dear).winner;
    assert.deepEqual([mixed.run, mixed.reason], [undefined, `accuracy is best in ${dear.key.slice(0, 8)}; cost is best in ${bad.key.slice(0, 8)}`]);
    assert.match(compare(store, judgedRun(store, firstFail(3)), judgedRun(store, firstFail(2))).winner.reason, /ahead in accuracy, but against .+ not proven: the difference may be chance/);
    assert.match(compare(store, judgedRun(store, firstFail(2)), judgedRun(store, firstFail(2))).winner.reason, /are equal/);
    assert.match(compare(store, bad, judgedRun(store, firstFail(0), { verdict: "error" })).winner.reason, /could not be judged/);
    const elsewhere = compare(store, bad, judgedRun(store, firstFail(0, 40, 0.001), { suite: "other.yaml" }));
    assert.match(elsewhere.winner.reason, /no cases of both can be paired/);
    assert.equal(elsewhere.metrics[0]!.cells[1]!.change, undefined);
  });

  it("claims nothing of single values, NaN, texts, or metrics without a direction", async () => {
    const store = await newStore();
    const end = (run: TrackedRun) => (store.write(() => updateTracked(store, run, { status: "completed", endedAt: NOW }, NOW)), findTracked(store, run.key) as TrackedRun);
    const a = end(newRun(store, "a", { metrics: { accuracy: 0.5, loss: 1, odd: NaN, far: Infinity }, params: { grade: "0.1" } }));
    const b = end(newRun(store, "b", { metrics: { accuracy: 0.9, loss: 0.5, odd: 1, far: 1, grade: 3 } }));
    const { metrics, params, winner } = compare(store, a, b);
    assert.deepEqual(metrics.map(({ name, direction, cells }) => [name, direction, cells[1]!.delta, cells[1]!.change]), [["accuracy", "higher", 0.4, undefined], ["far", undefined, undefined, undefined], ["grade", undefined, undefined, undefined], ["loss", undefined, -0.5, undefined], ["odd", undefined, undefined, undefined]]);
    assert.deepEqual(params, [{ name: "grade", values: ["0.1", undefined] }]);
    assert.match(winner.reason, /ahead in accuracy, but .+ no cases of both can be paired/);
    assert.match(compareRuns(store, [a, b], 0, new Map([["loss", "higher"]])).winner.reason, /accuracy is best in .+; loss is best in/);
    assert.match(compare(store, end(newRun(store, "c", { metrics: { x: 1 } })), end(newRun(store, "d", { metrics: { y: 1 } }))).winner.reason, /share no metric/);
    assert.match(compare(store, a, newRun(store, "e", { metrics: { accuracy: 1 } })).winner.reason, /is still running/);
  });

  it("names one of equal runs at most once in twenty comparisons, and finds a better one", async function () {
    this.timeout(60_000);
    const store = await newStore();
    const random = createRandom(7);
    const draw = (rate: number) => judgedRun(store, Array.from({ length: 30 }, () => ({ passes: random.uniform() < rate })));
    const share = (rounds: number, rates: readonly number[]) => {
      let named = 0;
      for (let round = 0; round < rounds; round++) if (compare(store, ...rates.map(draw)).winner.run) named++;
      return named / rounds;
    };
    const rounds = 200;
    const most = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / rounds);
    for (const runs of [2, 4]) {
      const named = share(rounds, Array<number>(runs).fill(0.7));
      assert.ok(named <= most, `${named} of ${runs} equal runs`);
    }
    const found = share(50, [0.5, 0.95]);
    assert.ok(found > 0.8, `${found} of runs that are better`);
  });
});

describe("llmops compare", function () {
  this.timeout(30_000);

  it("shows what differs, each metric with its evidence, and who wins", async () => {
    const folder = folderWith(echoSuite(24, 12));
    const { runId: before } = await json(folder, ["eval"]);
    write(folder, echoPrompt(1));
    const { runId: after } = await json(folder, ["eval"]);
    const { code, stdout } = await llmops(folder, ["compare", before.slice(0, 8), after.slice(0, 8)]);
    assert.equal(code, 0);
    assert.match(stdout, /accuracy ↑ +50\.0\s% +95\.8\s% {2}\+45\.8 points \[\+\d+\.\d … \+\d+\.\d\] p 0\.\d+ n 24 better\n/);
    assert.match(stdout, /^prompts +[\da-f]{12} +[\da-f]{12}$/m);
    assert.doesNotMatch(stdout, /^kind/m, "what is the same in both is left out");
    assert.match(stdout, /more are the same in all/);
    assert.match(stdout, new RegExp(`^Winner: ${after.slice(0, 8)}: it is proven better in accuracy`, "m"));
    assert.match((await llmops(folder, ["compare", before, after, "--all"])).stdout, /^kind +eval +eval$/m);
    const told = await json<{ baseline: string; winner: string; metrics: { name: string; runs: { verdict?: string; interval?: number[] }[] }[] }>(folder, ["compare", before, "--baseline", after]);
    const accuracy = told.metrics.find(({ name }) => name === "accuracy")!;
    assert.deepEqual([told.baseline, told.winner, accuracy.runs.map(({ verdict }) => verdict)], [after, after, [undefined, "worse"]]);
    const one = await llmops(folder, ["compare", before, before]);
    assert.deepEqual([one.code, one.stderr], [2, 'From 2 to 50 different runs are compared, not 1. "llmops runs list" shows them.\n']);
  });
});
