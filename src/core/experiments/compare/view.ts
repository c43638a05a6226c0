import type { Direction, MetricUnit } from "../../config/gates.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import { artifactsOf } from "../../store/experiments/artifacts.ts";
import { steppedMetrics } from "../../store/experiments/charts.ts";
import type { Store } from "../../store/store.ts";
import { type Asked, trackedRuns } from "../tracked.ts";
import { type CellWords, cellWords, runName, shortKey, statusWords } from "../words.ts";
import { type Change, compareRuns, type FactRow } from "./compare.ts";
import type { SeriesChoice } from "./series.ts";
import { type TextChange, textChanges } from "./texts.ts";

/** A run at the head of a column. */
export interface RunHead {
  readonly key: string;
  readonly name: string;
  readonly kind: TrackedRun["kind"];
  readonly status: TrackedRun["status"];
  /** In words: its verdict where it has one. */
  readonly standing: string;
  readonly verdict: string | undefined;
  readonly experiment: string;
  readonly commit: string | undefined;
  readonly dirty: boolean;
  readonly startedAt: number;
}

export interface MetricCellView extends CellWords {
  /** For charts; `undefined` where it is no finite number. */
  readonly number: number | undefined;
  readonly n: number | undefined;
  readonly verdict: Change["verdict"] | undefined;
}

export interface MetricView {
  readonly name: string;
  readonly direction: Direction | undefined;
  readonly unit: MetricUnit | undefined;
  readonly differs: boolean;
  readonly cells: readonly (MetricCellView | null)[];
}

export interface FactView {
  readonly name: string;
  readonly differs: boolean;
  readonly values: readonly (string | null)[];
}

/** Runs side by side as they are drawn. */
export interface ComparisonView {
  readonly runs: readonly RunHead[];
  /** Keys that were asked for and are no longer there. */
  readonly gone: readonly string[];
  readonly baseline: number;
  /** What the suite's runs can be compared in; the first is what they are. */
  readonly series: readonly SeriesChoice[];
  readonly winner: number | undefined;
  /** A sentence: who wins and why, or why nobody does. */
  readonly conclusion: string;
  readonly notices: readonly string[];
  readonly metrics: readonly MetricView[];
  readonly params: readonly FactView[];
  readonly facts: readonly FactView[];
  readonly texts: readonly TextChange[];
  /** Whether there are cases to look at. */
  readonly hasCases: boolean;
  /** Metrics with more than one step in some run. */
  readonly stepped: readonly string[];
  readonly artifacts: readonly { readonly run: string; readonly path: string; readonly size: number }[];
}

const LONGEST_VALUE = 500;
/** Of one run. */
const MOST_ARTIFACTS = 200;

export function comparisonView(store: Store, asked: Asked, series?: string): ComparisonView {
  const { runs, baseline: base, gone } = trackedRuns(store, asked);
  if (runs.length === 0) return { ...NOTHING, gone };
  const { metrics, params, facts, winner, notices, runs: compared, series: choices } = compareRuns(store, runs, base, new Map(), series);
  const apart = compared[base]!.evidence && !compared.some(({ evidence }, index) => index !== base && evidence?.suite === compared[base]!.evidence!.suite);
  return {
    runs: runs.map(headOf),
    gone,
    baseline: base,
    series: choices,
    winner: winner.run && runs.findIndex(({ id }) => id === winner.run!.id),
    conclusion: runs.length === 1 ? "One run: there is nothing to compare it with." : winner.run ? `Winner: ${shortKey(winner.run.key)}: ${winner.reason}.` : `No winner: ${winner.reason}.`,
    notices: [...notices, ...(apart && runs.length > 1 ? ["These runs share no case: they ran different suites."] : [])],
    metrics: metrics.map(({ name, direction, unit, cells }) => ({
      name,
      direction,
      unit,
      differs: differs(cells.map(({ value }) => value)) || cells.some(({ change }) => change !== undefined && change.delta !== 0),
      cells: cells.map((cell) => {
        const words = cellWords(cell, unit);
        return words ? { ...words, number: Number.isFinite(cell.value) ? cell.value : undefined, n: cell.change?.n, verdict: cell.change?.verdict } : null;
      }),
    })),
    params: params.map(factView),
    facts: facts.map(factView),
    texts: textChanges(store, runs, base),
    hasCases: compared.some(({ run }) => run.kind === "eval"),
    artifacts: runs.flatMap(({ id, key }) => artifactsOf(store, id).slice(0, MOST_ARTIFACTS).map(({ path, size }) => ({ run: key, path, size }))),
    stepped: steppedMetrics(store, runs.map(({ id }) => id)),
  };
}

export function headOf(run: TrackedRun): RunHead {
  const { key, kind, status, verdict, experiment, commit, dirty, startedAt } = run;
  return { key, name: runName(run), kind, status, standing: statusWords(run), verdict, experiment, commit, dirty, startedAt };
}

function factView({ name, values }: FactRow): FactView {
  return { name, differs: differs(values), values: values.map((value) => (value === undefined ? null : value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value)) };
}

function differs(values: readonly unknown[]): boolean {
  return values.some((value) => !Object.is(value, values[0]));
}

const NOTHING = { runs: [], series: [], baseline: 0, winner: undefined, conclusion: "None of these runs is there any more.", notices: [], metrics: [], params: [], facts: [], texts: [], hasCases: false, stepped: [], artifacts: [] };
