import { chooseSeries } from "../compare/series.ts";
import { BUILT_IN_METRICS } from "../../config/gates.ts";
import { caseMetric, caseRows, largestSeries } from "../../store/experiments/cases.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import type { Store } from "../../store/store.ts";

/** What every case has by itself; all else is a metric by its name. */
export const CASE_VALUES = ["pass", "score", "latency", "cost", "tokens"] as const;
export type CaseValue = (typeof CASE_VALUES)[number];

/** One run's answers to the cases of a table, a place a case. Without an answer a value is NaN, an output 0. */
export interface CaseColumn {
  readonly key: string;
  readonly series: string;
  /** Names of the suite's own metrics. */
  readonly metrics: readonly string[];
  /** Share of the judged repeats that passed, mean score, mean milliseconds, mean USD, mean tokens. */
  readonly values: Readonly<Record<CaseValue, Float64Array>>;
  /** Repeats that could not be judged. */
  readonly errors: Uint16Array;
  readonly repeats: Uint16Array;
  /** Of the first repeat. */
  readonly output: Int32Array;
  /** Of all repeats, where a case has several. */
  readonly outputs: ReadonlyMap<number, readonly number[]>;
}

/** The cases of some runs, by columns: the order of 100,000 is decided here, and only ranges leave it. */
export interface CaseTable {
  readonly ids: readonly string[];
  /** A run without cases has no column. */
  readonly columns: readonly (CaseColumn | undefined)[];
}

/** Cases in the order that the runs have them, the first run's first. */
export function caseTable(store: Store, runs: readonly TrackedRun[], baseline: number, wanted?: string): CaseTable {
  const chosen = chooseSeries(store, runs, baseline, wanted).series;
  const index = new Map<string, number>();
  const ids: string[] = [];
  const read = runs.map((run, column) => {
    // A run that goes on has no report yet.
    const series = run.kind === "eval" ? (chosen[column]?.series.key ?? largestSeries(store, run.key)) : undefined;
    if (series === undefined) return undefined;
    const rows = caseRows(store, run.key, series);
    const places = new Int32Array(rows.length);
    rows.forEach(({ caseId }, at) => {
      // Most runs of a suite have the same cases in the same order.
      let place = ids[at] === caseId ? at : index.get(caseId);
      if (place === undefined) {
        place = ids.push(caseId) - 1;
        index.set(caseId, place);
      }
      places[at] = place;
    });
    const metrics = (chosen[column]?.series.metrics ?? []).flatMap(({ name }) => (Object.hasOwn(BUILT_IN_METRICS, name) ? [] : [name]));
    return { run, series, metrics, rows, places };
  });
  return { ids, columns: read.map((found) => found && columnOf(found, ids.length)) };
}

/** A metric that assertions name, or that every answer is measured by, as a column. */
export function metricColumn(store: Store, { ids }: CaseTable, { key, series }: CaseColumn, metric: string): Float64Array {
  const values = new Map(caseMetric(store, key, series, metric).map(({ caseId, value }) => [caseId, value ?? NaN]));
  return Float64Array.from(ids, (id) => values.get(id) ?? NaN);
}

function columnOf({ run, series, metrics, rows, places }: { run: TrackedRun; series: string; metrics: readonly string[]; rows: ReturnType<typeof caseRows>; places: Int32Array }, size: number): CaseColumn {
  const sums = { pass: new Float64Array(size), score: new Float64Array(size), latency: new Float64Array(size), cost: new Float64Array(size), tokens: new Float64Array(size) };
  const counts = { pass: new Uint16Array(size), score: new Uint16Array(size), latency: new Uint16Array(size), cost: new Uint16Array(size), tokens: new Uint16Array(size) };
  const errors = new Uint16Array(size);
  const repeats = new Uint16Array(size);
  const output = new Int32Array(size);
  const outputs = new Map<number, number[]>();
  const add = (name: CaseValue, at: number, value: number | null) => {
    if (value === null) return;
    sums[name][at]! += value;
    counts[name][at]! += 1;
  };
  rows.forEach((row, index) => {
    const at = places[index]!;
    repeats[at]! += 1;
    if (row.status === "error") errors[at]! += 1;
    else add("pass", at, row.status === "passed" ? 1 : 0);
    add("score", at, row.score);
    add("latency", at, row.latencyMs);
    add("cost", at, row.cost);
    add("tokens", at, row.tokens);
    if (row.output === null) return;
    if (output[at] === 0) output[at] = row.output;
    else outputs.set(at, [...(outputs.get(at) ?? [output[at]!]), row.output]);
  });
  for (const name of CASE_VALUES) {
    const [sum, count] = [sums[name], counts[name]];
    for (let at = 0; at < size; at++) sum[at] = count[at] === 0 ? NaN : sum[at]! / count[at]!;
  }
  return { key: run.key, series, metrics, values: sums, errors, repeats, output, outputs };
}
