import type { MetricRow } from "../compare/compare.ts";
import { metricWords } from "../words.ts";
import type { ChartPoint, ChartView } from "./chart.ts";

/**
 * Two metrics, a point a run, and the runs that no other beats in both (the Pareto front): another run is at
 * least as good in each and better in one, by the metrics' directions. Without directions there is no front.
 */
export function scatterChart(names: readonly string[], x: MetricRow | undefined, y: MetricRow | undefined, labels: { readonly x: string; readonly y: string }): ChartView {
  const points = names.flatMap((name, run): (ChartPoint & { name: string })[] => {
    const [a, b] = [x?.cells[run]?.value, y?.cells[run]?.value];
    if (a === undefined || b === undefined || !Number.isFinite(a) || !Number.isFinite(b)) return [];
    return [{ name, x: a, y: b, label: `${name}: ${labels.x} ${metricWords(a, x!.unit)}, ${labels.y} ${metricWords(b, y!.unit)}` }];
  });
  const front = x?.direction && y?.direction ? points.filter((point) => !points.some((other) => beats(other, point, x.direction!, y.direction!))) : [];
  const missing = names.length - points.length;
  return {
    title: `${labels.y} and ${labels.x}`,
    x: { label: labels.x, unit: x?.unit },
    y: { label: labels.y, unit: y?.unit },
    series: [
      ...(front.length > 1 ? [{ name: "Pareto front", style: "line" as const, points: [...front].sort((a, b) => a.x - b.x).map((point) => ({ x: point.x, y: point.y })) }] : []),
      ...points.map((point) => ({ name: `${point.name}${front.includes(point) ? " (on the front)" : ""}`, style: "points" as const, points: [{ ...point, strong: front.includes(point) }] })),
    ],
    markers: [],
    notices: [...(missing > 0 ? [`${missing} of ${names.length} runs lack one of the two metrics.`] : []), ...(x && y && !(x.direction && y.direction) ? ["No front: of one of the metrics it is not known which way is better."] : [])],
  };
}

function beats(a: ChartPoint, b: ChartPoint, x: "higher" | "lower", y: "higher" | "lower"): boolean {
  const gains = [(a.x - b.x) * (x === "higher" ? 1 : -1), (a.y - b.y) * (y === "higher" ? 1 : -1)];
  return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0);
}
