import { commands, env, Range, Uri, ViewColumn, window, workspace, WorkspaceEdit } from "vscode";
import type { ComparisonState, GoldenEdit, RunHead } from "../../protocol/experiments.ts";
import type { Artifacts } from "../artifacts.ts";
import { parseState } from "../comparison/state.ts";
import type { ComparisonPanels, PageActions } from "../comparison/panel.ts";
import type { Experiments } from "../experiments.ts";
import { chooseFolder } from "../folders.ts";
import type { ExperimentNode, ExperimentsTree } from "../views/experimentsTree.ts";
import { ago } from "../views/time.ts";
import type { Deps, Handlers } from "./deps.ts";

export interface ExperimentDeps extends Deps {
  readonly experiments: Experiments;
  readonly panels: ComparisonPanels;
  readonly tree: ExperimentsTree;
}

/** Runs that the list of "Compare Runs…" offers. */
const OFFERED = 200;

export function experimentCommands({ engine, experiments, panels, tree }: ExperimentDeps): Handlers {
  return {
    "llmops.showAllRuns": async () => {
      const folder = await chooseFolder();
      if (folder) panels.show({ folder: folder.uri.toString() });
    },

    "llmops.openRun": (argument) => {
      const node = runsOf([argument])[0];
      if (node) panels.show({ folder: node.folder, runs: [node.run.key], all: true });
    },

    "llmops.compareSelectedRuns": (argument, selected) => {
      const nodes = runsOf(Array.isArray(selected) ? selected : [argument]);
      const mine = nodes.filter(({ folder }) => folder === nodes[0]?.folder).sort((a, b) => a.run.startedAt - b.run.startedAt);
      if (mine.length < 2) return void window.showInformationMessage("Select two runs or more (Ctrl+click) to compare them.");
      panels.show({ folder: mine[0]!.folder, runs: mine.map(({ run }) => run.key) });
    },

    "llmops.filterRuns": async () => {
      const folder = await chooseFolder();
      if (!folder) return;
      const filter = await window.showInputBox({
        title: "Filter Runs",
        value: tree.choice.filter,
        prompt: "Empty: all runs",
        placeHolder: "metrics.accuracy > 0.9 and params.model = 'x'",
        validateInput: async (text) => (await experiments.ask<string | null>(folder.uri.toString(), { kind: "checkFilter", filter: text })) ?? undefined,
      });
      if (filter !== undefined) tree.choose({ filter });
    },

    "llmops.groupRuns": async () => {
      const items = (["suite", "commit", "kind"] as const).map((by) => ({ label: `By ${by}`, description: by === tree.choice.by ? "now" : "", by }));
      const chosen = await window.showQuickPick(items, { title: "Group Runs" });
      if (chosen) tree.choose({ by: chosen.by });
    },

    "llmops.loadMoreExperiments": (argument) => tree.loadMore(argument as Parameters<ExperimentsTree["loadMore"]>[0]),

    "llmops.compareRuns": async () => {
      await engine.ready();
      const found = await recentRuns(experiments);
      if (found.length < 2) return void window.showInformationMessage("There are no two runs to compare yet: run a suite, or log a run with llmops run start.");
      const picked = await window.showQuickPick(found.map(pickItem), { title: "Compare Runs", placeHolder: "Two or more; the oldest is the baseline, until you choose another", canPickMany: true, matchOnDescription: true, matchOnDetail: true });
      if (!picked) return;
      const folder = picked[0]?.folder;
      const runs = picked.filter((item) => item.folder === folder).map(({ run }) => run);
      if (folder === undefined || runs.length < 2) return void window.showInformationMessage("A comparison takes two runs or more of one folder.");
      panels.show({ folder, runs: runs.sort((a, b) => a.startedAt - b.startedAt).map(({ key }) => key) });
    },

    "llmops.openComparison": (argument) => {
      const state = parseState(argument);
      if (!state) return void window.showErrorMessage("This link names no runs to compare.");
      panels.show(state);
    },
  };
}

