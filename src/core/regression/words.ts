import type { MetricUnit } from "../config/gates.ts";
import type { CaseChange, MetricReport, RunReport, SeriesReport, Verdict } from "./report.ts";

/** One voice for the editor and the terminal: how figures and verdicts are put into words. */

const NBSP = "\u00A0";

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  error: "not judged",
  regression: "regression",
  failed: "failed",
  inconclusive: "inconclusive",
  improved: "improved",
  passed: "passed",
};

/** `91.7 %`, `410 ms`, `$0.0042`, `312`, `0.83`. */
export function formatValue(value: number, unit: MetricUnit): string {
  switch (unit) {
    case "rate":
      return `${decimals(value * 100, 1)}${NBSP}%`;
    case "latency":
      return value >= 10_000 ? `${decimals(value / 1000, 1)}${NBSP}s` : `${decimals(value, 0)}${NBSP}ms`;
    case "money":
      return formatMoney(value);
    case "count":
      return decimals(value, value < 100 ? 1 : 0);
    case "score":
      return decimals(value, 3);
  }
}

export function formatMoney(usd: number): string {
  return `$${usd === 0 ? "0" : usd.toFixed(usd < 0.01 ? 1 - Math.floor(Math.log10(usd)) : usd < 10 ? 3 : 2)}`;
}

/** A signed difference with its unit: `−12.5 points`, `+15 ms`. */
export function formatDelta(delta: number, unit: MetricUnit): string {
  if (unit === "rate") return `${signed(delta * 100, 1)} points`;
  if (unit === "latency") return `${signed(delta, 0)}${NBSP}ms`;
  if (unit === "money") return `${delta < 0 ? "−" : "+"}${formatMoney(Math.abs(delta))}`;
  return signed(delta, unit === "count" ? 1 : 3);
}

/** `−18.1 … −6.9`, in points for rates. */
export function formatInterval([low, high]: readonly [number, number], unit: MetricUnit): string {
  const [scale, digits] = unit === "rate" ? [100, 1] : unit === "latency" ? [1, 0] : unit === "money" ? [1, 4] : unit === "count" ? [1, 1] : [1, 3];
  return `${bound(low * scale, digits)} … ${bound(high * scale, digits)}`;
}

/** One that is not 0 is not rounded to it: the interval of a regression must not seem to contain "no change". */
function bound(value: number, digits: number): string {
  const size = Math.abs(value);
  return signed(value, size > 1e-9 && Number(size.toFixed(digits)) === 0 ? Math.ceil(-Math.log10(size)) : digits);
}

export function formatP(p: number): string {
  return p < 0.0001 ? "p < 0.0001" : `p ${p < 0.01 ? p.toFixed(4) : p.toFixed(2)}`;
}

