import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri } from "vscode";
import type { AttemptRecord, EvalView, RunHead, StageRecord, StageView, StepRecord } from "../../protocol/pipeline.ts";
import { ago, duration } from "./time.ts";
import { escapeMarkdown } from "./wording.ts";

/** Rows whose result is about something else than what is there now are drawn grey (`staleDecorations`). */
export const STALE_SCHEME = "llmops-stage";

const FAILED = new ThemeColor("testing.iconFailed");
const PASSED = new ThemeColor("testing.iconPassed");
const WARNING = new ThemeColor("editorWarning.foreground");

const ICONS: Readonly<Record<string, ThemeIcon>> = {
  passed: new ThemeIcon("pass", PASSED),
  warned: new ThemeIcon("warning", WARNING),
  failed: new ThemeIcon("error", FAILED),
  "timed-out": new ThemeIcon("watch", FAILED),
  cancelled: new ThemeIcon("circle-slash"),
  interrupted: new ThemeIcon("debug-disconnect"),
  skipped: new ThemeIcon("debug-step-over"),
  waiting: new ThemeIcon("person", WARNING),
  unknown: new ThemeIcon("question", WARNING),
  queued: new ThemeIcon("clock"),
  intent: new ThemeIcon("sync~spin"),
  running: new ThemeIcon("sync~spin"),
};

export const WORDS: Readonly<Record<string, string>> = { warned: "passed with warnings", "timed-out": "timed out", waiting: "waits for you", unknown: "ended unknown: say how", intent: "starting" };

export function words(state: string): string {
  return WORDS[state] ?? state;
}

/** A stage of the pipeline as it stands. */
export function stageItem(view: StageView, now: number): TreeItem {
  const { name, last, stale, waitsFor } = view;
  const item = new TreeItem(name, last ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None);
  if (!last) {
    item.iconPath = new ThemeIcon("circle-outline");
    item.description = `waits for ${waitsFor}`;
    item.contextValue = "stage never";
    return item;
  }
  describeStage(item, last.stage, last.run, last.evals, now);
  if (stale !== undefined) {
    item.description = `${words(last.stage.state)} · ${stale}`;
    item.resourceUri = Uri.from({ scheme: STALE_SCHEME, path: `/${name}`, query: "stale" });
  }
  return item;
}

/** A stage as one run had it. */
export function describeStage(item: TreeItem, stage: StageRecord, run: RunHead, evals: readonly EvalView[], now: number): void {
  const { state, reason, startedAt, endedAt, approval } = stage;
  const figures = evals.flatMap((found) => found.figures);
  const took = startedAt !== undefined && endedAt !== undefined ? duration(endedAt - startedAt) : undefined;
  const isBad = state === "failed" || state === "timed-out" || state === "skipped";
  item.iconPath = ICONS[state];
  item.description = [...(isBad && reason ? [firstReason(stage) ?? reason] : [words(state)]), ...figures, ...(took ? [took] : [])].join(" · ");
  if (state === "failed" || state === "timed-out" || state === "unknown") item.collapsibleState = TreeItemCollapsibleState.Expanded;
  const rows = [
    ["State", `${words(state)}${reason ? `: ${reason}` : ""}`],
    ["Commit", run.commit?.slice(0, 7) ?? "none"],
    ["Started", `${run.trigger}${run.startedBy ? `, by ${run.startedBy}` : ""}, ${ago(now - run.createdAt)} (${new Date(run.createdAt).toLocaleString()})`],
    ...(took ? [["Took", took]] : []),
    ...(approval?.by ? [["Approval", `${approval.state} by ${approval.by}${approval.comment ? `: ${approval.comment}` : ""}`]] : []),
    ...evals.map(({ suite, verdict, figures: found }) => [suite, [verdict ?? "not judged", ...found].join(" · ")]),
  ] as [string, string][];
  item.tooltip = new MarkdownString(`**${escapeMarkdown(stage.name)}**\n\n| | |\n|---|---|\n${rows.map(([key, value]) => `| ${escapeMarkdown(key)} | ${escapeMarkdown(value)} |`).join("\n")}`);
  const open = run.endedAt === undefined;
  item.contextValue = ["stage", state, ...(open ? ["open"] : ["ended"]), ...(!open && !["passed", "warned"].includes(state) ? ["rerunnable"] : [])].join(" ");
  item.accessibilityInformation = { label: `Stage ${stage.name}: ${item.description}` };
}

/** `regression in accuracy`, `lint: Exit code 1.`: which says more than that a step failed. */
function firstReason({ steps }: StageRecord): string | undefined {
  const step = steps.find(({ state, reason }) => (state === "failed" || state === "timed-out") && reason !== undefined);
  if (!step) return undefined;
  return step.attempts.at(-1)?.evals.length ? step.reason!.replace(/ \(.*$/, "") : `${step.name}: ${step.reason}`;
}

export function stepItem(step: StepRecord): TreeItem {
  const { name, state, reason, attempts } = step;
  const hasMore = attempts.length > 1 || attempts.some(({ evals }) => evals.length > 0);
  const item = new TreeItem(name, hasMore ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None);
  item.iconPath = ICONS[state];
  item.description = [reason ?? words(state), ...(attempts.length > 1 ? [`${attempts.length} attempts`] : [])].join(" · ");
  item.tooltip = `${name}: ${words(state)}${reason ? `. ${reason}` : ""}`;
  item.contextValue = attempts.length > 0 ? "step log" : "step";
  if (state === "failed" && hasMore) item.collapsibleState = TreeItemCollapsibleState.Expanded;
  item.accessibilityInformation = { label: `Step ${name}: ${words(state)}${reason ? `, ${reason}` : ""}` };
  return item;
}

export function attemptItem({ n, state, reason, durationMs, intentAt }: AttemptRecord, now: number): TreeItem {
  const item = new TreeItem(`attempt ${n}`, TreeItemCollapsibleState.None);
  item.iconPath = ICONS[state];
  item.description = [reason ?? words(state), ...(durationMs === undefined ? [] : [duration(durationMs)]), ago(now - intentAt)].join(" · ");
  item.contextValue = "attempt log";
  return item;
}

/** A suite's run: the evidence, one click away. */
export function evalItem({ suite, verdict, figures }: EvalView, folder: string): TreeItem {
  const item = new TreeItem(suite.replace(/\/promptfooconfig\.(yaml|yml|json)$/, ""), TreeItemCollapsibleState.None);
  item.iconPath = new ThemeIcon(verdict === "regression" || verdict === "failed" ? "error" : "beaker", verdict === "regression" || verdict === "failed" ? FAILED : undefined);
  item.description = [verdict ?? "not judged", ...figures].join(" · ");
  item.contextValue = "eval";
  item.command = { title: "Show Broken Cases", command: "llmops.showBrokenCases", arguments: [Uri.joinPath(Uri.parse(folder), ...suite.split("/")).toString()] };
  return item;
}

export function runItem(run: RunHead, now: number): TreeItem {
  const item = new TreeItem(run.commit?.slice(0, 7) ?? run.key.slice(0, 8), TreeItemCollapsibleState.Collapsed);
  item.iconPath = ICONS[run.state];
  item.description = [run.trigger, words(run.state), ago(now - run.createdAt)].join(" · ");
  item.tooltip = `${run.trigger}${run.startedBy ? `, started by ${run.startedBy}` : ""}, ${new Date(run.createdAt).toLocaleString()}${run.reason ? `\n${run.reason}` : ""}`;
  item.contextValue = run.endedAt === undefined ? "run open" : `run ended${["passed", "warned"].includes(run.state) ? "" : " rerunnable"}`;
  return item;
}
