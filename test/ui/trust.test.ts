import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { useWindow } from "../harness/uiSuite.ts";

describe("a workspace that is not trusted", () => {
  const window = useWindow("sample", { workspaceTrust: true });

  it("is neither read nor run, and says so", async () => {
    const { workbench, workspace } = window;
    const { page } = workbench;
    await workbench.openContainer("LLMOps");
    for (const text of ["nothing in it is read or run", "its pipeline is neither read nor run"]) await page.locator(".pane .welcome-view-content", { hasText: text }).waitFor();
    await workbench.openFile("prompts/triage.txt");
    await workbench.replaceLine(1, "You sort letters.");
    await workbench.save();
    await workbench.screenshotThemes("untrusted");
    assert.equal(existsSync(join(workspace.folder, ".llmops")), false);
    assert.equal(await workbench.codeLenses().count(), 0);
  });

  it("is once a person trusts it", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.command("Workspaces: Manage Workspace Trust");
    await page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ }).click();
    await workbench.viewRows("Suites").filter({ hasText: "evals/support" }).waitFor();
  });
});
