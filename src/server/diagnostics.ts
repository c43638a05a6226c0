import { DiagnosticSeverity, type Diagnostic, type DiagnosticRelatedInformation } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import type { Location, Problem, Range } from "../core/problem.ts";
import type { Hunk } from "../core/regression/hunks.ts";
import { anchor, placesOf } from "../core/regression/places.ts";
import type { CaseChange, SeriesReport, Verdict } from "../core/regression/report.ts";
import { INSTRUCTIONS, instructionSentence } from "../core/regression/instructions.ts";
import { adviceSentence, baselineWords, caseSentence, changesSentence, earlySentence, headline, plural } from "../core/regression/words.ts";
import type { BisectAnswer, CulpritView } from "../protocol/authoring.ts";
import type { SuiteEntry } from "./suiteBoard.ts";
import type { SuiteDescription } from "./worker/messages.ts";

export const SOURCE = "LLMOps";
/** Mistakes in prompts as they are typed. */
export const LANGUAGE_SOURCE = "LLMOps prompts";
/** Cases listed with a diagnostic, and hunks that carry it. */
const LISTED_CASES = 10;
const MARKED_HUNKS = 3;
const VERDICTS_A_PLACE = 3;

/** What a quick fix needs to know of the diagnostic it stands on. */
export interface DiagnosticData {
  readonly suite: string;
  readonly verdict: Verdict;
  readonly canRepeat: boolean;
  /** How many changes could have done it, while none is named. */
  readonly suspects: number;
  /** This change did it. */
  readonly culprit?: CulpritView;
}

export type ByFile = Map<string, Diagnostic[]>;

/** The diagnostics of one suite, by file. */
export function diagnosticsOf({ suite, state, blame }: SuiteEntry, now: number): ByFile {
  const byFile: ByFile = new Map();
  const add = (file: string, diagnostic: Diagnostic) => void byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
  for (const problem of suite.problems) add(problem.location.file, problemDiagnostic(problem));
  if (state.kind === "judged" && !state.stale) for (const { file, diagnostic } of verdictDiagnostics(suite, now, blame)) add(file, diagnostic);
  if (state.kind === "problem" || state.kind === "budget") {
    const { file, range } = anchor(suite, undefined);
    add(file, { severity: DiagnosticSeverity.Warning, range, source: SOURCE, code: state.kind, message: state.message });
  }
  return byFile;
}

/**
 * All suites' diagnostics, worst first. A mistake in a file that several suites read is told once; of
 * the verdicts on one place the worst three.
 */
export function merged(suites: readonly ByFile[]): ByFile {
  const all: ByFile = new Map();
  for (const suite of suites) {
    for (const [file, diagnostics] of suite) {
      const here = all.get(file) ?? [];
      const known = new Set(here.map((diagnostic) => JSON.stringify(diagnostic)));
      all.set(file, [...here, ...diagnostics.filter((diagnostic) => !known.has(JSON.stringify(diagnostic)))]);
    }
  }
  for (const [file, diagnostics] of all) {
    const places = new Map<string, number>();
    const worstFirst = diagnostics.sort((a, b) => (a.severity ?? 1) - (b.severity ?? 1));
    const kept = worstFirst.filter((diagnostic) => {
      const place = JSON.stringify(diagnostic.range);
      places.set(place, (places.get(place) ?? 0) + 1);
      return diagnostic.data === undefined || (places.get(place) as number) <= VERDICTS_A_PLACE;
    });
    all.set(file, kept);
  }
  return all;
}

function problemDiagnostic(problem: Problem): Diagnostic {
  const severity = { error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning, information: DiagnosticSeverity.Information }[problem.severity];
  return { severity, range: problem.location.range, source: SOURCE, code: problem.code, message: problem.message };
}

