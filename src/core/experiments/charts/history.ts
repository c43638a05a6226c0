import { metricInfo } from "../../config/gates.ts";
import { wilsonInterval } from "../../regression/statistics/interval.ts";
import { deployedCommits, experimentHistory, suiteHistory } from "../../store/experiments/charts.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import type { Store } from "../../store/store.ts";
import type { ChosenSeries } from "../compare/series.ts";
import { metricWords, shortKey } from "../words.ts";
import type { ChartView } from "./chart.ts";

/** Runs that are shown, the newest. */
const MOST = 200;

/**
 * A metric over the runs of the baseline's suite (in the series that is compared) or experiment, oldest first, with
 * marks where a commit was deployed. Accuracy has Wilson's 90 % interval over the cases; others have none here.
 */
export function historyChart(store: Store, runs: readonly TrackedRun[], baseline: number, chosen: ChosenSeries | undefined, metric: string): ChartView {
  const base = runs[baseline]!;
  const rows = (chosen ? suiteHistory(store, chosen.suite, chosen.series.key, metric, MOST) : experimentHistory(store, base.experimentId, metric, MOST)).reverse();
  const { unit } = chosen ? (chosen.series.metrics.find(({ name }) => name === metric) ?? metricInfo(metric)) : { unit: undefined };
  const compared = new Set(runs.map(({ key }) => key));
  const names = rows.map(({ commit, dirty, key }) => (commit ? `${commit.slice(0, 7)}${dirty ? "*" : ""}` : shortKey(key)));
  const points = rows.map(({ key, at, value, cases }, x) => {
    const interval = metric === "accuracy" && cases ? wilsonInterval(value * cases, cases) : undefined;
    return { x, y: value, ...interval, strong: compared.has(key), label: `${names[x]}, ${new Date(at).toISOString().slice(0, 16).replace("T", " ")}: ${metricWords(value, unit)}${interval ? ` (90 % interval ${metricWords(interval.low, unit)} … ${metricWords(interval.high, unit)}, n ${cases})` : ""}` };
  });
  const markers = deployedCommits(store).flatMap(({ environment, commit }) => {
    const at = rows.findLastIndex((row) => row.commit === commit && row.dirty === 0);
    return at === -1 ? [] : [{ x: at, label: environment }];
  });
  return {
    title: `${metric} of ${chosen ? `${chosen.suite}, ${chosen.series.label}` : base.experiment}`,
    x: { label: "commit (* with changes that were not committed)", names },
    y: { label: metric, unit },
    series: [{ name: metric, style: "line", points }],
    markers,
    notices: [...(rows.length === MOST ? [`The newest ${MOST} runs.`] : []), ...(rows.length === 0 ? [`No run has ${metric}.`] : [])],
  };
}
