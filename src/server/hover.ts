import type { Hover } from "vscode-languageserver/node";
import type { MetricReport, RunReport, SeriesReport } from "../core/regression/report.ts";
import { INSTRUCTIONS, instructionSentence } from "../core/regression/instructions.ts";
import { baselineWords, earlySentence, formatDelta, formatInterval, formatP, formatValue, sampleSize } from "../core/regression/words.ts";
import type { SuiteEntry } from "./suiteBoard.ts";

/** On a prompt's first line: the table of its metrics, as the lens sums them up. On an instruction that is checked: how it is kept. */
export function hoverFor(file: string, line: number, entries: readonly SuiteEntry[], now: number): Hover | null {
  const parts: string[] = [];
  for (const { suite, state } of entries) {
    const { report } = suite;
    if (!report || state.kind !== "judged") continue;
    parts.push(...instructionsAt(file, line, report, suite.name));
    for (const prompt of suite.prompts) {
      if (prompt.location.file !== file || prompt.location.range.start.line !== line) continue;
      for (const series of report.series.filter((candidate) => candidate.prompt === prompt.key && !candidate.skipped)) {
        parts.push(`**${series.label}** · ${series.provider} · ${suite.name}${state.stale ? " (changed since)" : ""}`, table(series), ...instructionList(series), `Baseline: ${baselineWords(report, now)}`, ...[earlySentence(report) ?? [], ...(report.notices ?? [])].flat().map(escaped));
      }
    }
  }
  return parts.length === 0 ? null : { contents: { kind: "markdown", value: parts.join("\n\n") } };
}

function table(series: SeriesReport): string {
  const rows = series.metrics.map((metric) => `| ${metric.name} | ${cell(metric.baseline, metric)} | ${cell(metric.current, metric)} | ${change(metric)} | ${metric.verdict.replaceAll("-", " ")}${metric.gated ? "" : " (no gate)"} |`);
  return [`| ${sampleSize(series.cases, series.runs)} | baseline | now | change, 90 % CI | verdict |`, "|---|---|---|---|---|", ...rows].join("\n");
}

function instructionList({ instructions = [] }: SeriesReport): string[] {
  return instructions.length === 0 ? [] : [instructions.map((one) => `- ${escaped(instructionSentence(one))}`).join("\n")];
}

/** By line: an edit above moves what it is about, and the next run puts it right. */
function instructionsAt(file: string, line: number, report: RunReport, suite: string): string[] {
  return report.series.flatMap((series) =>
    (series.instructions ?? []).filter(({ location }) => location?.file === file && location.range.start.line === line).map((one) => `${INSTRUCTIONS} of **${escaped(series.label)}** · ${escaped(series.provider)} · ${suite}: ${escaped(instructionSentence(one))}`),
  );
}

/** What a prompt says is text: in a hover it formats nothing. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|~<>]/g, "\\$&");
}

function cell(value: number | undefined, { unit }: MetricReport): string {
  return value === undefined ? "–" : formatValue(value, unit);
}

function change({ delta, interval, p, unit }: MetricReport): string {
  if (delta === undefined || !interval) return "–";
  return `${formatDelta(delta, unit)} (${formatInterval(interval, unit)}${p === undefined ? "" : `, ${formatP(p)}`})`;
}
