import type { CodeLens, Command } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import type { Range } from "../core/problem.ts";
import { decisive, type RunReport, type SeriesReport } from "../core/regression/report.ts";
import { formatValue, plural, shorten } from "../core/regression/words.ts";
import { ClientCommands, EngineCommands } from "./commands.ts";
import type { SuiteEntry } from "./suiteBoard.ts";

/** The lenses above a prompt or a suite: run, where it stands, compare, baseline. */
export function lensesFor(file: string, entries: readonly SuiteEntry[]): CodeLens[] {
  const lenses: CodeLens[] = [];
  for (const entry of entries) {
    const { suite } = entry;
    const named = entries.length > 1 ? `${suite.name}: ` : "";
    const prompts = suite.prompts.filter((prompt) => prompt.location.file === file);
    if (file === suite.file) lenses.push(...lensLine(topOf(), entry, undefined, named));
    for (const prompt of prompts) {
      if (file === suite.file && prompts.length === 1) continue;
      const { start } = prompt.location.range;
      lenses.push(...lensLine({ start, end: start }, entry, prompt.key, named));
    }
  }
  return lenses;
}

function lensLine(range: Range, { suite, state }: SuiteEntry, prompt: string | undefined, named: string): CodeLens[] {
  const uri = URI.file(suite.file).toString();
  const run: Command = { title: `${named}▷ Run`, command: EngineCommands.run, arguments: [uri] };
  const lens = (command: Command): CodeLens => ({ range, command });
  switch (state.kind) {
    case "running":
      return [lens({ title: `${named}◌ ${state.done}/${state.total}`, command: "" }), lens({ title: "Cancel", command: EngineCommands.cancel, arguments: [uri] })];
    case "consent":
      return [lens({ ...run, title: `${named}▷ Run to start (calls ${state.origins.join(", ")})` })];
    case "budget":
      return [lens({ ...run, title: `${named}▷ Run anyway`, arguments: [uri, true] }), lens({ title: `paused: ${shorten(state.message)}`, command: "" })];
    case "invalid":
      return [lens({ title: `${named}${plural(state.problems, "problem")} to mend before it can run`, command: "" })];
    case "never":
      return [lens(run), lens({ title: plural(suite.cases, "case"), command: "" })];
    case "problem":
      return [lens(run), lens({ title: "not judged", command: "" })];
    case "judged": {
      const { report } = suite;
      if (!report) return [lens(run)];
      if (state.stale) return [lens({ title: `${named}${standing(report, prompt)} · changed since`, command: "" }), lens({ ...run, title: "▷ Run" })];
      const broken: Command = { title: standing(report, prompt), command: ClientCommands.showBroken, arguments: [uri] };
      const baseline = report.baseline ? [lens({ title: "Compare", command: ClientCommands.compare, arguments: [uri] }), lens({ title: `Accept · baseline ${report.baseline.label}`, command: ClientCommands.accept, arguments: [uri] })] : [lens({ title: "Accept as baseline", command: ClientCommands.accept, arguments: [uri] })];
      return [lens(run), lens(broken), ...baseline];
    }
  }
}

/** `79.2 % ↓12.5 · 17 broke` of a prompt's worst series, or of the one that decides. */
export function standing(report: RunReport, prompt: string | undefined): string {
  const series = report.series.find((candidate) => candidate.prompt === prompt && candidate.verdict === report.verdict) ?? report.series.find((candidate) => candidate.prompt === prompt) ?? decisive(report);
  return series ? seriesStanding(series) : "not judged";
}

/** `79.2 % ↓12.5 · 17 broke` */
export function seriesStanding(series: SeriesReport): string {
  const accuracy = series.metrics.find((metric) => metric.name === "accuracy");
  if (series.skipped || accuracy?.current === undefined) return series.skipped ? "unchanged" : "not judged";
  const points = accuracy.delta === undefined ? "" : Math.abs(accuracy.delta * 100) < 0.05 ? " =" : ` ${accuracy.delta < 0 ? "↓" : "↑"}${Math.abs(accuracy.delta * 100).toFixed(1)}`;
  const changes = [...(series.broke.length > 0 ? [`${series.broke.length} broke`] : []), ...(series.fixed.length > 0 ? [`${series.fixed.length} fixed`] : [])];
  const thin = series.verdict === "inconclusive" || series.verdict === "error" ? [series.verdict === "error" ? "not judged" : "inconclusive"] : [];
  return [formatValue(accuracy.current, "rate") + points, ...changes, ...thin].join(" · ");
}

function topOf(): Range {
  return { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
}
