import { commands, type ExtensionContext, window } from "vscode";

/** In a browser without a machine behind it there is no disk and no process: it says so where one asks. */
export function activate(context: ExtensionContext): void {
  const { contributes } = context.extension.packageJSON as { contributes: { commands: readonly { command: string }[] } };
  const explain = () => window.showInformationMessage("LLMOps runs suites on the disk of a machine. Open this folder in VS Code on a desktop, or over a remote connection.");
  for (const { command } of contributes.commands) context.subscriptions.push(commands.registerCommand(command, explain));
}
