import { resolve } from "node:path";
import { z } from "zod";
import { matchesAny, onSaveBudget, relativePosix } from "../../core/config/settings.ts";
import { diskSnapshot } from "../../core/config/diskSnapshot.ts";
import { findSuites } from "../../core/evals/suite/findSuites.ts";
import { evaluateSuite } from "../../core/regression/evaluate.ts";
import { type RunReport, storedReport } from "../../core/regression/report.ts";
import { caseSentence, changesSentence, headline } from "../../core/regression/words.ts";
import { readVersion, type Workspace } from "../../core/regression/workspace.ts";
import { lastVerdict } from "../../core/store/runs.ts";
import type { Front } from "../front.ts";

const LISTED = 20;

/** A tool that an agent may call. None accepts a baseline, deploys, or spends more than a save may. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodRawShape;
  /** Only reads: an editor need not ask before it. */
  readonly reads: boolean;
  run(front: Front, input: Readonly<Record<string, unknown>>): Promise<unknown>;
}

const SUITE = z.string().max(1000).describe("The suite's file, relative to the workspace, with /. See list_suites.");

export const TOOLS: readonly Tool[] = [
  {
    name: "list_suites",
    title: "List suites of prompts",
    description: "The suites of this workspace, each with its prompts, its number of cases, and the last verdict with its evidence.",
    input: {},
    reads: true,
    run: async (front) => {
      const workspace = await front.workspace();
      const files = await findSuites(workspace.disk, workspace.root);
      return { suites: await Promise.all(files.map((file) => describe(workspace, file))) };
    },
  },
  {
    name: "run_affected",
    title: "Run the suites of a changed file",
    description: "Runs the suites that a file (a prompt, a suite or its data) is part of and compares them with their baseline. Answers that are cached are not asked for again. It does not start when it needs more than llmops.yaml lets a save spend: a person has to run it then.",
    input: { file: z.string().max(1000).describe("A file of the workspace, relative, with /.") },
    reads: false,
    run: async (front, { file }) => {
      const workspace = await front.workspace();
      const changed = resolve(workspace.root, String(file));
      const files = await findSuites(diskSnapshot(workspace.root), workspace.root);
      const affected: string[] = [];
      for (const suite of files) {
        const version = await readVersion(workspace, workspace.disk, suite, { withoutTests: true });
        if (suite === changed || version.files.has(relativePosix(workspace.root, changed)) || matchesAny(version.settings.affects, relativePosix(workspace.root, changed))) affected.push(suite);
      }
      if (affected.length === 0) return { message: `${String(file)} is part of no suite. Suites: ${files.map((suite) => relativePosix(workspace.root, suite)).join(", ") || "none"}.` };
      const runs: unknown[] = [];
      for (const suite of affected) runs.push(await judged(front, workspace, suite));
      return { runs };
    },
  },
  {
    name: "explain_regression",
    title: "Explain what changed since the baseline",
    description: "What the last run of a suite found against its baseline: each metric with its interval, and the cases that broke or were fixed with their outputs and reasons. Runs nothing.",
    input: { suite: SUITE },
    reads: true,
    run: async (front, { suite }) => {
      const workspace = await front.workspace();
      const report = lastReport(workspace, String(suite));
      return report ? explained(report) : { message: `${String(suite)} has no verdict yet: call run_affected with its file.` };
    },
  },
  {
    name: "compare_runs",
    title: "Compare two runs",
    description: "The verdicts and metrics of two stored runs of suites, side by side. Ids are those of run_affected; the beginning is enough.",
    input: { first: z.string().min(4).max(100), second: z.string().min(4).max(100) },
    reads: true,
    run: async (front, { first, second }) => {
      const { store } = await front.workspace();
      const find = (id: unknown) => store.all<{ report: string | null }>("SELECT report FROM run WHERE substr(id, 1, length(?1)) = ?1 ORDER BY seq DESC LIMIT 2", String(id)).map(({ report }) => storedReport({ report: report ?? undefined }))[0];
      const [one, other] = [find(first), find(second)];
      if (!one || !other) return { message: `There is no finished run ${String(one ? second : first)} in the store.` };
      return { first: explained(one), second: explained(other) };
    },
  },
  {
    name: "propose_baseline",
    title: "Propose a new baseline to a person",
    description: "Says whether a suite's last verdict would be worth accepting as the baseline, and the command with which a person accepts it. It accepts nothing.",
    input: { suite: SUITE },
    reads: true,
    run: async (front, { suite }) => {
      const workspace = await front.workspace();
      const report = lastReport(workspace, String(suite));
      if (!report) return { message: `${String(suite)} has no verdict yet: call run_affected with its file.` };
      const isProven = report.verdict === "improved";
      return { verdict: report.verdict, worthIt: isProven, message: isProven ? "An improvement is proven. A person may accept it." : `The verdict is ${report.verdict}: no improvement is proven. A baseline that moves without one lets small losses pass unseen.`, command: `llmops baseline accept ${report.suite}`, evidence: explained(report) };
    },
  },
];

async function describe(workspace: Workspace, file: string): Promise<unknown> {
  const { suite } = await readVersion(workspace, workspace.disk, file);
  const name = relativePosix(workspace.root, file);
  const report = lastReport(workspace, name);
  return {
    suite: name,
    description: suite.description,
    prompts: suite.prompts.map(({ label, location }) => ({ label, file: relativePosix(workspace.root, location.file) })),
    cases: suite.cases.length,
    problems: suite.problems.map(({ severity, message }) => `${severity}: ${message}`),
    lastVerdict: report && { verdict: report.verdict, runId: report.runId, headlines: report.series.map(headline) },
  };
}

/** As a save runs it, with the budget of a save: an agent is no person. */
async function judged(front: Front, workspace: Workspace, file: string): Promise<unknown> {
  const { config } = await readVersion(workspace, workspace.disk, file, { withoutTests: true });
  const budget = onSaveBudget(config);
  try {
    const { report } = await evaluateSuite(workspace, { file, trigger: "cli", ask: true, maxCalls: budget.maxCalls, maxCost: budget.maxCost, signal: front.signal, sandbox: front.sandbox });
    return explained(report);
  } catch (error) {
    return { suite: relativePosix(workspace.root, file), notJudged: error instanceof Error ? error.message : String(error) };
  }
}

function lastReport({ store }: Workspace, suite: string): RunReport | undefined {
  const run = lastVerdict(store, suite.replaceAll("\\", "/").replace(/^\.\//, ""));
  return run && storedReport(run);
}

function explained(report: RunReport): object {
  return {
    suite: report.suite,
    runId: report.runId,
    verdict: report.verdict,
    baseline: report.baseline?.label,
    calls: report.calls,
    cost: report.cost,
    series: report.series.map((series) => ({
      series: series.key,
      verdict: series.verdict,
      headline: headline(series),
      changes: series.hasBaseline ? changesSentence(series) : undefined,
      metrics: series.metrics.map(({ name, direction, baseline, current, delta, interval, p, verdict, n }) => ({ name, direction, baseline, current, delta, interval, p, verdict, n })),
      broke: series.broke.slice(0, LISTED).map(caseSentence),
      fixed: series.fixed.slice(0, LISTED).map(caseSentence),
      failing: series.hasBaseline ? undefined : series.failing.slice(0, LISTED).map(caseSentence),
    })),
  };
}
