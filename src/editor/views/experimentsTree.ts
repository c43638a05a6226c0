import { type TreeDataProvider, TreeItem, TreeItemCollapsibleState, type TreeView, ThemeColor, ThemeIcon, workspace } from "vscode";
import type { RunGroup, RunGrouping, RunHead } from "../../protocol/experiments.ts";
import type { Experiments } from "../experiments.ts";
import { ago } from "./time.ts";

/** Runs of a page: a flat list of thousands would hold the window up. */
const PAGE = 100;

export type ExperimentNode =
  | { readonly kind: "group"; readonly folder: string; readonly group: RunGroup }
  | { readonly kind: "trackedRun"; readonly folder: string; readonly run: RunHead }
  | { readonly kind: "moreRuns"; readonly folder: string; readonly group: RunGroup };

/** What the person chose for the view. */
export interface RunsChoice {
  readonly by: RunGrouping;
  readonly filter: string;
}

/** All runs in groups, newest first; what a filter leaves out is not there. */
export class ExperimentsTree implements Pick<TreeDataProvider<ExperimentNode>, "getChildren" | "getTreeItem"> {
  private readonly experiments: Experiments;
  private readonly view: TreeView<ExperimentNode>;
  private readonly fire: (node: ExperimentNode | undefined) => void;
  private readonly pages = new Map<string, number>();
  choice: RunsChoice = { by: "suite", filter: "" };

  constructor(experiments: Experiments, view: TreeView<ExperimentNode>, fire: (node: ExperimentNode | undefined) => void) {
    this.experiments = experiments;
    this.view = view;
    this.fire = fire;
    experiments.onChange(() => fire(undefined));
  }

  choose(part: Partial<RunsChoice>): void {
    this.choice = { ...this.choice, ...part };
    this.view.message = this.choice.filter === "" ? undefined : `Filter: ${this.choice.filter}`;
    this.fire(undefined);
  }

  loadMore(node: Extract<ExperimentNode, { kind: "moreRuns" }>): void {
    const key = keyOf(node);
    this.pages.set(key, (this.pages.get(key) ?? 1) + 1);
    this.fire(undefined);
  }

  async getChildren(node?: ExperimentNode): Promise<ExperimentNode[]> {
    const { by, filter } = this.choice;
    if (!node) {
      const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.toString());
      const groups = await Promise.all(folders.map(async (folder) => ((await this.experiments.ask<RunGroup[] | null>(folder, { kind: "groups", by, filter })) ?? []).map((group): ExperimentNode => ({ kind: "group", folder, group }))));
      return groups.flat();
    }
    if (node.kind !== "group") return [];
    const limit = PAGE * (this.pages.get(keyOf(node)) ?? 1);
    const runs = await this.experiments.ask<RunHead[]>(node.folder, { kind: "group", by, filter, value: node.group.value, limit });
    const rows = runs.map((run): ExperimentNode => ({ kind: "trackedRun", folder: node.folder, run }));
    return node.group.count > runs.length ? [...rows, { kind: "moreRuns", folder: node.folder, group: node.group }] : rows;
  }

  getTreeItem(node: ExperimentNode): TreeItem {
    if (node.kind === "group") {
      const item = new TreeItem(node.group.name, TreeItemCollapsibleState.Collapsed);
      item.id = `${keyOf(node)} group`;
      item.description = `${node.group.count} ${node.group.count === 1 ? "run" : "runs"} · ${ago(Date.now() - node.group.newest)}`;
      item.contextValue = "runGroup";
      return item;
    }
    if (node.kind === "moreRuns") {
      const item = new TreeItem("Load more");
      item.id = `${keyOf(node)} more`;
      item.command = { title: "Load More", command: "llmops.loadMoreExperiments", arguments: [node] };
      return item;
    }
    return runItem(node);
  }
}

function runItem({ folder, run }: Extract<ExperimentNode, { kind: "trackedRun" }>): TreeItem {
  const item = new TreeItem(`${run.key.slice(0, 8)} ${run.name}`, TreeItemCollapsibleState.None);
  const facts = [run.standing, run.commit && `${run.commit.slice(0, 7)}${run.dirty ? "*" : ""}`, ago(Date.now() - run.startedAt)].filter(Boolean);
  item.id = `${folder} ${run.key}`;
  item.description = facts.join(" · ");
  item.tooltip = `${run.name}\n${run.kind} ${run.key}\n${run.standing}, ${new Date(run.startedAt).toLocaleString()}`;
  item.iconPath = iconOf(run);
  item.contextValue = "trackedRun";
  item.command = { title: "Open", command: "llmops.openRun", arguments: [{ kind: "trackedRun", folder, run }] };
  item.accessibilityInformation = { label: `Run ${run.key.slice(0, 8)} of ${run.name}: ${facts.join(", ")}` };
  return item;
}

function iconOf({ status, verdict }: RunHead): ThemeIcon {
  if (status === "running") return new ThemeIcon("sync~spin");
  if (status !== "completed") return new ThemeIcon("circle-slash", new ThemeColor("editorWarning.foreground"));
  if (verdict === "regression" || verdict === "failed" || verdict === "error") return new ThemeIcon("error", new ThemeColor("testing.iconFailed"));
  if (verdict === "inconclusive") return new ThemeIcon("question", new ThemeColor("editorWarning.foreground"));
  return new ThemeIcon("pass", new ThemeColor("testing.iconPassed"));
}

function keyOf({ folder, group }: { folder: string; group: RunGroup }): string {
  return `${folder} ${group.name} ${String(group.value)}`;
}
