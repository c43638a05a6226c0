import { decisive, type RunReport, type SeriesReport, storedReport, VERDICTS } from "../../regression/report.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import { findRun } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";

/** A suite's run with the series of it that is compared. */
export interface ChosenSeries {
  readonly suite: string;
  readonly series: SeriesReport;
}

/** A prompt with a provider, which some runs have in common. */
export interface SeriesChoice {
  readonly key: string;
  readonly label: string;
  readonly provider: string;
}

export interface Chosen {
  /** A run at a time; `undefined`: it is none of a suite, or has no report. */
  readonly series: readonly (ChosenSeries | undefined)[];
  /** What else the baseline's suite could be compared in, the chosen one first. */
  readonly choices: readonly SeriesChoice[];
}

/**
 * A series compares only with itself: of those that all runs of the baseline's suite have, the one that is
 * wanted, else the one with the worst verdict. Where they have none in common, each is compared in the series
 * that decides its own verdict.
 */
export function chooseSeries(store: Store, runs: readonly TrackedRun[], baseline: number, wanted?: string): Chosen {
  const reports = runs.map((run) => reportOf(store, run));
  const suite = reports[baseline]?.suite;
  const same = reports.filter((report) => report !== undefined && report.suite === suite) as RunReport[];
  const shared = (same[0]?.series ?? []).filter(({ key }) => same.every((report) => report.series.some((series) => series.key === key)));
  const rank = (key: string) => Math.min(...same.map((report) => VERDICTS.indexOf(report.series.find((series) => series.key === key)!.verdict)));
  const ordered = [...shared].sort((a, b) => Number(b.key === wanted) - Number(a.key === wanted) || rank(a.key) - rank(b.key));
  const [chosen] = ordered;
  return {
    series: reports.map((report) => {
      const series = report && ((report.suite === suite && report.series.find(({ key }) => key === chosen?.key)) || decisive(report));
      return series && { suite: report.suite, series };
    }),
    choices: ordered.map(({ key, label, provider }) => ({ key, label, provider })),
  };
}

function reportOf(store: Store, run: TrackedRun): RunReport | undefined {
  const record = run.kind === "eval" ? findRun(store, run.key) : undefined;
  const report = record && storedReport(record);
  // Its place in the store says which suite it is of.
  return report && { ...report, suite: record.suite };
}
