import { window } from "vscode";
import type { PipelineAction, StageView, Started } from "../../protocol/pipeline.ts";
import type { FolderPipeline, Pipelines } from "../pipelines.ts";
import type { EnvironmentNode } from "../views/environmentsTree.ts";
import type { RunsNode, RunsTree } from "../views/runsTree.ts";
import type { Deps, Handlers } from "./deps.ts";

export interface PipelineDeps extends Deps {
  readonly pipelines: Pipelines;
  readonly runsTree: RunsTree;
}

export function pipelineCommands(deps: PipelineDeps): Handlers {
  const { pipelines, documents, engine } = deps;

  /** Does what a person asked for; why nothing came of it is said. */
  const start = async (folder: string, action: PipelineAction): Promise<Started> => {
    const started = await deps.people.run(undefined, () => pipelines.start(folder, action));
    if ("message" in started) void window.showWarningMessage(started.message);
    return started;
  };
  const ofRow = (argument: unknown): Extract<RunsNode, { kind: "run" | "runStage" | "stage" | "step" | "attempt" }> | undefined => {
    const node = argument as RunsNode | undefined;
    return node && "kind" in node && ["run", "runStage", "stage", "step", "attempt"].includes(node.kind) ? (node as ReturnType<typeof ofRow>) : undefined;
  };
  const onRun = (kind: "cancel" | "rerun" | "resume") => (argument: unknown) => {
    const node = ofRow(argument);
    return node?.run && start(node.folder, { kind, run: node.run.key });
  };
  const decide = (approved: boolean) => async (argument: unknown) => {
    const found = await theWaiting(pipelines, argument, "waiting", approved ? "Approve" : "Reject");
    const { run, stage } = found?.view.last ?? {};
    if (!found || !run || !stage?.approval) return;
    const comment = await window.showInputBox({ title: `${approved ? "Approve" : "Reject"} ${stage.name}`, prompt: evidence(found), placeHolder: "A comment, kept with your name and the time (may be empty)" });
    if (comment === undefined) return;
    return start(found.folder, { kind: "decide", run: run.key, stage: stage.name, approved, evidence: stage.approval.evidence, ...(comment ? { comment } : {}) });
  };

  return {
    "llmops.runPipeline": async () => {
      await engine.ready();
      const found = await chooseFolder(pipelines);
      return found && start(found.folder, { kind: "run", trigger: "on-commit" });
    },
    "llmops.runStage": async (argument) => {
      await engine.ready();
      const node = ofRow(argument);
      const name = node?.kind === "stage" ? node.view.name : node?.kind === "runStage" ? node.stage.name : undefined;
      const found = node && name !== undefined ? { folder: node.folder, name } : await chooseStage(pipelines);
      return found && start(found.folder, { kind: "run", trigger: "manual", stages: [found.name] });
    },
    "llmops.cancelPipelineRun": onRun("cancel"),
    "llmops.rerunFailedStages": onRun("rerun"),
    "llmops.resumePipelineRun": onRun("resume"),
    "llmops.approveStage": decide(true),
    "llmops.rejectStage": decide(false),
    "llmops.settleStage": async (argument) => {
      const found = await theWaiting(pipelines, argument, "unknown", "Say How It Ended");
      const { run, stage } = found?.view.last ?? {};
      if (!found || !run || !stage) return;
      const items = [{ label: "It passed", as: "passed" }, { label: "It failed", as: "failed" }, { label: "Start it again", as: "again" }] as const;
      const choice = await window.showQuickPick(items, { title: `How did ${stage.name} end?`, placeHolder: stage.reason ?? "" });
      return choice && start(found.folder, { kind: "settle", run: run.key, stage: stage.name, as: choice.as });
    },
    "llmops.openStepLog": async (argument) => {
      const node = ofRow(argument);
      if (node?.kind !== "step" && node?.kind !== "attempt") return;
      const attempt = node.kind === "attempt" ? node.attempt : node.step.attempts.at(-1);
      if (!attempt) return;
      const text = await pipelines.ask<string>(node.folder, { kind: "log", attempt: attempt.id });
      return documents.show(`${node.stage.name}-${node.step.name}-${attempt.n}.log`, text, "log");
    },
    "llmops.promoteVersion": async (argument) => {
      await engine.ready();
      const found = (argument as EnvironmentNode | undefined)?.environment ? (argument as EnvironmentNode) : await chooseEnvironment(pipelines);
      return found && start(found.folder, { kind: "promote", environment: found.environment.name });
    },
    "llmops.undoPromotion": async (argument) => {
      const node = argument as EnvironmentNode | undefined;
      if (!node?.environment.previous) return;
      const back = "Go Back";
      const { name, previous } = node.environment;
      const sure = await window.showWarningMessage(`Bring ${name} back to ${previous.commit?.slice(0, 7) ?? "the version before"}?`, { modal: true, detail: `It was there until ${new Date(node.environment.current?.at ?? 0).toLocaleString()}.` }, back);
      return sure && start(node.folder, { kind: "promote", environment: name, undo: true });
    },
    "llmops.loadMoreRuns": (argument) => deps.runsTree.loadMore((argument as { folder: string }).folder),
  };
}

