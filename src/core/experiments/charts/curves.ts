import { curve, sampledCurve, stepRange } from "../../store/experiments/charts.ts";
import type { Store } from "../../store/store.ts";
import type { ChartView } from "./chart.ts";

/** More than a screen has pixels for would not be seen. */
const BUCKETS = 500;
/** Reading more steps than that would keep people waiting. */
const MOST_READ = 200_000;

/**
 * A metric by step, a line a run; where steps are drawn together, their mean and the range from least to most,
 * or, of very many points, the first of them.
 */
export function curvesChart(store: Store, runs: readonly { readonly id: number; readonly name: string }[], metric: string): ChartView {
  const sampled = runs.reduce((sum, { id }) => sum + stepRange(store, id, metric), 0) > MOST_READ;
  const series = runs.map(({ id, name }) => ({ name, points: (sampled ? sampledCurve : curve)(store, id, metric, BUCKETS) })).filter(({ points }) => points.length > 0);
  const joined = series.some(({ points }) => points.some(({ low, high }) => low !== high));
  return {
    title: `${metric} by step`,
    x: { label: "step" },
    y: { label: metric },
    series: series.map(({ name, points }) => ({ name, style: "line" as const, band: true, points: points.map(({ step, mean, low, high }) => ({ x: step, y: mean, ...(low === high ? {} : { low, high }) })) })),
    markers: [],
    notices: [
      ...(joined ? ["Steps that are drawn together: the mean, and around it the range."] : []),
      ...(sampled ? [`Of more than ${MOST_READ.toLocaleString("en")} steps at most ${BUCKETS} a run are drawn, each the first of its neighbours; what lies between is not shown.`] : []),
      ...(series.length < runs.length ? [`${runs.length - series.length} of ${runs.length} runs have no ${metric}.`] : []),
    ],
  };
}
