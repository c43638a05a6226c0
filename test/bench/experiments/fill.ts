import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { putExperiment } from "../../../src/core/store/experiments/experiments.ts";
import { addParam, addPoints } from "../../../src/core/store/experiments/log.ts";
import { createTracked, findTracked, updateTracked } from "../../../src/core/store/experiments/runs.ts";
import { openStore } from "../../../src/core/store/open.ts";
import { addResults, endRun, startRun } from "../../../src/core/store/runs.ts";
import type { Store } from "../../../src/core/store/store.ts";

const START = Date.UTC(2026, 0, 1);

/** Opens a new store in a folder. */
export function emptyStore(folder: string): Promise<Store> {
  return openStore(join(folder, ".llmops"), () => START);
}

/** Runs with 30 metrics and 30 parameters each, as a tracker has them after some months. */
export function fillRuns(store: Store, count: number): void {
  store.write(() => {
    const experiment = putExperiment(store, "tuning", START);
    for (let i = 0; i < count; i++) {
      const key = randomUUID();
      const id = createTracked(store, { key, kind: "train", experimentId: experiment, name: `run ${i}`, startedAt: START + i });
      addPoints(store, id, Array.from({ length: 30 }, (_, metric) => ({ key: `metric-${metric}`, value: ((i * 7919 + metric * 104_729) % 10_007) / 10_007, step: 0, at: START })));
      for (let param = 0; param < 30; param++) addParam(store, id, `param-${param}`, String((i * 31 + param) % 17));
      updateTracked(store, { id, key }, { status: "completed", endedAt: START + i + 1 }, START);
    }
  });
}

/** Runs with a metric by step. Returns their keys. */
export function fillCurves(store: Store, runs: number, steps: number): string[] {
  const keys = Array.from({ length: runs }, () => randomUUID());
  store.write(() => {
    for (const key of keys) {
      const id = createTracked(store, { key, kind: "train", experimentId: 0, name: "curve", startedAt: START });
      addPoints(store, id, Array.from({ length: steps }, (_, step) => ({ key: "loss", value: 1 / (1 + step), step, at: START })));
    }
  });
  return keys;
}

/** Runs of one suite, of which some cases break from run to run. Returns their ids. */
export function fillCases(store: Store, runs: number, cases: number): string[] {
  return Array.from({ length: runs }, (_, run) => {
    const id = randomUUID();
    startRun(store, { id, suite: "evals/big.yaml", trigger: "cli", startedAt: START + run, pid: 1, host: "h", version: "v", commit: undefined, dirty: false, partial: false });
    const passes = (i: number) => (i + run) % 97 !== 0;
    store.write(() =>
      addResults(
        store,
        id,
        Array.from({ length: cases }, (_, i) => ({ series: "k", caseId: `case-${i}`, arm: "current" as const, repeat: 0, status: passes(i) ? ("passed" as const) : ("failed" as const), score: passes(i) ? 1 : 0, output: JSON.stringify(`The answer to question ${i} of the customer, ${passes(i) ? "as expected" : `wrong in run ${run}`}, in about as many words as a short answer has.`), latencyMs: 100 + ((i * 37) % 400), cached: false, tokens: 120, cost: 0.0004, detail: '{"metrics":{"own":0.5}}' })),
      ),
    );
    const accuracy = Array.from({ length: cases }, (_, i) => Number(passes(i))).reduce((sum, value) => sum + value, 0) / cases;
    const series = { key: "k", label: "p", provider: "e", runs: 1, cases, verdict: "passed", metrics: [{ name: "accuracy", direction: "higher", unit: "rate", current: accuracy }] };
    endRun(store, id, { state: "finished", at: START + run, verdict: "passed", report: JSON.stringify({ verdict: "passed", series: [series] }) });
    return findKey(store, id);
  });
}

function findKey(store: Store, id: string): string {
  const run = findTracked(store, id);
  if (!run || run === "several") throw new Error(`There is no run ${id}.`);
  return run.key;
}
