import type { RunReport } from "../core/regression/report.ts";
import type { Outcome } from "./eval.ts";

/** Exit codes, for CI. */
export const EXIT = {
  ok: 0,
  /** A regression, or a missed absolute gate. */
  regression: 1,
  /** Usage or configuration. */
  usage: 2,
  /** Could not judge. */
  error: 3,
  /** Cases failed, and there is neither a gate nor a baseline: promptfoo's code. */
  casesFailed: 100,
  /** Ctrl+C. */
  cancelled: 130,
} as const;

export interface ExitOptions {
  readonly failOnInconclusive?: boolean;
  /** Its cases are judged when all shards are merged: here it counts only whether they were answered. */
  readonly isShard?: boolean;
  /** Instead of 100, as promptfoo's `PROMPTFOO_FAILED_TEST_EXIT_CODE` says. */
  readonly casesFailed?: number;
}

/** The first that applies, over all suites of a run. */
export function exitCode({ reports, invalid, stopped }: Outcome, { failOnInconclusive = false, isShard = false, casesFailed = EXIT.casesFailed }: ExitOptions): number {
  const any = (test: (report: RunReport) => boolean) => reports.some(test);
  const plainFailure = (report: RunReport) => report.verdict === "failed" && !report.baseline && !report.hasAbsoluteGate;
  if (invalid > 0) return EXIT.usage;
  if (isShard) return stopped || any((report) => report.verdict === "error") ? EXIT.error : EXIT.ok;
  if (any((report) => report.verdict === "regression" || (report.verdict === "failed" && !plainFailure(report)))) return EXIT.regression;
  if (stopped || any((report) => report.verdict === "error")) return EXIT.error;
  if (any(plainFailure)) return casesFailed;
  if (failOnInconclusive && any((report) => report.verdict === "inconclusive")) return EXIT.regression;
  return EXIT.ok;
}
