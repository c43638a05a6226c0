import { MarkdownString, Range, ThemeColor, ThemeIcon, type TreeDataProvider, TreeItem, TreeItemCollapsibleState, type TreeView, Uri } from "vscode";
import type { SeriesSummary, SuiteSummary } from "../../protocol/messages.ts";
import type { Suites } from "../suites.ts";
import { escapeMarkdown, type Look, lookOf, worstFirst } from "./wording.ts";

export type SuitesNode = { readonly kind: "suite"; readonly suite: SuiteSummary } | { readonly kind: "series"; readonly suite: SuiteSummary; readonly series: SeriesSummary } | { readonly kind: "prompt"; readonly suite: SuiteSummary; readonly uri: string };

/** Suites, worst first, and below each its prompts as the last run judged them. */
export class SuitesTree implements Pick<TreeDataProvider<SuitesNode>, "getChildren" | "getTreeItem"> {
  private readonly suites: Suites;

  constructor(suites: Suites, view: TreeView<SuitesNode>, fire: (node: undefined) => void) {
    this.suites = suites;
    suites.onChange(() => {
      const broke = suites.all().reduce((sum, { state }) => sum + (state.kind === "judged" && !state.stale ? state.broke : 0), 0);
      view.badge = broke > 0 ? { value: broke, tooltip: `${broke} cases broke` } : undefined;
      fire(undefined);
    });
  }

  getChildren(node?: SuitesNode): SuitesNode[] {
    if (!node) return worstFirst(this.suites.all()).map((suite) => ({ kind: "suite", suite }));
    if (node.kind !== "suite") return [];
    const { suite } = node;
    if (suite.series.length > 0) return suite.series.map((series) => ({ kind: "series", suite, series }));
    return suite.prompts.map((uri) => ({ kind: "prompt", suite, uri }));
  }

  getTreeItem(node: SuitesNode): TreeItem {
    switch (node.kind) {
      case "suite":
        return suiteItem(node.suite);
      case "series":
        return seriesItem(node.suite, node.series);
      case "prompt":
        return promptItem(node.suite, node.uri);
    }
  }
}

function suiteItem(suite: SuiteSummary): TreeItem {
  const look = lookOf(suite.state);
  const item = new TreeItem(nameOf(suite), TreeItemCollapsibleState.Expanded);
  item.id = suite.uri;
  item.description = `${look.short} · ${suite.cases} cases`;
  item.iconPath = iconOf(look);
  item.tooltip = new MarkdownString(`**${escapeMarkdown(suite.name)}**\n\n${escapeMarkdown(look.long)}`);
  item.contextValue = ["suite", ...(suite.state.kind === "judged" ? ["judged", ...(suite.state.broke > 0 ? ["broke"] : [])] : []), ...(suite.changed.length > 0 ? ["changed"] : [])].join(" ");
  item.accessibilityInformation = { label: `Suite ${suite.name}: ${look.short}, ${suite.cases} cases` };
  return item;
}

function seriesItem(suite: SuiteSummary, series: SeriesSummary): TreeItem {
  const stale = suite.state.kind === "judged" && suite.state.stale;
  const look = lookOf({ kind: "judged", verdict: series.verdict, stale, headline: series.standing, broke: 0 });
  const item = new TreeItem(series.label, TreeItemCollapsibleState.None);
  item.id = `${suite.uri}#${series.label}#${series.provider}`;
  item.description = `${series.standing} · ${series.provider}`;
  item.iconPath = iconOf(look);
  item.tooltip = `${series.label} with ${series.provider}: ${series.standing}`;
  item.contextValue = "series";
  item.command = openCommand(series.uri, series.line);
  item.accessibilityInformation = { label: `Prompt ${series.label}: ${series.standing}` };
  return item;
}

function promptItem(suite: SuiteSummary, uri: string): TreeItem {
  const item = new TreeItem(uri.slice(uri.lastIndexOf("/") + 1), TreeItemCollapsibleState.None);
  item.id = `${suite.uri}#${uri}`;
  item.iconPath = new ThemeIcon("file");
  item.contextValue = "prompt";
  item.command = openCommand(uri, 0);
  return item;
}

function iconOf({ icon, color }: Look): ThemeIcon {
  return new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
}

function openCommand(uri: string, line: number): TreeItem["command"] {
  return { title: "Open", command: "vscode.open", arguments: [Uri.parse(uri), { selection: new Range(line, 0, line, 0), preview: true }] };
}

/** `evals/support` of `evals/support/promptfooconfig.yaml`: the file's name is always the same. */
export function nameOf({ name }: Pick<SuiteSummary, "name">): string {
  return name.replace(/\/promptfooconfig\.(yaml|yml|json)$/, "");
}
