import { decisive, type RunReport, worst } from "../core/regression/report.ts";
import type { Outcome } from "./eval.ts";

/** The object that `eval --json` prints; its shape is part of the interface (docs/cli.md). */
export function evalJson({ reports, invalid, stopped }: Outcome): object {
  const sum = (pick: (report: RunReport) => number) => reports.reduce((total, report) => total + pick(report), 0);
  const [first] = reports;
  return {
    runId: first?.runId,
    commit: first?.commit,
    dirty: reports.some((report) => report.dirty),
    // What was not judged has not passed.
    verdict: invalid > 0 || stopped ? "error" : worst(reports.map((report) => report.verdict)),
    calls: sum((report) => report.calls),
    cached: sum((report) => report.cached),
    cost: sum((report) => report.cost),
    durationMs: sum((report) => report.durationMs),
    suites: reports.map((report) => {
      const series = decisive(report);
      return {
        suite: report.suite,
        runId: report.runId,
        verdict: report.verdict,
        baseline: report.baseline,
        series: report.series,
        // The series that decides, so that a script need not search for it.
        prompt: series?.label,
        provider: series?.provider,
        cases: series?.cases,
        runs: series?.runs,
        metrics: series?.metrics ?? [],
        notices: report.notices ?? [],
        broke: series?.broke ?? [],
        fixed: series?.fixed ?? [],
      };
    }),
  };
}
