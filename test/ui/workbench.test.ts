import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { useWindow } from "../harness/uiSuite.ts";

describe("a window on a workspace", () => {
  const window = useWindow("basic");

  it("has the extension", async () => {
    const { workbench } = window;
    await workbench.openContainer("Extensions");
    await workbench.page.locator(".extensions-list .extension-list-item", { hasText: "LLMOps" }).waitFor();
    await workbench.openContainer("Explorer");
  });

  it("edits and saves a prompt", async () => {
    const { workbench, workspace } = window;
    await workbench.openFile("prompts/support.txt");
    await workbench.replaceLine(2, "Answer with one word.");
    await workbench.save();
    assert.equal(readFileSync(join(workspace.folder, "prompts/support.txt"), "utf8").split("\n")[1], "Answer with one word.");
    assert.match(workspace.git("status", "--short"), /^ M prompts\/support\.txt$/m);
    await workbench.screenshotThemes("workbench");
  });
});
