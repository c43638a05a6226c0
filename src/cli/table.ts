import type { MetricReport, RunReport, SeriesReport, Verdict } from "../core/regression/report.ts";
import { INSTRUCTIONS, instructionSentence } from "../core/regression/instructions.ts";
import { adviceSentence, baselineWords, caseSentence, changesSentence, formatDelta, formatDuration, formatInterval, formatMoney, formatValue, headline, plural } from "../core/regression/words.ts";

const LISTED_CASES = 10;
const ESC = "\u001b[";
const red = (text: string) => `${ESC}31m${text}${ESC}39m`;
const green = (text: string) => `${ESC}32m${text}${ESC}39m`;
const yellow = (text: string) => `${ESC}33m${text}${ESC}39m`;
const dim = (text: string) => `${ESC}2m${text}${ESC}22m`;
const bold = (text: string) => `${ESC}1m${text}${ESC}22m`;

const COLOURS: Readonly<Record<Verdict, (text: string) => string>> = { error: yellow, regression: red, failed: red, inconclusive: yellow, improved: green, passed: green };

/**
 * A suite's result as people read it: a line of what ran, a block a series, the cases that changed.
 * @param most so many cases of a series are listed.
 */
export function suiteTable(report: RunReport, now: number, most = LISTED_CASES): string {
  const money = report.cost > 0 ? `   ${formatMoney(report.cost)}` : "";
  const head = `${bold(report.suite)}   ${plural(report.calls, "call")}, ${report.cached} from cache   ${formatDuration(report.durationMs)}${money}`;
  return [head, ...report.series.map((series) => seriesBlock(series, report, most)), ...(report.notices ?? []).map((notice) => yellow(`  ${notice}`)), dim(`  baseline: ${baselineWords(report, now)}`)].join("\n");
}

function seriesBlock(series: SeriesReport, { runId, series: all }: RunReport, most: number): string {
  const title = all.length > 1 ? [`  ${series.label} · ${series.provider}`] : [];
  if (series.skipped) return [...title, dim("    unchanged, not run")].join("\n");
  const lines = [...title, ...series.metrics.flatMap((metric) => [metricLine(metric), ...(metric.name === INSTRUCTIONS ? (series.instructions ?? []).map((one) => dim(`      ${instructionSentence(one)}`)) : [])])];
  if (series.verdict === "error" || series.verdict === "failed") lines.push(`    ${COLOURS[series.verdict](headline(series))}`);
  const changed = [...series.broke, ...series.fixed];
  if (changed.length > 0) lines.push(`    ${changesSentence(series)}`);
  const listed = series.hasBaseline ? series.broke : series.failing;
  for (const change of listed.slice(0, most)) lines.push(`      ${caseSentence(change)}`);
  if (listed.length > most) lines.push(dim(`      and ${listed.length - most} more: llmops runs show ${runId.slice(0, 8)}`));
  for (const metric of series.metrics) {
    const advice = adviceSentence(metric, series.runs);
    if (advice) lines.push(`    ${advice}`);
  }
  return lines.join("\n");
}

function metricLine(metric: MetricReport): string {
  const { name, unit, baseline, current, delta, interval } = metric;
  const name24 = name.padEnd(22);
  if (current === undefined) return dim(`    ${name24} not measured`);
  if (baseline === undefined || delta === undefined || !interval) return `    ${name24} ${formatValue(current, unit)}${boundWords(metric)}`;
  const columns = [`${formatValue(baseline, unit)} → ${formatValue(current, unit)}`.padEnd(20), formatDelta(delta, unit).padEnd(15), formatInterval(interval, unit).padEnd(18)];
  return `    ${name24} ${columns.join(" ")} ${verdictWord(metric)}${boundWords(metric)}`;
}

function verdictWord({ verdict, gated }: MetricReport): string {
  if (verdict === "regression") return gated ? red("REGRESSION") : yellow("worse, no gate");
  if (verdict === "improved") return green("improved");
  if (verdict === "inconclusive") return yellow("inconclusive");
  return dim(verdict === "no-change" ? "no change" : "not measured");
}

function boundWords({ missed, unit }: MetricReport): string {
  return missed ? red(`   ${missed.bound === "min" ? "below" : "above"} ${formatValue(missed.limit, unit)}`) : "";
}

/** The last line: how many of which verdict, and the exit code. */
export function summary(reports: readonly RunReport[], code: number, now: number): string {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of reports) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const words: Record<Verdict, (n: number) => string> = {
    error: (n) => `${n} not judged`,
    regression: (n) => plural(n, "regression"),
    failed: (n) => `${n} failed`,
    inconclusive: (n) => `${n} inconclusive`,
    improved: (n) => `${n} improved`,
    passed: (n) => `${n} passed`,
  };
  const parts = [...counts].map(([verdict, n]) => COLOURS[verdict](words[verdict](n)));
  const [only] = reports;
  const against = reports.length === 1 && only ? ` Baseline: ${baselineWords(only, now)}.` : "";
  return `${parts.join(", ")}.${against}   exit ${code}`;
}
