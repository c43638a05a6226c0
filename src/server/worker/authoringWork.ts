import { URI } from "vscode-uri";
import { locationOf } from "../../core/evals/suite/source.ts";
import { assertionsOf, type Case } from "../../core/evals/model.ts";
import { bisectHunks, type Bisection } from "../../core/regression/bisect/bisect.ts";
import { bisectionWords, culpritWords } from "../../core/regression/bisect/words.ts";
import { relativePosix } from "../../core/config/settings.ts";
import { type RunReport, storedReport } from "../../core/regression/report.ts";
import { readVersion, type Workspace } from "../../core/regression/workspace.ts";
import { lastVerdict, listRuns, type ResultRecord, resultsOf } from "../../core/store/runs.ts";
import { outputText, titleOf } from "./outputs.ts";
import { answerOf, PreviewWork } from "./previewWork.ts";
import type { AuthoringAction, BisectAnswer, ChangedAnswer, SuiteTests, TestOutcome } from "../../protocol/authoring.ts";

export interface AuthoringOptions {
  readonly sandbox: () => Promise<string>;
  readonly signal: AbortSignal;
  /** A run of this process began: it is not told of as somebody else's. */
  readonly onStart: (runId: string) => void;
}

const previews = new PreviewWork();

/** What the editor asks about writing prompts, of one suite (absolute path). */
export function performAuthoring(workspace: Workspace, file: string, action: AuthoringAction, options: AuthoringOptions): Promise<unknown> {
  switch (action.kind) {
    case "bisect":
      return bisect(workspace, file, options);
    case "tests":
      return testsOf(workspace, file, action.caseId);
    case "answers":
      return changedAnswers(workspace, file);
    case "preview":
      return previews.render(workspace, file, action);
    case "answer":
      return answerOf(workspace, file, action, options);
  }
}

async function bisect(workspace: Workspace, file: string, { sandbox, signal, onStart }: AuthoringOptions): Promise<BisectAnswer> {
  const display = (path: string) => relativePosix(workspace.root, path);
  const found: Bisection = await bisectHunks(workspace, { file, trigger: "manual", ask: true, sandbox, signal, onStart });
  return {
    message: bisectionWords(found, display).replace(/\n\s*/g, " "),
    culprits: found.culprits.flatMap((culprit) => culprit.changes.map(({ file: where, range }) => ({ uri: URI.file(where).toString(), range, message: culpritWords(culprit, found.search?.of ?? 0, display), fixed: culprit.fixed }))),
    changes: found.changes.map(({ file: where, range }) => ({ uri: URI.file(where).toString(), range })),
  };
}

/** Cases as tests. What the store has of the last verdict is replayed: editors keep no results of their own. */
async function testsOf(workspace: Workspace, file: string, caseId: string | undefined): Promise<SuiteTests> {
  const { suite } = await readVersion(workspace, workspace.disk, file);
  const name = relativePosix(workspace.root, file);
  const run = caseId === undefined ? lastVerdict(workspace.store, name) : listRuns(workspace.store, { suite: name, limit: 1 })[0];
  const byCase = new Map<string, ResultRecord[]>();
  for (const row of run ? resultsOf(workspace.store, run.id, caseId) : []) if (row.arm === "current") byCase.set(row.caseId, [...(byCase.get(row.caseId) ?? []), row]);
  return {
    uri: URI.file(file).toString(),
    name,
    runId: run?.id,
    tests: suite.cases.filter(({ id }) => caseId === undefined || id === caseId).map((test) => {
      const { file: where, range } = locationOf(test.place);
      return { id: test.id, label: titleOf(test), uri: URI.file(where).toString(), range, outcomes: outcomesOf(test, byCase.get(test.id) ?? []) };
    }),
  };
}

/** A series is passed when every run of it is. */
function outcomesOf(test: Case, rows: readonly ResultRecord[]): TestOutcome[] {
  const series = new Map<string, ResultRecord[]>();
  for (const row of rows) series.set(row.series, [...(series.get(row.series) ?? []), row]);
  return [...series].map(([key, runs]) => {
    const shown = runs.find(({ status }) => status === "error") ?? runs.find(({ status }) => status !== "passed") ?? runs[0]!;
    const failed = runs.filter(({ status }) => status !== "passed").length;
    const times = runs.length > 1 && failed > 0 ? ` (${failed} of ${runs.length} runs)` : "";
    return {
      series: key,
      status: shown.status === "passed" ? "passed" : shown.status === "error" ? "error" : "failed",
      message: shown.status === "passed" ? "" : `${reasonOf(shown)}${times}`,
      expected: expectedOf(test),
      actual: outputText(shown.output),
      latencyMs: shown.latencyMs,
    };
  });
}

/** Why a row did not pass: the first reason of its detail. */
function reasonOf({ detail }: ResultRecord): string {
  try {
    const read = JSON.parse(detail ?? "{}") as { reason?: unknown; error?: unknown };
    return String(read.reason ?? read.error ?? "it did not pass");
  } catch {
    return detail ?? "it did not pass";
  }
}

/** Only a text that an output may equal can be shown beside it. */
function expectedOf(test: Case): string | undefined {
  const value = assertionsOf(test).find(({ type }) => type === "equals" || type === "contains" || type === "icontains")?.value;
  return typeof value === "string" ? value.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => (typeof test.vars[name] === "string" ? test.vars[name] : whole)) : undefined;
}

async function changedAnswers(workspace: Workspace, file: string): Promise<ChangedAnswer[]> {
  const run = lastVerdict(workspace.store, relativePosix(workspace.root, file));
  const report: RunReport | undefined = run && storedReport(run);
  return (report?.series ?? []).flatMap((series) =>
    [...series.broke.map((change) => ({ change, kind: "broke" as const })), ...series.fixed.map((change) => ({ change, kind: "fixed" as const }))].map(({ change, kind }) => {
      const rows = resultsOf(workspace.store, report!.runId, change.id).filter((row) => row.series === series.key);
      const of = (arm: ResultRecord["arm"]) => outputText(rows.find((row) => row.arm === arm && row.status === (arm === "current" ? (kind === "broke" ? "failed" : "passed") : kind === "broke" ? "passed" : "failed"))?.output ?? rows.find((row) => row.arm === arm)?.output);
      return { caseId: change.id, title: `#${change.number} ${change.title}`, series: series.key, change: kind, before: of("baseline"), after: of("current") };
    }),
  );
}
