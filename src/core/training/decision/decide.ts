import type { MetricUnit } from "../../config/gates.ts";
import type { Tolerance } from "../../config/units.ts";
import type { MetricReport, RunReport, SeriesReport } from "../../regression/report.ts";
import { absolute } from "../../regression/verdict.ts";
import { formatInterval, formatValue, headline, plural } from "../../regression/words.ts";
import type { GateRule, Plan } from "./plan.ts";
import type { Slice } from "./slices.ts";

/** One condition of a promotion, and whether it holds. */
export interface DecisionRow {
  /** The label of the prompt. */
  readonly prompt: string;
  readonly metric: string;
  readonly unit: MetricUnit;
  readonly rule: "improvement" | GateRule["rule"] | "bound";
  readonly production: number | undefined;
  readonly candidate: number | undefined;
  /** Candidate − production, with its 90 % interval: its lower end is the one-sided 95 % bound. */
  readonly delta: number | undefined;
  readonly interval: readonly [number, number] | undefined;
  readonly n: number;
  readonly holds: boolean;
  /** What was asked, and what was found, in a sentence. */
  readonly because: string;
}

export interface Decision {
  readonly verdict: "better" | "not-better";
  readonly candidate: string;
  readonly production: string | undefined;
  readonly plan: Plan;
  readonly rows: readonly DecisionRow[];
  readonly slices: readonly Slice[];
  readonly broke: number;
  readonly fixed: number;
  /** Why it is not better; empty where it is. */
  readonly reasons: readonly string[];
}

export interface DecisionInput {
  readonly report: RunReport;
  readonly plan: Plan;
  readonly minImprovement: Tolerance;
  /** Of each tolerance that a gate has, by metric. */
  readonly tolerances: ReadonlyMap<string, Tolerance>;
  readonly slices: readonly Slice[];
  readonly candidate: string;
  readonly production: string | undefined;
}

/**
 * Whether a candidate is better than the model in use: an intersection–union test. The one-sided 95 % lower bound of
 * the improvement must exceed what is asked, and every other gate must pass, under every prompt of the suite; as all
 * of it must hold, each is tested at 5 % uncorrected.
 */
export function decide({ report, plan, minImprovement, tolerances, slices, candidate, production }: DecisionInput): Decision {
  const rows = report.series.flatMap((series) => rowsOf(series, plan, minImprovement, tolerances));
  const reasons = [
    ...(production === undefined ? ["There is no model in use to compare with."] : []),
    ...report.series.flatMap((series) => (series.verdict === "error" ? [headline(series)] : [])),
    ...report.series.flatMap((series) => (series.verdict === "failed" && (series.confirmed ?? 0) > 0 ? [`${plural(series.confirmed!, "case")} broke, each confirmed by two more runs.`] : [])),
    ...rows.filter(({ holds }) => !holds).map(({ because }) => because),
    ...slices.filter(({ isWorse }) => isWorse).map(sliceReason),
  ];
  const count = (what: "broke" | "fixed") => report.series.reduce((sum, series) => sum + series[what].length, 0);
  return { verdict: reasons.length === 0 ? "better" : "not-better", candidate, production, plan, rows, slices, broke: count("broke"), fixed: count("fixed"), reasons };
}

function rowsOf(series: SeriesReport, plan: Plan, minImprovement: Tolerance, tolerances: ReadonlyMap<string, Tolerance>): DecisionRow[] {
  const of = (name: string) => series.metrics.find((metric) => metric.name === name);
  const primary = improvement(series.label, plan.metric, of(plan.metric), minImprovement);
  const gates = plan.rules.map((rule) => gateRow(series.label, rule, of(rule.metric), tolerances.get(rule.metric)!));
  const bounds = series.metrics.flatMap((metric) => (metric.gated && metric.missed ? [boundRow(series.label, metric, metric.missed)] : []));
  return [primary, ...gates, ...bounds];
}

function improvement(prompt: string, name: string, metric: MetricReport | undefined, minImprovement: Tolerance): DecisionRow {
  const { baseline, delta, interval } = metric ?? {};
  if (!metric || baseline === undefined || delta === undefined || !interval) return unmeasured(prompt, name, metric, "improvement");
  const asked = absolute(minImprovement, baseline);
  const bound = metric.direction === "higher" ? interval[0] : -interval[1];
  const holds = bound > asked;
  const least = amount(bound, metric.unit);
  return row(prompt, metric, "improvement", holds, `${name} improves by at least ${least} (one-sided 95 %), and more than ${amount(asked, metric.unit)} is asked${holds ? "" : ": that is not shown"}.`);
}

function gateRow(prompt: string, { metric: name, rule, casesNeeded }: GateRule, metric: MetricReport | undefined, tolerance: Tolerance): DecisionRow {
  const { baseline, interval } = metric ?? {};
  if (!metric || baseline === undefined || !interval) return rule === "no-regression" && metric ? row(prompt, metric, rule, true, `${name} is not measured on both sides: no regression is proven.`) : unmeasured(prompt, name, metric, rule);
  const allowed = absolute(tolerance, baseline);
  if (rule === "no-regression") {
    const holds = metric.verdict !== "regression";
    const more = casesNeeded === undefined ? "" : ` To show that it is no worse takes about ${casesNeeded} cases.`;
    return row(prompt, metric, rule, holds, holds ? `No regression of ${name} is proven.${more}` : `${name} is proven worse: ${formatInterval(interval, metric.unit)}, and ${amount(allowed, metric.unit)} is allowed.`);
  }
  const worst = metric.direction === "higher" ? -interval[0] : interval[1];
  const holds = worst < allowed;
  return row(prompt, metric, rule, holds, `${name} is worse by at most ${amount(Math.max(0, worst), metric.unit)} (one-sided 95 %), and less than ${amount(allowed, metric.unit)} is asked${holds ? "" : ": that is not shown"}.`);
}

function boundRow(prompt: string, metric: MetricReport, { bound, limit }: NonNullable<MetricReport["missed"]>): DecisionRow {
  return row(prompt, metric, "bound", false, `${metric.name} is ${formatValue(metric.current!, metric.unit)}, and must be ${bound === "min" ? "at least" : "at most"} ${formatValue(limit, metric.unit)}.`);
}

function row(prompt: string, { name, unit, baseline, current, delta, interval, n }: MetricReport, rule: DecisionRow["rule"], holds: boolean, because: string): DecisionRow {
  return { prompt, metric: name, unit, rule, production: baseline, candidate: current, delta, interval, n, holds, because };
}

/** What is not measured never counts as good. */
function unmeasured(prompt: string, name: string, metric: MetricReport | undefined, rule: DecisionRow["rule"]): DecisionRow {
  return { prompt, metric: name, unit: metric?.unit ?? "score", rule, production: metric?.baseline, candidate: metric?.current, delta: undefined, interval: undefined, n: 0, holds: false, because: `${name} is not measured with both models: nothing is shown.` };
}

function amount(value: number, unit: MetricUnit): string {
  return unit === "rate" ? `${(value * 100).toFixed(1).replace("-", "−")} points` : formatValue(value, unit);
}

function sliceReason({ name, cases, production, candidate }: Slice): string {
  return `${name} is proven worse: ${formatValue(production, "rate")} → ${formatValue(candidate, "rate")} over ${plural(cases, "case")}.`;
}