export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}${NBSP}ms`;
  if (ms < 60_000) return `${decimals(ms / 1000, ms < 10_000 ? 1 : 0)}${NBSP}s`;
  return `${Math.round(ms / 60_000)}${NBSP}min`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `120 cases × 3 runs`. */
export function sampleSize(cases: number, runs: number): string {
  return `${plural(cases, "case")} × ${plural(runs, "run")}`;
}

/** `accuracy 91.7 % → 79.2 % (−12.5 points, 90 % CI −18.1 … −6.9, p 0.0003; 120 cases × 3 runs)`. */
export function metricSentence(metric: MetricReport, runs: number): string {
  const { name, unit, baseline, current, delta, interval, p, n } = metric;
  if (current === undefined) return `${name} not measured`;
  if (baseline === undefined || delta === undefined || !interval) return `${name} ${formatValue(current, unit)}`;
  const evidence = [formatDelta(delta, unit), `90${NBSP}% CI ${formatInterval(interval, unit)}`, ...(p === undefined ? [] : [formatP(p)])].join(", ");
  return `${name} ${formatValue(baseline, unit)} → ${formatValue(current, unit)} (${evidence}; ${sampleSize(n, runs)})`;
}

/** What would settle an inconclusive metric, as sentences. */
export function adviceSentence(metric: MetricReport, runs: number): string {
  const { advice, unit } = metric;
  if (!advice) return "";
  const sentences = [`${runs === 1 ? "One run of each case shows" : `${runs} runs of each case show`} drops from ${formatDelta(-advice.detectable, unit)} on`];
  if (advice.detectableWithRepeats) sentences.push(`${advice.detectableWithRepeats.repeats} runs would show ${formatDelta(-advice.detectableWithRepeats.effect, unit)}`);
  sentences.push(`a drop of this size needs about ${plural(advice.cases, "case")}`);
  return `${sentences.join("; ")}.`;
}

/** `17 cases broke, 2 fixed.` */
export function changesSentence({ broke, fixed }: Pick<SeriesReport, "broke" | "fixed">): string {
  if (broke.length === 0 && fixed.length === 0) return "No case changed.";
  const parts = [broke.length > 0 ? `${plural(broke.length, "case")} broke` : "no case broke", ...(fixed.length > 0 ? [`${fixed.length} fixed`] : [])];
  const text = parts.join(", ");
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

/** What a save left out. */
export function earlySentence({ early }: Pick<RunReport, "early">): string | undefined {
  return early && `Settled early, by ${early.cases} of ${plural(early.of, "case")} in random order: the size of the loss is known once all have run.`;
}

/** The first line of a verdict, worst first: `Regression: accuracy …`. */
export function headline(series: SeriesReport): string {
  const gated = series.metrics.filter((metric) => metric.gated);
  const of = (verdict: MetricReport["verdict"]) => gated.filter((metric) => metric.verdict === verdict).map((metric) => metricSentence(metric, series.runs));
  switch (series.verdict) {
    case "error":
      return series.errors && !series.unsettled
        ? `Not judged: ${series.errors.count} of ${plural(series.errors.of, "question")} had no answer (${series.errors.first.replace(/\.$/, "")}).`
        : `Not judged: ${series.unsettled} (${series.errors?.first.replace(/\.$/, "") ?? ""}).`;
    case "regression":
      return `Regression: ${of("regression").join("; ")}`;
    case "failed":
      return failedHeadline(series, gated);
    case "inconclusive":
      return `Inconclusive: ${of("inconclusive").join("; ")}`;
    case "improved":
      return `Improved: ${of("improved").join("; ")}`;
    case "passed":
      return series.skipped ? "Unchanged, not run." : `Passed: ${metricSentence(series.metrics.find((metric) => metric.name === "accuracy") ?? NO_METRIC, series.runs)}`;
  }
}

function failedHeadline(series: SeriesReport, gated: readonly MetricReport[]): string {
  const missed = gated.flatMap(({ name, unit, current, missed: bound }) => (bound && current !== undefined ? [`${name} ${formatValue(current, unit)} is ${bound.bound === "min" ? "below its minimum of" : "above its maximum of"} ${formatValue(bound.limit, unit)}`] : []));
  if (missed.length > 0) return `Failed: ${missed.join("; ")}.`;
  if (series.hasBaseline) return `Failed: ${plural(series.confirmed ?? series.broke.length, "case")} broke, confirmed by two more runs of both versions.`;
  return `Failed: ${series.failed} of ${plural(series.cases, "case")} ${series.failed === 1 ? "fails" : "fail"}, and there is nothing to compare with.`;
}

const NO_METRIC: MetricReport = { name: "accuracy", direction: "higher", unit: "rate", gated: false, baseline: undefined, current: undefined, delta: undefined, interval: undefined, p: undefined, n: 0, verdict: "not-measured", missed: undefined, advice: undefined };

/** `"my parcel was left in the rain": expected the output to equal "refund"`. */
export function caseSentence(change: CaseChange): string {
  const outputs = change.before && change.after && change.before !== change.after ? `${shorten(change.before)} → ${shorten(change.after)}` : shorten(change.after);
  return `#${change.number} “${change.title}”: ${outputs}${change.reason && change.reason !== "Passed" ? ` (${shorten(change.reason)})` : ""}`;
}

export function baselineWords({ baseline }: Pick<RunReport, "baseline">, now: number): string {
  if (!baseline) return "nothing to compare with";
  return baseline.at === undefined ? baseline.label : `${baseline.label}, ${ago(now - baseline.at)}`;
}

function ago(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${plural(hours, "hour")} ago` : `${Math.round(hours / 24)} days ago`;
}

export function shorten(text: string, most = 100): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function decimals(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

function signed(value: number, digits: number): string {
  const text = decimals(value, digits);
  return text.startsWith("−") || /^0(\.0+)?$/.test(text) ? text : `+${text}`;
}