/** What a person is to look at before they decide: the commit, and what it has passed. */
function evidence({ view, overview }: { view: StageView; overview: FolderPipeline["overview"] }): string {
  const commit = view.last?.run.commit?.slice(0, 7);
  const passed = overview.stages.filter(({ last, name }) => name !== view.name && last?.run.key === view.last?.run.key).map(({ name, last }) => [name, last!.stage.state, ...last!.evals.flatMap(({ figures }) => figures)].join(" "));
  return [commit ? `Commit ${commit} “${overview.head?.commit === view.last?.run.commit ? overview.head?.subject : ""}”` : "This version", ...passed].join(" · ");
}

/** The stage of a row, or the one that waits; of several a person picks. */
async function theWaiting(pipelines: Pipelines, argument: unknown, state: "waiting" | "unknown", title: string): Promise<(FolderPipeline & { view: StageView }) | undefined> {
  const all = pipelines.all().flatMap(({ folder, overview }) => overview.stages.filter(({ last }) => last?.stage.state === state).map((view) => ({ folder, overview, view })));
  const row = argument as { folder?: string; view?: StageView } | undefined;
  const given = all.find(({ folder, view }) => folder === row?.folder && view.name === row?.view?.name);
  if (given || all.length === 1) return given ?? all[0];
  if (all.length === 0) return void window.showInformationMessage(state === "waiting" ? "No stage waits for approval." : "Of no stage it is unknown how it ended.");
  return (await window.showQuickPick(all.map((found) => ({ label: found.view.name, found })), { title }))?.found;
}

async function chooseFolder(pipelines: Pipelines): Promise<FolderPipeline | undefined> {
  const all = pipelines.shown();
  if (all.length === 0) return void window.showInformationMessage("llmops.yaml has no pipeline. Its stages are written under pipeline: name, trigger and steps.");
  if (all.length === 1) return all[0];
  return (await window.showQuickPick(all.map((found) => ({ label: found.folder.slice(found.folder.lastIndexOf("/") + 1), found })), { title: "Run Pipeline" }))?.found;
}

async function chooseStage(pipelines: Pipelines): Promise<{ folder: string; name: string } | undefined> {
  const stages = pipelines.shown().flatMap(({ folder, overview }) => overview.stages.map(({ name, trigger }) => ({ label: name, description: trigger, found: { folder, name } })));
  if (stages.length === 0) return void window.showInformationMessage("llmops.yaml has no pipeline. Its stages are written under pipeline: name, trigger and steps.");
  return (await window.showQuickPick(stages, { title: "Run Stage" }))?.found;
}

async function chooseEnvironment(pipelines: Pipelines): Promise<Pick<EnvironmentNode, "folder" | "environment"> | undefined> {
  const items = pipelines.all().flatMap(({ folder, overview }) => overview.environments.map((environment) => ({ label: environment.name, description: environment.current?.commit?.slice(0, 7) ?? "nothing yet", found: { folder, environment } })));
  if (items.length === 0) return void window.showInformationMessage("llmops.yaml has no environments. They are written under environments: a name, an endpoint, and what a version must have passed.");
  return (await window.showQuickPick(items, { title: "Promote Version", placeHolder: "Where to?" }))?.found;
}
