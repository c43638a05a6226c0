import { BUILT_IN_METRICS, type Direction, type MetricUnit } from "../../config/gates.ts";
import { holm } from "../../regression/statistics/holm.ts";
import { type Logged, loggedOf } from "../../store/experiments/log.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import type { Store } from "../../store/store.ts";
import { versionFiles } from "../../store/versions.ts";
import { type ChosenSeries, chooseSeries, type SeriesChoice } from "./series.ts";
import { type Evidence, evidenceOf, pairedComparisons } from "./evidence.ts";
import { ALPHA, twoSided, type Winner, winnerOf } from "./winner.ts";

export const MOST_RUNS = 50;

export interface ComparedRun {
  readonly run: TrackedRun;
  readonly logged: Logged;
  readonly evidence: Evidence | undefined;
}

/** What is known of a change from the baseline, case by case. */
export interface Change {
  readonly delta: number;
  /** 90 %, two-sided. */
  readonly interval: readonly [number, number];
  /** Two-sided, adjusted over all changes of the table (Holm). */
  readonly p: number;
  /** Pairs of cases. */
  readonly n: number;
  readonly verdict: "better" | "worse" | "not proven";
}

export interface MetricRow {
  readonly name: string;
  /** `undefined`: nobody said which way is better, so that nothing is. */
  readonly direction: Direction | undefined;
  /** `undefined`: a plain number. */
  readonly unit: MetricUnit | undefined;
  /** A run at a time. */
  readonly cells: readonly MetricCell[];
}

export interface MetricCell {
  /** Without one the run has none. */
  readonly value: number | undefined;
  /** From the baseline's value, where both are finite. */
  readonly delta: number | undefined;
  readonly change: Change | undefined;
}

export interface FactRow {
  readonly name: string;
  readonly values: readonly (string | undefined)[];
}

export interface RunComparison {
  readonly runs: readonly ComparedRun[];
  /** Its index. */
  readonly baseline: number;
  /** Series that the runs of the baseline's suite have in common: the first is the one that is compared. */
  readonly series: readonly SeriesChoice[];
  readonly facts: readonly FactRow[];
  readonly params: readonly FactRow[];
  readonly metrics: readonly MetricRow[];
  readonly winner: Winner;
  /** What makes runs less comparable than they look. */
  readonly notices: readonly string[];
}

/**
 * Runs side by side, each with how it differs from the baseline.
 * @param directions of metrics that have none of their own.
 * @param wanted the series of suites' runs to compare, if they have it in common.
 */
export function compareRuns(store: Store, runs: readonly TrackedRun[], baseline: number, directions: ReadonlyMap<string, Direction>, wanted?: string): RunComparison {
  const logged = loggedOf(store, runs.map(({ id }) => id));
  const { series, choices } = chooseSeries(store, runs, baseline, wanted);
  const compared = runs.map((run, index): ComparedRun => {
    const chosen = series[index];
    return { run, logged: chosen ? ofSeries(chosen, logged.get(run.id)!) : logged.get(run.id)!, evidence: chosen && evidenceOf(store, run, chosen) };
  });
  const names = [...new Set(compared.flatMap(({ logged: { metrics } }) => [...metrics.keys()]))].sort();
  const infos = new Map(names.map((name) => [name, infoOf(name, compared, directions)]));
  return {
    runs: compared,
    baseline,
    series: choices,
    facts: factsOf(compared),
    params: rows([...new Set(compared.flatMap(({ logged: { params } }) => [...params.keys()]))].sort(), compared, (name, { logged: { params } }) => params.get(name)),
    metrics: metricRows(names, infos, compared, baseline),
    winner: winnerOf(compared, new Map([...infos].flatMap(([name, { direction }]) => (direction ? [[name, direction] as const] : [])))),
    notices: noticesOf(store, compared, baseline),
  };
}

/** The numbers and names of the series that is compared: the store's index has those of the one that decides the verdict. */
function ofSeries({ series }: ChosenSeries, logged: Logged): Logged {
  const at = [...logged.metrics.values()][0]?.at ?? 0;
  const { label: prompt, provider, model, cases, runs: repeat } = series;
  const params = Object.entries({ prompt, provider, model, cases, repeat }).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]));
  return { ...logged, params: new Map(params), metrics: new Map(series.metrics.flatMap(({ name, current }) => (typeof current === "number" ? [[name, { key: name, value: current, step: 0, at }]] : []))) };
}

