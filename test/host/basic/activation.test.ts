import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import * as vscode from "vscode";
import { openFile, replaceLineAndSave, until, workspaceFile } from "../support.ts";

describe("the extension host", () => {
  it("activates the extension", async () => {
    const extension = vscode.extensions.getExtension("llmops.llmops");
    assert.ok(extension, "it is not installed");
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it("sets its marks around the loading and the activation, which the bench reads", () => {
    const [loadMs, activateMs] = ["LoadExtensionCode", "ActivateExtension"].map((what) => at(`did${what}`) - at(`will${what}`));
    assert.ok(loadMs !== undefined && loadMs >= 0 && activateMs !== undefined && activateMs >= 0, `${loadMs}, ${activateMs}`);
    if (process.env.TEST_ACTIVATION) writeFileSync(process.env.TEST_ACTIVATION, JSON.stringify({ loadMs, activateMs }));
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

/** Milliseconds of one of VS Code's own performance marks in the extension host; NaN where it is missing. */
function at(mark: string): number {
  const { MonacoPerformanceMarks: marks } = globalThis as { MonacoPerformanceMarks?: { getMarks(): readonly { name: string; startTime: number }[] } };
  return marks?.getMarks().find(({ name }) => name === `code/extHost/${mark}/llmops.llmops`)?.startTime ?? NaN;
}

/** What the test needs of the built-in git extension. */
interface GitExtension {
  getAPI(version: 1): { repositories: { status(): Promise<void>; state: { workingTreeChanges: { uri: vscode.Uri }[] } }[] };
}
