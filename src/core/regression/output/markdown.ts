import type { MetricReport, RunReport, SeriesReport, Verdict } from "../report.ts";
import { instructionSentence } from "../instructions.ts";
import { caseSentence, changesSentence, formatDelta, formatInterval, formatMoney, formatP, formatValue, headline, plural, sampleSize, VERDICT_WORDS } from "../words.ts";
import type { ResultFormat } from "./formats.ts";

const LISTED_CASES = 20;
const MARKS: Readonly<Record<Verdict, string>> = { error: "⚠️", regression: "❌", failed: "❌", inconclusive: "❔", improved: "✅", passed: "✅" };

/** For a comment on a pull request: the verdicts, their evidence, and the cases that changed, folded. */
export const markdown: ResultFormat = function* (runs) {
  for (const { report } of runs) yield `${suiteSection(report)}\n`;
};

function suiteSection(report: RunReport): string {
  const spent = `${plural(report.calls, "call")}, ${report.cached} from cache${report.cost > 0 ? `, ${formatMoney(report.cost)}` : ""}`;
  const baseline = report.baseline ? `Baseline ${inline(report.baseline.label)}.` : "Nothing to compare with.";
  return [`### ${MARKS[report.verdict]} ${inline(report.suite)}: ${VERDICT_WORDS[report.verdict]}`, ...report.series.filter((series) => !series.skipped).map(seriesSection), ...(report.notices ?? []).map(escaped), `${baseline} ${spent}.\n`].join("\n\n");
}

function seriesSection(series: SeriesReport): string {
  const head = `**${escaped(series.label)}** · ${escaped(series.provider)} · ${sampleSize(series.cases, series.runs)}`;
  const table = ["| metric | baseline | now | change, 90 % CI | verdict |", "|---|---|---|---|---|", ...series.metrics.map(metricRow)].join("\n");
  const said = series.verdict === "error" || series.verdict === "failed" ? [escaped(headline(series))] : [];
  const listed = series.hasBaseline ? [...series.broke, ...series.fixed] : series.failing;
  const cases = listed.slice(0, LISTED_CASES).map((change) => `- ${escaped(caseSentence(change))}`);
  if (listed.length > LISTED_CASES) cases.push(`- and ${listed.length - LISTED_CASES} more`);
  const title = series.hasBaseline ? changesSentence(series) : `${plural(series.failed, "case")} failed.`;
  const instructions = (series.instructions ?? []).map((one) => `- ${escaped(instructionSentence(one))}`);
  return [head, ...said, table, ...(instructions.length > 0 ? [instructions.join("\n")] : []), ...(cases.length > 0 ? [`<details><summary>${title}</summary>\n\n${cases.join("\n")}\n\n</details>`] : [])].join("\n\n");
}

function metricRow(metric: MetricReport): string {
  const { name, unit, baseline, current, delta, interval, p, verdict, missed, gated } = metric;
  const cell = (value: number | undefined) => (value === undefined ? "–" : formatValue(value, unit));
  const change = delta === undefined || !interval ? "–" : `${formatDelta(delta, unit)} (${formatInterval(interval, unit)}${p === undefined ? "" : `, ${formatP(p)}`})`;
  const word = verdict === "regression" && gated ? "**regression**" : verdict.replaceAll("-", " ");
  const bound = missed ? `, **${missed.bound === "min" ? "below" : "above"} ${formatValue(missed.limit, unit)}**` : "";
  return `| ${escaped(name)} | ${cell(baseline)} | ${cell(current)} | ${change} | ${word}${bound}${gated ? "" : " (no gate)"} |`;
}

/** What a model or a suite wrote is text: it neither formats nor mentions anybody. */
function escaped(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character] as string)
    .replace(/[\\`*_{}[\]()#+\-!|~]/g, "\\$&")
    .replaceAll("@", "@\u200b");
}

function inline(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}