function infoOf(name: string, runs: readonly ComparedRun[], directions: ReadonlyMap<string, Direction>): { direction: Direction | undefined; unit: MetricUnit | undefined } {
  const own = runs.map(({ evidence }) => evidence?.metrics.get(name)).find((info) => info !== undefined) ?? (Object.hasOwn(BUILT_IN_METRICS, name) ? BUILT_IN_METRICS[name] : undefined);
  return { direction: directions.get(name) ?? own?.direction, unit: own?.unit };
}

function metricRows(names: readonly string[], infos: ReadonlyMap<string, { direction: Direction | undefined; unit: MetricUnit | undefined }>, runs: readonly ComparedRun[], baseline: number): MetricRow[] {
  const base = runs[baseline]!;
  const paired = runs.map(({ evidence }, index) => (index === baseline || !evidence || !base.evidence ? new Map() : pairedComparisons(base.evidence, evidence)) as ReturnType<typeof pairedComparisons>);
  const family = names.flatMap((name) => paired.flatMap((comparisons) => comparisons.get(name) ?? []));
  const adjusted = holm(family.map(twoSided));
  const pOf = new Map(family.map((comparison, index) => [comparison, adjusted[index]!]));
  return names.map((name) => {
    const from = base.logged.metrics.get(name)?.value;
    const { direction, unit } = infos.get(name)!;
    const cells = runs.map(({ logged }, index) => {
      const value = logged.metrics.get(name)?.value;
      const comparison = paired[index]!.get(name);
      const difference = index === baseline || value === undefined || from === undefined ? NaN : value - from;
      if (!comparison) return { value, delta: Number.isFinite(difference) ? difference : undefined, change: undefined };
      const p = pOf.get(comparison)!;
      const [low, high] = comparison.interval;
      const isProven = p <= ALPHA && (low > 0 || high < 0);
      const verdict: Change["verdict"] = !isProven ? "not proven" : comparison.better < comparison.worse ? "better" : "worse";
      return { value, delta: comparison.delta, change: { delta: comparison.delta, interval: comparison.interval, p, n: comparison.n, verdict } };
    });
    return { name, direction, unit, cells };
  });
}

/** A suite's own file holds what its cases are judged by. */
function noticesOf(store: Store, runs: readonly ComparedRun[], baseline: number): string[] {
  const base = runs[baseline]!;
  const textOf = ({ run, evidence }: ComparedRun) => (run.prompts === undefined || !evidence ? undefined : versionFiles(store, run.prompts).get(evidence.suite));
  const text = textOf(base);
  return runs.flatMap((other) => {
    if (text === undefined || other.evidence?.suite !== base.evidence?.suite || (textOf(other) ?? text) === text) return [];
    return [`${base.evidence!.suite} is not the same in ${base.run.key.slice(0, 8)} and ${other.run.key.slice(0, 8)}: their cases may be judged by other assertions.`];
  });
}

function factsOf(runs: readonly ComparedRun[]): FactRow[] {
  const facts: Readonly<Record<string, (run: TrackedRun) => string | undefined>> = {
    name: ({ name }) => name,
    kind: ({ kind }) => kind,
    status: ({ status }) => status,
    verdict: ({ verdict }) => verdict,
    commit: ({ commit, dirty }) => commit && `${commit.slice(0, 7)}${dirty ? "*" : ""}`,
    prompts: ({ prompts }) => prompts?.slice(0, 12),
    data: ({ data }) => data && Object.entries(data).map(([path, hash]) => `${path} ${hash.slice(0, 12)}`).join(", "),
  };
  return rows(Object.keys(facts), runs, (name, { run }) => facts[name]!(run));
}

function rows(names: readonly string[], runs: readonly ComparedRun[], valueOf: (name: string, run: ComparedRun) => string | undefined): FactRow[] {
  return names.map((name) => ({ name, values: runs.map((run) => valueOf(name, run)) })).filter(({ values }) => values.some((value) => value !== undefined));
}
