import { ThemeIcon, type TreeDataProvider, TreeItem } from "vscode";
import type { EnvironmentView } from "../../protocol/pipeline.ts";
import type { Pipelines } from "../pipelines.ts";
import { ago } from "./time.ts";

export interface EnvironmentNode {
  readonly kind: "environment";
  readonly folder: string;
  readonly environment: EnvironmentView;
}

/** dev → staging → production: which version is where, since when, by whom. */
export class EnvironmentsTree implements Pick<TreeDataProvider<EnvironmentNode>, "getChildren" | "getTreeItem"> {
  private readonly pipelines: Pipelines;

  constructor(pipelines: Pipelines, fire: (node: undefined) => void) {
    this.pipelines = pipelines;
    pipelines.onChange(() => fire(undefined));
  }

  getChildren(node?: EnvironmentNode): EnvironmentNode[] {
    if (node) return [];
    return this.pipelines.all().flatMap(({ folder, overview }) => overview.environments.map((environment) => ({ kind: "environment", folder, environment })));
  }

  getTreeItem({ folder, environment: { name, current, previous } }: EnvironmentNode): TreeItem {
    const item = new TreeItem(name);
    item.id = `${folder} ${name}`;
    item.iconPath = new ThemeIcon(current ? "server-environment" : "circle-outline");
    item.description = current ? `${current.commit?.slice(0, 7) ?? "a version"} · ${ago(Date.now() - current.at)}` : "nothing yet";
    item.tooltip = current
      ? `${name} holds ${current.commit ?? "a version without a commit"}${current.model ? `, model ${current.model}` : ""}, since ${new Date(current.at).toLocaleString()}, by ${current.by ?? "somebody"}.`
      : `Nothing has been promoted to ${name} yet.`;
    item.contextValue = `environment${previous ? " undoable" : ""}`;
    return item;
  }
}
