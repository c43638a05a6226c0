import { ThemeIcon, type TreeDataProvider, TreeItem, TreeItemCollapsibleState, type TreeView } from "vscode";
import type { AttemptRecord, EvalView, RunHead, StageRecord, StageView, StepRecord } from "../../protocol/pipeline.ts";
import type { FolderPipeline, Pipelines } from "../pipelines.ts";
import { attemptItem, evalItem, stageItem, stepItem } from "./pipelineItems.ts";
import { ago } from "./time.ts";

/** A row; every row below a stage knows which run it is of. */
export type PipelineNode =
  | { readonly kind: "problem"; readonly folder: string; readonly text: string }
  | { readonly kind: "stage"; readonly folder: string; readonly view: StageView; readonly run: RunHead | undefined; readonly stage: StageRecord | undefined }
  | { readonly kind: "step"; readonly folder: string; readonly run: RunHead; readonly stage: StageRecord; readonly step: StepRecord; readonly evals: readonly EvalView[] }
  | { readonly kind: "attempt"; readonly folder: string; readonly run: RunHead; readonly stage: StageRecord; readonly step: StepRecord; readonly attempt: AttemptRecord }
  | { readonly kind: "eval"; readonly folder: string; readonly found: EvalView };

/** The pipeline: stages, their steps, the attempts at those, and what they found. */
export class PipelineTree implements Pick<TreeDataProvider<PipelineNode>, "getChildren" | "getTreeItem"> {
  private readonly pipelines: Pipelines;
  private readonly view: TreeView<PipelineNode>;
  private readonly fire: (node: PipelineNode | undefined) => void;
  /** The rows of stages that are drawn, and what of: only one that differs is drawn again. */
  private drawn: { node: PipelineNode; id: string | undefined; text: string }[] = [];

  constructor(pipelines: Pipelines, view: TreeView<PipelineNode>, fire: (node: PipelineNode | undefined) => void) {
    this.pipelines = pipelines;
    this.view = view;
    this.fire = fire;
    pipelines.onChange(() => this.refresh());
  }

  getChildren(node?: PipelineNode): PipelineNode[] {
    if (!node) {
      this.drawn = this.roots().map((root) => ({ node: root, id: itemOf(root).id, text: JSON.stringify(root) }));
      return this.drawn.map((row) => row.node);
    }
    switch (node.kind) {
      case "stage":
        return node.run && node.stage ? stepNodes(node.folder, node.run, node.stage, node.view.last?.evals ?? []) : [];
      case "step":
        return [...node.evals.map((found) => ({ kind: "eval" as const, folder: node.folder, found })), ...(node.step.attempts.length > 1 ? node.step.attempts.map((attempt) => ({ ...node, kind: "attempt" as const, attempt })) : [])];
      default:
        return [];
    }
  }

  getTreeItem(node: PipelineNode): TreeItem {
    return itemOf(node);
  }

  private roots(): PipelineNode[] {
    return this.pipelines.shown().flatMap(({ folder, overview }): PipelineNode[] => [
      ...(overview.problem === undefined ? [] : [{ kind: "problem" as const, folder, text: overview.problem }]),
      ...overview.stages.map((view) => ({ kind: "stage" as const, folder, view, run: view.last?.run, stage: view.last?.stage })),
    ]);
  }

  private refresh(): void {
    const waiting = this.pipelines.all().flatMap(({ overview }) => overview.stages).filter(({ last }) => last?.stage.state === "waiting" || last?.stage.state === "unknown").length;
    this.view.badge = waiting > 0 ? { value: waiting, tooltip: `${waiting === 1 ? "A stage waits" : `${waiting} stages wait`} for you` } : undefined;
    this.view.description = headline(this.pipelines.all());
    const now = this.roots();
    if (now.length !== this.drawn.length || now.some((node, index) => itemOf(node).id !== this.drawn[index]!.id)) return this.fire(undefined);
    for (const [index, node] of now.entries()) {
      const row = this.drawn[index]!;
      const text = JSON.stringify(node);
      if (text === row.text) continue;
      // The editor knows rows by their object: the one it has becomes what the engine says now.
      Object.assign(row.node, node);
      row.text = text;
      this.fire(row.node);
    }
  }
}

/** The steps of a stage in one run. */
export function stepNodes(folder: string, run: RunHead, stage: StageRecord, evals: readonly EvalView[]): PipelineNode[] {
  return stage.steps.map((step) => {
    const own = new Set(step.attempts.at(-1)?.evals);
    return { kind: "step", folder, run, stage, step, evals: evals.filter(({ runId }) => own.has(runId)) };
  });
}

export function itemOf(node: PipelineNode): TreeItem {
  const now = Date.now();
  const item = draw(node, now);
  // The editor remembers by the id what a person opened: a row that is to open by itself is another one.
  item.id = item.collapsibleState === TreeItemCollapsibleState.Expanded ? `${idOf(node)} open` : idOf(node);
  return item;
}

function draw(node: PipelineNode, now: number): TreeItem {
  switch (node.kind) {
    case "problem": {
      const item = new TreeItem(node.text);
      item.iconPath = new ThemeIcon("error");
      item.tooltip = node.text;
      return item;
    }
    case "stage":
      return stageItem(node.view, now);
    case "step":
      return stepItem(node.step);
    case "attempt":
      return attemptItem(node.attempt, now);
    case "eval":
      return evalItem(node.found, node.folder);
  }
}

function idOf(node: PipelineNode): string {
  switch (node.kind) {
    case "problem":
      return `${node.folder} problem`;
    case "stage":
      return `${node.folder} ${node.view.name}`;
    case "step":
      return `${node.folder} ${node.run.key} ${node.stage.name}/${node.step.name}`;
    case "attempt":
      return `${node.folder} ${node.run.key} ${node.attempt.id}`;
    case "eval":
      return `${node.folder} ${node.found.runId}`;
  }
}

/** `3f2a91c "shorter greeting" · 2 min ago`: what the view is about. */
function headline(all: readonly FolderPipeline[]): string | undefined {
  const heads = all.flatMap(({ overview: { head } }) => head ?? []);
  const [head] = heads;
  if (!head || heads.length > 1) return undefined;
  return `${head.commit.slice(0, 7)} “${head.subject}”${head.at === undefined ? "" : ` · ${ago(Date.now() - head.at)}`}`;
}

