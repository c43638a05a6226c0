import { relativePosix } from "../core/config/settings.ts";
import type { Case } from "../core/evals/model.ts";
import { ProblemError } from "../core/problem.ts";
import { evaluateSuite, SuiteInvalid } from "../core/regression/evaluate.ts";
import type { RunReport } from "../core/regression/report.ts";
import { EXIT, exitCode } from "./exit.ts";
import type { Front } from "./front.ts";
import { evalJson } from "./json.ts";
import { progressBar } from "./progress.ts";
import { namedSuites } from "./suites.ts";
import { summary, suiteTable } from "./table.ts";

interface Options {
  config?: string[];
  concurrency?: number;
  repeat?: number;
  cache?: boolean;
  filter?: string;
  baseline?: string;
  maxCalls?: number;
  maxCost?: number;
  failOn?: string;
  json?: boolean;
}

export async function evalCommand(front: Front, names: readonly string[], options: Options): Promise<number> {
  const suites = await namedSuites(front, [...names, ...(options.config ?? [])]);
  const reports: RunReport[] = [];
  let invalid = 0;
  for (const { workspace, file } of suites) {
    const bar = progressBar(front, relativePosix(workspace.root, file));
    try {
      const { report, problems } = await evaluateSuite(workspace, {
        file,
        trigger: "cli",
        repeat: options.repeat,
        inFlight: options.concurrency,
        useCache: options.cache,
        baseline: options.baseline,
        maxCalls: options.maxCalls,
        maxCost: options.maxCost,
        filter: options.filter === undefined ? undefined : mentions(options.filter),
        signal: front.signal,
        sandbox: front.sandbox,
        onProgress: bar.update,
      });
      bar.clear();
      for (const problem of problems) front.problem(problem);
      reports.push(report);
      if (!options.json) front.print(suiteTable(report, front.host.clock.now()));
    } catch (error) {
      // One suite with a mistake does not keep the others from being judged.
      if (!(error instanceof SuiteInvalid) && !(error instanceof ProblemError)) throw error;
      invalid++;
      bar.clear();
      for (const problem of error instanceof SuiteInvalid ? error.problems : [error.problem]) front.problem(problem);
    } finally {
      bar.clear();
    }
  }
  const code = invalid > 0 ? EXIT.usage : exitCode(reports, options.failOn === "inconclusive");
  if (reports.length === 0 && !options.json) return code;
  front.print(options.json ? JSON.stringify(evalJson(reports)) : summary(reports, code, front.host.clock.now()));
  return code;
}

function mentions(text: string): (test: Case) => boolean {
  const wanted = text.toLowerCase();
  return (test) => [test.id, test.description ?? "", JSON.stringify(test.vars)].some((part) => part.toLowerCase().includes(wanted));
}
