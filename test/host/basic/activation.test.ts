import assert from "node:assert/strict";
import * as vscode from "vscode";
import { openFile, replaceLineAndSave, until, workspaceFile } from "../support.ts";

describe("the extension host", () => {
  it("activates the extension", async () => {
    const extension = vscode.extensions.getExtension("llmops.llmops");
    assert.ok(extension, "it is not installed");
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it("works on a copy of the fixture that git knows", async () => {
    const prompt = "prompts/support.txt";
    await replaceLineAndSave(await openFile(prompt), 2, "Answer with one word.");
    const { exports: git } = vscode.extensions.getExtension<GitExtension>("vscode.git") ?? {};
    const repository = await until("the repository", () => git?.getAPI(1).repositories[0]);
    await repository.status();
    const changed = await until("the change in git", () => repository.state.workingTreeChanges[0]?.uri.fsPath);
    assert.equal(changed, workspaceFile(prompt).fsPath);
  });
});

/** What the test needs of the built-in git extension. */
interface GitExtension {
  getAPI(version: 1): { repositories: { status(): Promise<void>; state: { workingTreeChanges: { uri: vscode.Uri }[] } }[] };
}
