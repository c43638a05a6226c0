import { commands, type ExtensionContext, window, workspace } from "vscode";
import type { Client, Views } from "./client.ts";
import { LazyView } from "./views/lazyView.ts";

/** What makes a workspace one for us. The editor's globs know no braces within braces. */
const SUITES = "**/{promptfooconfig*.yaml,promptfooconfig*.yml,promptfooconfig*.json,*.prompt.yml,*.prompt.yaml,llmops.yaml}";

let client: Promise<Client> | undefined;

/**
 * Does next to nothing: everything else is in `client.js`, loaded when a command is called or when the
 * workspace has suites, after the activation.
 */
export function activate(context: ExtensionContext): void {
  const views: Views = {
    suites: new LazyView("llmops.suites"),
    pipeline: new LazyView("llmops.pipeline"),
    environments: new LazyView("llmops.environments"),
    rollouts: new LazyView("llmops.rollouts"),
    runs: new LazyView("llmops.pipelineRuns"),
    experiments: new LazyView("llmops.experiments", { canSelectMany: true }),
  };
  // Saved before anybody listens: the client has them judged once the engine runs.
  const saved = new Set<string>();
  const saves = workspace.onDidSaveTextDocument(({ uri }) => saved.add(uri.toString()));
  const load = () =>
    (client ??= import("./client.ts").then((module) => {
      const created = module.createClient(context, views, saved);
      saves.dispose();
      return created;
    }));

  const { contributes } = context.extension.packageJSON as { contributes: { commands: readonly { command: string }[] } };
  for (const { command } of contributes.commands) {
    context.subscriptions.push(commands.registerCommand(command, async (...args: unknown[]) => (await load()).execute(command, args)));
  }

  const comparisons = window.registerWebviewPanelSerializer("llmops.comparison", { deserializeWebviewPanel: async (panel, state: unknown) => (await load()).restore(panel, state) });

  const begin = async () => (await load()).begin();
  const watcher = workspace.createFileSystemWatcher(SUITES, false, true, true);
  watcher.onDidCreate(begin);
  context.subscriptions.push(...Object.values(views), comparisons, saves, watcher);
  void workspace.findFiles(SUITES, "**/node_modules/**", 1).then(([found]) => (found ? begin() : commands.executeCommand("setContext", "llmops.empty", true)));
}

export async function deactivate(): Promise<void> {
  await (await client)?.stop();
}
