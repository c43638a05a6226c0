import { quantileOfSorted } from "../../regression/statistics/quantile.ts";
import type { MetricUnit } from "../../config/gates.ts";
import { metricWords } from "../words.ts";
import type { ChartView } from "./chart.ts";

const BINS = 24;
const UNITS: Readonly<Record<string, MetricUnit>> = { pass: "rate", latency: "latency", cost: "money" };

/** How a value of the cases is spread in each run: the share of its cases in each of some bins of equal width. */
export function distributionChart(metric: string, runs: readonly { readonly name: string; readonly values: Float64Array }[]): ChartView {
  const finite = runs.map(({ name, values }) => ({ name, values: [...values].filter(Number.isFinite).sort((a, b) => a - b) })).filter(({ values }) => values.length > 0);
  const unit = UNITS[metric];
  const low = Math.min(...finite.map(({ values }) => values[0]!));
  const high = Math.max(...finite.map(({ values }) => values.at(-1)!));
  // All the same: one bin of some width around it.
  const width = high > low ? (high - low) / BINS : Math.max(Math.abs(low), 1) / BINS;
  const bins = high > low ? BINS : 1;
  const missing = runs.length - finite.length;
  return {
    title: `Distribution of ${metric} over the cases`,
    x: { label: metric, unit },
    y: { label: "share of the cases", unit: "rate" },
    series: finite.map(({ name, values }) => {
      const counts = new Array<number>(bins).fill(0);
      for (const value of values) counts[Math.min(bins - 1, Math.floor((value - low) / width))]! += 1;
      const points = counts.map((count, bin) => ({ x: low + bin * width, y: count / values.length, label: `${metricWords(low + bin * width, unit)} … ${metricWords(low + (bin + 1) * width, unit)}: ${count} of ${values.length} cases` }));
      const [p50, p95] = [quantileOfSorted(values, 0.5), quantileOfSorted(values, 0.95)];
      return { name: `${name}: p50 ${metricWords(p50, unit)}, p95 ${metricWords(p95, unit)}, n ${values.length}`, style: "steps" as const, points: [...points, { x: low + bins * width, y: 0 }] };
    }),
    markers: [],
    notices: [...(missing > 0 ? [`${missing} of ${runs.length} runs have no ${metric}.`] : []), ...(metric === "latency" ? ["Latencies of different runs were not measured side by side."] : [])],
  };
}
