import type { MetricReport, SeriesReport } from "../report.ts";
import { instructionSentence } from "../instructions.ts";
import { baselineWords, changesSentence, formatDelta, formatDuration, formatInterval, formatP, formatValue, headline, plural, sampleSize, VERDICT_WORDS } from "../words.ts";
import type { ResultFormat } from "./formats.ts";
import { outputText, type ResultRow } from "./rows.ts";

/** No script, no image, no address: the file says the same in ten years, and an output in it cannot act. */
const HEAD = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>LLMOps report</title>
<style>
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0 1rem; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8884; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 12px/1.4 ui-monospace, monospace; max-height: 20rem; overflow: auto; }
.regression, .failed, .rejected { color: #c62828; } .improved, .passed { color: #2e7d32; } .error, .inconclusive { color: #b26a00; }
@media (prefers-color-scheme: dark) { .regression, .failed, .rejected { color: #ff8a80; } .improved, .passed { color: #81c784; } .error, .inconclusive { color: #ffcc80; } }
</style></head><body>
`;

/** One file to send or to keep: verdicts with their evidence, then every question with its answer. */
export const html: ResultFormat = function* (runs, rowsOf) {
  yield HEAD;
  for (const run of runs) {
    const { report } = run;
    yield `<h1>${escaped(report.suite)}: <span class="${report.verdict}">${VERDICT_WORDS[report.verdict]}</span></h1>\n`;
    yield `<p>${new Date(report.startedAt).toISOString()} · ${plural(report.calls, "call")}, ${report.cached} from cache · ${formatDuration(report.durationMs)} · baseline: ${escaped(baselineWords(report, report.startedAt))}</p>\n`;
    for (const notice of report.notices ?? []) yield `<p class="inconclusive">${escaped(notice)}</p>\n`;
    for (const series of report.series) yield seriesPart(series);
    yield "<h2>Cases</h2>\n<table><thead><tr><th>#</th><th>case</th><th>prompt · provider</th><th>result</th><th>output</th></tr></thead><tbody>\n";
    for (const row of rowsOf(run)) yield rowPart(row);
    yield "</tbody></table>\n";
  }
  yield "</body></html>\n";
};

function seriesPart(series: SeriesReport): string {
  if (series.skipped) return "";
  const rows = series.metrics.map(metricRow).join("\n");
  return `<h2>${escaped(series.label)} · ${escaped(series.provider)}</h2>
<p class="${series.verdict}">${escaped(headline(series))}</p>
<table><thead><tr><th>${sampleSize(series.cases, series.runs)}</th><th>baseline</th><th>now</th><th>change, 90 % CI</th><th>verdict</th></tr></thead><tbody>
${rows}
</tbody></table>
${instructionList(series)}<p>${series.hasBaseline ? changesSentence(series) : `${plural(series.failed, "case")} failed.`}</p>
`;
}

function instructionList({ instructions = [] }: SeriesReport): string {
  return instructions.length === 0 ? "" : `<ul>${instructions.map((one) => `<li>${escaped(instructionSentence(one))}</li>`).join("")}</ul>\n`;
}

function metricRow({ name, unit, baseline, current, delta, interval, p, verdict, gated }: MetricReport): string {
  const cell = (value: number | undefined) => `<td class="number">${value === undefined ? "–" : formatValue(value, unit)}</td>`;
  const change = delta === undefined || !interval ? "–" : `${formatDelta(delta, unit)} (${formatInterval(interval, unit)}${p === undefined ? "" : `, ${escaped(formatP(p))}`})`;
  return `<tr><td>${escaped(name)}</td>${cell(baseline)}${cell(current)}<td class="number">${change}</td><td class="${gated ? verdict : ""}">${verdict.replaceAll("-", " ")}${gated ? "" : " (no gate)"}</td></tr>`;
}

function rowPart({ test, repeat, prompt, provider, status, reason, output }: ResultRow): string {
  const name = test.description ?? JSON.stringify(test.vars);
  const run = repeat > 0 ? ` (run ${repeat + 1})` : "";
  return `<tr><td>${test.index + 1}${run}</td><td><pre>${escaped(name)}</pre></td><td>${escaped(prompt.label)} · ${escaped(provider?.label ?? provider?.id ?? "")}</td><td class="${status}">${status}${status === "passed" ? "" : `<br>${escaped(reason)}`}</td><td><pre>${escaped(outputText(output))}</pre></td></tr>\n`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
