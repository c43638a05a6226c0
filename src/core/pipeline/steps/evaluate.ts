import { evaluateSuite, SuiteInvalid } from "../../regression/evaluate.ts";
import { decisive, type RunReport, type Verdict, worst } from "../../regression/report.ts";
import { headline, plural, VERDICT_WORDS } from "../../regression/words.ts";
import { formatProblem } from "../../problem.ts";
import type { StageConfig } from "../../config/schema.ts";
import { atCommit, type Definition } from "../definition.ts";
import type { AttemptLog } from "../run/attemptLog.ts";
import { suitesOf, versionOf } from "../version.ts";
import type { StepKind } from "./stepKind.ts";

const FAILS: ReadonlySet<Verdict> = new Set(["error", "regression", "failed"]);

/** Suites of the run's commit against their baseline. Answers come from the cache, so that a repetition asks nothing twice. */
export const evaluate: StepKind = {
  effect: "repeatable",
  async run(task) {
    const { context, definition, run, stage, step, log, signal } = task;
    const workspace = atCommit(context.workspace, run.commit);
    const files = await suitesOf(workspace, step.eval!);
    if (files.length === 0) return { passed: false, reason: `There is no suite in ${step.eval}${run.commit === undefined ? "" : ` at ${run.commit.slice(0, 7)}`}.` };
    const endpoint = endpointOf(stage, definition);
    const version = await versionOf(workspace, files, endpoint);
    const reports: RunReport[] = [];
    const evals: string[] = [];
    for (const file of files) {
      try {
        const { report } = await evaluateSuite(workspace, { file, trigger: "pipeline", endpoint, signal, sandbox: context.sandbox, mayCall: context.mayCall, onStart: (id) => evals.push(id) });
        reports.push(report);
        noteSeries(log, report);
      } catch (error) {
        if (!(error instanceof SuiteInvalid)) throw error;
        for (const problem of error.problems) log.note(formatProblem(problem));
        return { passed: false, reason: `${file} cannot run as it is written: ${error.problems[0]?.message ?? error.message}`, evals, version };
      }
    }
    return { ...outcome(reports), evals, version };
  },
};

/** Name of the endpoint that a stage's evals ask instead of what the suites say. */
export function endpointOf(stage: StageConfig, { environments }: Definition): string | undefined {
  return stage.environment === undefined ? undefined : environments[stage.environment]?.endpoint;
}

/** Whether a step passes whose suites came to this, and why. */
export function outcome(reports: readonly RunReport[]): { readonly passed: boolean; readonly reason: string } {
  return { passed: !reports.some(({ verdict }) => FAILS.has(verdict)), reason: summary(reports) };
}

export function noteSeries(log: Pick<AttemptLog, "note">, report: RunReport): void {
  for (const series of report.series) log.note(`${report.suite} · ${series.label} · ${series.provider}: ${headline(series)}`);
}

/** `regression in accuracy`, or how much was judged. */
function summary(reports: readonly RunReport[]): string {
  const verdict = worst(reports.map((report) => report.verdict));
  const cases = reports.reduce((sum, report) => sum + (decisive(report)?.cases ?? 0), 0);
  const cached = reports.reduce((sum, report) => sum + report.cached, 0);
  const size = `${plural(cases, "case")}, ${cached} from cache`;
  if (verdict === "passed") return size;
  const series = reports.filter((report) => report.verdict === verdict).flatMap((report) => decisive(report) ?? [])[0];
  const metrics = series?.metrics.filter((metric) => metric.gated && (verdict === "failed" ? metric.missed : metric.verdict === verdict)).map(({ name }) => name) ?? [];
  return `${VERDICT_WORDS[verdict]}${metrics.length > 0 ? ` in ${metrics.join(", ")}` : ""} (${size})`;
}