function verdictDiagnostics(suite: SuiteDescription, now: number, blame: BisectAnswer | undefined): { file: string; diagnostic: Diagnostic }[] {
  const { report } = suite;
  if (!report) return [];
  return report.series.flatMap((series) => {
    const severity = severityOf(series);
    if (severity === undefined) return [];
    const text = message(series, baselineWords(report, now), earlySentence(report));
    const places = placesOf(suite, series);
    const named = blame?.culprits ?? [];
    const culpritAt = ({ file, range }: Location) => named.find((one) => one.uri === URI.file(file).toString() && isSame(one.range, range));
    // The culprits first: of many changes only some are marked.
    const marked = [...places].sort((a, b) => Number(!culpritAt(a.location)) - Number(!culpritAt(b.location))).slice(0, MARKED_HUNKS);
    return marked.map(({ location, change }) => {
      const culprit = culpritAt(location);
      const acquitted = named.length > 0 && !culprit && change !== undefined;
      const data: DiagnosticData = { suite: suite.file, verdict: series.verdict, canRepeat: series.metrics.some((metric) => metric.advice?.detectableWithRepeats), suspects: named.length > 0 ? 0 : (change?.of ?? 0), ...(culprit ? { culprit } : {}) };
      return {
        file: location.file,
        diagnostic: {
          severity: acquitted ? DiagnosticSeverity.Information : severity,
          range: location.range,
          source: SOURCE,
          code: series.verdict === "passed" || series.verdict === "improved" ? "broken-cases" : series.verdict,
          message: acquitted ? `Not this change: ${named[0]!.message}` : [...(culprit ? [culprit.message] : []), text, ...(change ? hunkNotes(change, named.length > 0) : [])].join("\n"),
          relatedInformation: [...relatedInstructions(series), ...related(series.hasBaseline ? series.broke : series.failing)],
          data,
        },
      };
    });
  });
}

function isSame(a: Range, b: Range): boolean {
  return a.start.line === b.start.line && a.start.character === b.start.character && a.end.line === b.end.line && a.end.character === b.end.character;
}

/** `undefined`: nothing to say on the line. */
function severityOf(series: SeriesReport): DiagnosticSeverity | undefined {
  switch (series.verdict) {
    case "regression":
    case "failed":
      return DiagnosticSeverity.Error;
    case "error":
      return DiagnosticSeverity.Warning;
    case "inconclusive":
      return DiagnosticSeverity.Information;
    case "improved":
    case "passed":
      return series.broke.length > 0 && series.changed ? DiagnosticSeverity.Warning : undefined;
  }
}

function message(series: SeriesReport, baseline: string, early: string | undefined): string {
  const lines = series.verdict === "passed" || series.verdict === "improved" ? [`${plural(series.broke.length, "case")} broke, none of the gates regressed.`] : [headline(series)];
  if (series.hasBaseline && series.verdict !== "error") lines.push(`${changesSentence(series)} Compared with baseline ${baseline}.`);
  if (early !== undefined) lines.push(early);
  for (const metric of series.metrics) {
    const advice = adviceSentence(metric, series.runs);
    if (advice) lines.push(advice);
  }
  const listed = series.hasBaseline ? series.broke : series.failing;
  if (listed.length > LISTED_CASES) lines.push(`The first ${LISTED_CASES} are listed; ${listed.length - LISTED_CASES} more in "Show Broken Cases".`);
  return lines.join("\n");
}

function related(changes: readonly CaseChange[]): DiagnosticRelatedInformation[] {
  return changes.slice(0, LISTED_CASES).map((change) => ({ location: { uri: URI.file(change.location.file).toString(), range: change.location.range }, message: caseSentence(change) }));
}

/** Where a gate on them is not met: the instructions that fewer answers keep than before, or not all, as far as they stand in the prompt. */
function relatedInstructions({ metrics, instructions = [] }: SeriesReport): DiagnosticRelatedInformation[] {
  const metric = metrics.find(({ name }) => name === INSTRUCTIONS);
  if (!metric?.gated || (metric.verdict !== "regression" && !metric.missed)) return [];
  return instructions.flatMap((one) => (one.location && one.current !== undefined && one.current < (one.baseline ?? 1) ? [{ location: { uri: URI.file(one.location.file).toString(), range: one.location.range }, message: instructionSentence(one) }] : []));
}

function hunkNotes({ hunk, of }: { hunk: Hunk; of: number }, isNamed: boolean): string[] {
  const removed = hunk.kind === "removed" ? [`${plural(hunk.removed, "line")} removed here.`] : [];
  const notes = [...removed, ...(of > 1 && !isNamed ? [`One of ${of} changes; "Find the change that did it" names it.`] : [])];
  return notes.length > 0 ? [notes.join(" ")] : [];
}

/**
 * Diagnostics after an edit: what touches the edited lines is gone until the next run, what stands
 * below moves with its text.
 */
export function afterEdit(diagnostics: readonly Diagnostic[], edited: Range, addedLines: number): Diagnostic[] {
  return diagnostics.flatMap((diagnostic) => {
    const { start, end } = diagnostic.range;
    if (end.line < edited.start.line) return [diagnostic];
    if (start.line > edited.end.line) {
      return [{ ...diagnostic, range: { start: { ...start, line: start.line + addedLines }, end: { ...end, line: end.line + addedLines } } }];
    }
    return [];
  });
}
