import { commands, EventEmitter, type ExtensionContext, type TreeDataProvider, window, workspace } from "vscode";
import type { Client } from "./client.ts";
import type { SuitesNode } from "./views/suitesTree.ts";

/** What makes a workspace one for us. The editor's globs know no braces within braces. */
const SUITES = "**/{promptfooconfig*.yaml,promptfooconfig*.yml,promptfooconfig*.json,*.prompt.yml,*.prompt.yaml,llmops.yaml}";

let client: Promise<Client> | undefined;

/**
 * Does next to nothing: everything else is in `client.js`, loaded when a command is called or when the
 * workspace has suites, after the activation.
 */
export function activate(context: ExtensionContext): void {
  const treeChanged = new EventEmitter<SuitesNode | undefined>();
  let tree: Pick<TreeDataProvider<SuitesNode>, "getChildren" | "getTreeItem"> | undefined;
  const view = window.createTreeView<SuitesNode>("llmops.suites", {
    treeDataProvider: {
      onDidChangeTreeData: treeChanged.event,
      getChildren: (node) => tree?.getChildren(node) ?? [],
      getTreeItem: (node) => tree!.getTreeItem(node),
    },
  });
  // Saved before anybody listens: the client has them judged once the engine runs.
  const saved = new Set<string>();
  const saves = workspace.onDidSaveTextDocument(({ uri }) => saved.add(uri.toString()));
  const load = () =>
    (client ??= import("./client.ts").then((module) => {
      const created = module.createClient(context, view, treeChanged, saved);
      saves.dispose();
      tree = created.tree;
      return created;
    }));

  const { contributes } = context.extension.packageJSON as { contributes: { commands: readonly { command: string }[] } };
  for (const { command } of contributes.commands) {
    context.subscriptions.push(commands.registerCommand(command, async (...args: unknown[]) => (await load()).execute(command, args)));
  }

  const begin = async () => (await load()).begin();
  const watcher = workspace.createFileSystemWatcher(SUITES, false, true, true);
  watcher.onDidCreate(begin);
  context.subscriptions.push(view, treeChanged, saves, watcher);
  void workspace.findFiles(SUITES, "**/node_modules/**", 1).then(([found]) => (found ? begin() : commands.executeCommand("setContext", "llmops.empty", true)));
}

export async function deactivate(): Promise<void> {
  await (await client)?.stop();
}
