import * as vscode from "vscode";

/** The uri of a file of the workspace that the suite runs in. */
export function workspaceFile(path: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error("The window has no workspace.");
  return vscode.Uri.joinPath(folder.uri, path);
}

/** Opens a file of the workspace in an editor. */
export async function openFile(path: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(workspaceFile(path)));
}

/** Replaces a line, counted from 1, and saves as a person does. */
export async function replaceLineAndSave(editor: vscode.TextEditor, line: number, text: string): Promise<void> {
  await editor.edit((edit) => edit.replace(editor.document.lineAt(line - 1).range, text));
  await editor.document.save();
}

/** Our diagnostics of a file. */
export function diagnosticsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "LLMOps");
}

/**
 * Asks again and again until `ask` returns something other than undefined or false, and returns it.
 * @param what completes the sentence "Waited … s for" of the error after `ms` milliseconds.
 */
export async function until<T>(what: string, ask: () => T | Promise<T>, ms = 15_000): Promise<Exclude<T, undefined | false>> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`Waited ${ms / 1000} s for ${what}`);
}

export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension("llmops.llmops");
  if (found === undefined) throw new Error("The extension is not installed.");
  return found;
}
