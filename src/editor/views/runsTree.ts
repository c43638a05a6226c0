import { type TreeDataProvider, TreeItem, TreeItemCollapsibleState } from "vscode";
import type { PipelineRunDetails, RunHead, StageRecord } from "../../protocol/pipeline.ts";
import type { Pipelines } from "../pipelines.ts";
import { describeStage, runItem } from "./pipelineItems.ts";
import { itemOf, type PipelineNode, stepNodes } from "./pipelineTree.ts";

/** Rows of a page: a flat list of thousands would hold the window up. */
const PAGE = 100;

export type RunsNode =
  | { readonly kind: "run"; readonly folder: string; readonly run: RunHead }
  | { readonly kind: "more"; readonly folder: string }
  | { readonly kind: "runStage"; readonly folder: string; readonly run: RunHead; readonly stage: StageRecord; readonly details: PipelineRunDetails }
  | PipelineNode;

/** Runs of the pipelines, newest first, in pages. */
export class RunsTree implements Pick<TreeDataProvider<RunsNode>, "getChildren" | "getTreeItem"> {
  private readonly pipelines: Pipelines;
  private readonly fire: (node: RunsNode | undefined) => void;
  /** How many pages of a folder's runs are shown. */
  private readonly pages = new Map<string, number>();

  constructor(pipelines: Pipelines, fire: (node: RunsNode | undefined) => void) {
    this.pipelines = pipelines;
    this.fire = fire;
    pipelines.onChange(() => fire(undefined));
  }

  async getChildren(node?: RunsNode): Promise<RunsNode[]> {
    if (!node) return (await Promise.all(this.pipelines.all().map(({ folder }) => this.runsOf(folder)))).flat();
    switch (node.kind) {
      case "run": {
        const details = await this.pipelines.ask<PipelineRunDetails | null>(node.folder, { kind: "show", run: node.run.key });
        return (details?.run.stages ?? []).map((stage) => ({ kind: "runStage", folder: node.folder, run: node.run, stage, details: details! }));
      }
      case "runStage":
        return stepNodes(node.folder, node.run, node.stage, node.details.evals[node.stage.name] ?? []);
      case "step":
        return node.evals.map((found) => ({ kind: "eval", folder: node.folder, found }));
      default:
        return [];
    }
  }

  getTreeItem(node: RunsNode): TreeItem {
    switch (node.kind) {
      case "run": {
        const item = runItem(node.run, Date.now());
        item.id = `${node.folder} ${node.run.key}`;
        return item;
      }
      case "more": {
        const item = new TreeItem("Load more");
        item.command = { title: "Load More", command: "llmops.loadMoreRuns", arguments: [node] };
        item.id = `${node.folder} more`;
        return item;
      }
      case "runStage": {
        const item = new TreeItem(node.stage.name, TreeItemCollapsibleState.Collapsed);
        describeStage(item, node.stage, node.run, node.details.evals[node.stage.name] ?? [], Date.now());
        item.id = `${node.folder} ${node.run.key} ${node.stage.name}`;
        return item;
      }
      default:
        return itemOf(node);
    }
  }

  loadMore(folder: string): void {
    this.pages.set(folder, (this.pages.get(folder) ?? 1) + 1);
    this.fire(undefined);
  }

  private async runsOf(folder: string): Promise<RunsNode[]> {
    const limit = PAGE * (this.pages.get(folder) ?? 1);
    const runs = await this.pipelines.ask<RunHead[]>(folder, { kind: "history", limit: limit + 1 });
    const rows: RunsNode[] = runs.slice(0, limit).map((run) => ({ kind: "run", folder, run }));
    return runs.length > limit ? [...rows, { kind: "more", folder }] : rows;
  }
}
