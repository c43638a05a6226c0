import { window, workspace, type WorkspaceFolder } from "vscode";

/** The folder that something is written into; a person picks one of several. Says so where there is none. */
export async function chooseFolder(): Promise<WorkspaceFolder | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length === 0) void window.showInformationMessage("Open a folder first.");
  return folders.length > 1 ? window.showWorkspaceFolderPick() : folders[0];
}