/** What pages of comparisons ask for besides answers of the engine. */
export const pageActions = ({ experiments, artifacts }: { experiments: Experiments; artifacts: Artifacts }): PageActions => ({
  openRuns: ({ folder, runs }) => commands.executeCommand("llmops.openComparison", { folder, runs, ...(runs.length === 1 ? { all: true } : {}) }),
  openArtifact: ({ folder, run, path }) => commands.executeCommand("vscode.open", artifacts.uri(folder, run, path), { preview: true }),
  save: async ({ name, content, encoding }) => {
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const uri = await window.showSaveDialog({ defaultUri: folder && Uri.joinPath(folder, name) });
    if (!uri) return;
    await workspace.fs.writeFile(uri, Buffer.from(content, encoding));
    const open = "Open";
    if (await window.showInformationMessage(`${name} is written.`, open)) await commands.executeCommand("vscode.open", uri);
  },
  golden: async ({ folder, run, caseId, series }) => {
    const edit = await experiments.ask<GoldenEdit>(folder, { kind: "golden", run, caseId, series });
    if ("message" in edit) return void window.showWarningMessage(edit.message);
    await applyGolden(edit);
  },
  // A page asks for places of its workspace only.
  openPlace: ({ file, line }) => workspace.getWorkspaceFolder(Uri.file(file)) && window.showTextDocument(Uri.file(file), { preview: true, selection: new Range(line, 0, line, 0), viewColumn: ViewColumn.Beside }),
  copyLink: async ({ state }) => {
    await env.clipboard.writeText(linkTo(state));
    void window.setStatusBarMessage("Link to this comparison copied", 3000);
  },
});

/** A new file is written; a change of one that is there is not saved: a person looks at it, and saves or undoes it. */
async function applyGolden({ files, line }: Extract<GoldenEdit, { files: unknown }>): Promise<void> {
  const edit = new WorkspaceEdit();
  for (const { file, text } of files) {
    const uri = Uri.file(file);
    const known = await Promise.resolve(workspace.openTextDocument(uri)).catch(() => undefined);
    if (known) edit.replace(uri, new Range(0, 0, known.lineCount, 0), text);
    else edit.createFile(uri, { contents: Buffer.from(text) });
  }
  await workspace.applyEdit(edit);
  const [golden] = files;
  if (golden) await window.showTextDocument(Uri.file(golden.file), { viewColumn: ViewColumn.Beside, preview: false, selection: new Range(line, 0, line, 0) });
}

/** A link that a note can hold, in this editor's own files. */
export function linkTo(state: ComparisonState): string {
  return `command:llmops.openComparison?${encodeURIComponent(JSON.stringify([state]))}`;
}

function runsOf(nodes: readonly unknown[]): Extract<ExperimentNode, { kind: "trackedRun" }>[] {
  return nodes.filter((node): node is Extract<ExperimentNode, { kind: "trackedRun" }> => (node as ExperimentNode | undefined)?.kind === "trackedRun");
}

async function recentRuns(experiments: Experiments): Promise<{ folder: string; run: RunHead }[]> {
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.toString());
  const runs = await Promise.all(folders.map(async (folder) => (await experiments.ask<RunHead[] | null>(folder, { kind: "recent", limit: OFFERED })) ?? []));
  // Folders of one repository share a store.
  const seen = new Set<string>();
  return folders.flatMap((folder, index) => runs[index]!.filter(({ key }) => !seen.has(key) && seen.add(key)).map((run) => ({ folder, run })));
}

function pickItem({ folder, run }: { folder: string; run: RunHead }) {
  return {
    label: `${run.key.slice(0, 8)} ${run.name}`,
    description: [run.standing, run.commit && `${run.commit.slice(0, 7)}${run.dirty ? "*" : ""}`, ago(Date.now() - run.startedAt)].filter(Boolean).join(" · "),
    folder,
    run,
  };
}
