import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { batchOf, type Entry, logBatches } from "../../../src/core/experiments/entry.ts";
import { parseFilter } from "../../../src/core/experiments/filter/parse.ts";
import { parseSort } from "../../../src/core/experiments/filter/field.ts";
import { createTracked, findTracked, type TrackedRun } from "../../../src/core/store/experiments/runs.ts";
import { searchRuns } from "../../../src/core/store/experiments/search.ts";
import { openStore } from "../../../src/core/store/open.ts";
import { addResults, endRun, type ResultRecord, startRun } from "../../../src/core/store/runs.ts";
import type { Store } from "../../../src/core/store/store.ts";
import { temporaryFolder } from "../store/support.ts";

export const NOW = Date.UTC(2026, 10, 25);

/** A store on disk, closed when the tests of this file end. */
export async function newStore(): Promise<Store> {
  const store = await openStore(join(temporaryFolder(), ".llmops"), () => NOW);
  opened.push(store);
  return store;
}
const opened: Store[] = [];
after(() => {
  for (const store of opened.splice(0)) store.close();
});

/** A logged run with what one entry says; runs made later have started later. */
export function newRun(store: Store, name: string, entry: Entry = {}): TrackedRun {
  const key = randomUUID();
  store.write(() => createTracked(store, { key, kind: "script", experimentId: 0, name, startedAt: NOW + made++ }));
  const run = findTracked(store, key) as TrackedRun;
  const [refused] = logBatches(store, run, [batchOf(entry, NOW)], NOW);
  if (refused) throw new Error(refused.reason);
  return run;
}
let made = 0;

/** A suite's run that came to a verdict, with these metrics of its deciding series. */
export function newEval(store: Store, suite: string, verdict: string, metrics: Readonly<Record<string, number>>): string {
  const id = randomUUID();
  startRun(store, { id, suite, trigger: "cli", startedAt: NOW + made++, pid: 1, host: "h", version: "v", commit: "abcdef0", dirty: true, partial: false });
  const series = (of: string, values: Readonly<Record<string, number>>) => ({ label: `prompt ${of}`, provider: "echo", model: "m", cases: 24, runs: 3, verdict: of, metrics: [...Object.entries(values).map(([name, current]) => ({ name, current })), { name: "latency-p95" }] });
  endRun(store, id, { state: "finished", at: NOW + made, verdict, report: JSON.stringify({ series: [series("other", { accuracy: 0.123 }), series(verdict, metrics)] }) });
  return id;
}

/** The names of the runs that a filter finds, in the order of a sort. */
export function found(store: Store, filter: string | undefined, ...sort: string[]): (string | undefined)[] {
  return searchRuns(store, { where: filter === undefined ? undefined : parseFilter(filter), sort: sort.map(parseSort), limit: 100 }).map(({ name }) => name);
}

export interface Answer {
  readonly id: string;
  readonly status: ResultRecord["status"];
  readonly output?: unknown;
  readonly latencyMs?: number;
  readonly own?: number;
  readonly repeat?: number;
  readonly series?: string;
}

/** A suite's run with these answers; its report has a series for each that they name. */
export function suiteRun(store: Store, answers: readonly Answer[], verdicts: Readonly<Record<string, string>> = { k: "passed" }, { suite = "s.yaml", commit, at = NOW }: { suite?: string; commit?: string; at?: number } = {}): TrackedRun {
  const id = randomUUID();
  startRun(store, { id, suite, trigger: "cli", startedAt: at, pid: 1, host: "h", version: "v", commit, dirty: false, partial: false });
  store.write(() =>
    addResults(store, id, answers.map(({ id: caseId, status, output, latencyMs, own, repeat = 0, series = "k" }) => ({ series, caseId, arm: "current", repeat, status, score: status === "error" ? undefined : Number(status === "passed"), output: output === undefined ? undefined : JSON.stringify(output), latencyMs, cached: false, tokens: undefined, cost: undefined, detail: JSON.stringify({ reason: "because", metrics: own === undefined ? {} : { own }, components: [{ pass: false, type: "equals", reason: "no" }] }) }))),
  );
  const series = Object.entries(verdicts).map(([key, verdict]) => {
    const own = answers.filter((answer) => (answer.series ?? "k") === key);
    return { key, label: `prompt ${key}`, provider: "e", runs: 1, cases: own.length, verdict, metrics: [{ name: "accuracy", direction: "higher", unit: "rate", current: own.filter(({ status }) => status === "passed").length / own.length }, { name: "own", direction: "higher", unit: "score" }] };
  });
  endRun(store, id, { state: "finished", at: NOW, verdict: Object.values(verdicts)[0], report: JSON.stringify({ suite, verdict: Object.values(verdicts)[0], series }) });
  return findTracked(store, id) as TrackedRun;
}
