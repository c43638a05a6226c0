import { type Gate, metricInfo } from "../config/gates.ts";
import type { Tolerance } from "../config/units.ts";
import { judged, type SeriesTally } from "../evals/run/tally.ts";
import { ALPHA, type Measured, measure, measureCompared } from "./measure.ts";
import { passPairs } from "./pairs.ts";
import type { MetricReport, MetricVerdict } from "./report.ts";
import { holm } from "./statistics/holm.ts";
import { signFlipMidP } from "./statistics/signFlip.ts";

/**
 * Speaks the verdict on every metric of every series. A regression must be proven (p ≤ α after Holm
 * over all gates of all changed series), larger than the tolerance, and its interval must exclude
 * "no change": a verdict and its picture never disagree.
 */
export function judgeMetrics(all: readonly SeriesTally[], repeats: number, gates: readonly Gate[], alpha = ALPHA): MetricReport[][] {
  const measured = all.map((series) => (series.skipped ? [] : measure(series, repeats, gates)));
  const family = measured.flatMap((metrics, index) => (all[index]?.changed ? metrics.filter((metric) => metric.gate?.tolerance && metric.comparison) : []));
  const adjusted = holm(family.map((metric) => metric.comparison?.worse ?? 1));
  const pOf = new Map(family.map((metric, index) => [metric, adjusted[index] as number]));
  return measured.map((metrics) => metrics.map((metric) => report(metric, pOf.get(metric) ?? metric.comparison?.worse, alpha)));
}

/** What is tested together: the gated metrics of every changed series. */
export function gatedFamily(all: readonly SeriesTally[], repeats: number, gates: readonly Gate[]): Measured[] {
  return all.flatMap((series) => (series.skipped || !series.changed ? [] : measureCompared(series, repeats, gates)));
}

function report(metric: Measured, p: number | undefined, alpha: number): MetricReport {
  const { name, gate, baseline, current, comparison } = metric;
  const info = metricInfo(name);
  const verdict = speak(metric, p, alpha);
  return {
    name,
    direction: gate?.direction ?? info.direction,
    unit: info.unit,
    gated: gate !== undefined,
    baseline,
    current,
    delta: comparison?.delta,
    interval: comparison?.interval,
    p,
    n: comparison?.n ?? 0,
    verdict,
    missed: gate && missedBound(gate, current),
    advice: verdict === "inconclusive" ? comparison?.advice : undefined,
  };
}

function speak(metric: Measured, p: number | undefined, alpha: number): MetricVerdict {
  const { gate, baseline, current, comparison } = metric;
  if (!comparison || baseline === undefined || current === undefined || p === undefined) return "not-measured";
  const higher = isHigherBetter(metric);
  const loss = higher ? -comparison.delta : comparison.delta;
  const [low, high] = comparison.interval;
  const excludesNoChange = higher ? high < 0 : low > 0;
  const beyond = isBeyond(metric);
  if (beyond && p <= alpha && excludesNoChange) return "regression";
  if (beyond && gate) return "inconclusive";
  if (comparison.better <= ALPHA && loss < 0) return "improved";
  return "no-change";
}

/** Whether what was lost is more than is tolerated. */
export function isBeyond(metric: Measured): boolean {
  const { gate, baseline, comparison } = metric;
  if (!comparison || baseline === undefined) return false;
  // A gate that only bounds a metric tolerates whatever lies within its bounds.
  const tolerated = gate === undefined ? 0 : gate.tolerance ? absolute(gate.tolerance, baseline) : Infinity;
  // Rounding must not turn "exactly the tolerance" into "beyond it".
  return (isHigherBetter(metric) ? -comparison.delta : comparison.delta) > tolerated + 1e-9;
}

function isHigherBetter({ name, gate }: Measured): boolean {
  return (gate?.direction ?? metricInfo(name).direction) === "higher";
}

/** A tolerance in the metric's own unit: points are hundredths of a rate, percentages are of the baseline. */
export function absolute(tolerance: Tolerance, baseline: number): number {
  return "points" in tolerance ? tolerance.points / 100 : Math.abs(baseline) * tolerance.relative;
}

export function missedBound(gate: Gate, current: number | undefined): MetricReport["missed"] {
  if (current === undefined || gate.metric === "broken") return undefined;
  if (gate.min !== undefined && current < gate.min) return { bound: "min", limit: gate.min };
  if (gate.max !== undefined && current > gate.max) return { bound: "max", limit: gate.max };
  return undefined;
}

/**
 * Whether questions without an answer could turn the verdict on accuracy: it must survive both the
 * worst and the best that they could have been. Returns why not, or `undefined`.
 */
export function unsettledBy(series: SeriesTally, repeats: number, gate: Gate | undefined, verdict: MetricVerdict | undefined, unanswered: number): string | undefined {
  if (!gate || unanswered === 0) return undefined;
  const regressedAs = (imputation: "worst" | "best") => {
    const pairs = passPairs(series.cases, repeats, imputation);
    const differences = pairs.map((pair) => pair.current - pair.baseline);
    const mean = (key: "baseline" | "current") => pairs.reduce((sum, pair) => sum + pair[key], 0) / (pairs.length * repeats);
    const loss = mean("baseline") - mean("current");
    return { regressed: gate.tolerance !== undefined && signFlipMidP(differences).less <= ALPHA && loss > absolute(gate.tolerance, mean("baseline")), current: mean("current") };
  };
  const worst = regressedAs("worst");
  const best = regressedAs("best");
  const questions = withoutAnswer(unanswered);
  if (series.hasBaseline && verdict === "regression" && !best.regressed) return `${questions} could hide that there is no regression`;
  if (series.hasBaseline && verdict !== "regression" && worst.regressed) return `${questions} could hide a regression`;
  if (gate.min !== undefined && worst.current < gate.min && best.current >= gate.min) return `${questions} could decide whether accuracy reaches its minimum`;
  return undefined;
}

/** The same of the `broken` gate, of which `broken` cases are confirmed. */
export function brokenUnsettledBy(series: SeriesTally, repeats: number, gate: Gate | undefined, broken: number, unanswered: number): string | undefined {
  if (!series.hasBaseline || gate?.max === undefined || broken > gate.max || unanswered === 0) return undefined;
  const incomplete = series.cases.filter(({ current, baseline }) => [...current, ...baseline].some((sample) => !judged(sample)));
  const half = repeats / 2;
  const hidden = passPairs(incomplete, repeats, "worst").filter(({ baseline, current }) => baseline >= half && current < half).length;
  return broken + hidden > gate.max ? `${withoutAnswer(unanswered)} could hide a broken case` : undefined;
}

function withoutAnswer(count: number): string {
  return `${count} question${count === 1 ? "" : "s"} without an answer`;
}
