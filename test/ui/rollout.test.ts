import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { useWindow } from "../harness/uiSuite.ts";
import { Workbench } from "../harness/workbench.ts";
import { ENGINE } from "../unit/engine.ts";

describe("a canary rollout, from the command palette", function () {
  this.timeout(240_000);
  const window = useWindow("sample");
  let workbench: Workbench;
  before(() => ({ workbench } = window));
  after(() => workbench?.close());

  const dialog = () => workbench.page.locator(".monaco-dialog-box");
  const status = (text: RegExp) => workbench.page.locator(".statusbar-item", { hasText: text });
  const rows = () => workbench.viewRows("Rollouts");
  const start = async (version: string) => {
    // Not by "command": the palette does not close, it asks for the version.
    await workbench.page.keyboard.press("F1");
    await workbench.page.keyboard.type("LLMOps: Start Canary Rollout");
    await workbench.page.locator(".quick-input-list .monaco-list-row", { hasText: "Start Canary Rollout…" }).first().waitFor();
    await workbench.page.keyboard.press("Enter");
    await workbench.page.locator(".quick-input-widget", { hasText: "Start Canary Rollout: support" }).waitFor();
    await workbench.page.keyboard.type(version);
    await workbench.page.keyboard.press("Enter");
    await dialog().filter({ hasText: `Roll out support: ${version}?` }).waitFor({ timeout: 60_000 });
  };

  it("says before it begins what it will do, and how long it will take", async () => {
    await workbench.openContainer("LLMOps");
    await rows().filter({ hasText: "support" }).filter({ hasText: "never started" }).waitFor();
    await start("good");
    await dialog().filter({ hasText: /a version as good: rolled back .* promoted after/ }).waitFor();
    await workbench.screenshotThemes("rollout-plan");
    await dialog().locator(".monaco-button", { hasText: "Start" }).click();
    await status(/canary \d+ %/).waitFor();
  });

  it("goes on while the window is closed, and is there when it is opened again", async () => {
    await rows().filter({ hasText: /10 % · step 2 of 5/ }).waitFor({ timeout: 60_000 });
    await workbench.screenshotThemes("rollout-running");
    await workbench.close();
    workbench = await Workbench.open(window.server, window.browser, { folder: window.workspace.folder });
    await status(/canary \d+ %/).waitFor({ timeout: 60_000 });
    await workbench.openContainer("LLMOps");
    await rows().filter({ hasText: /step \d of 5/ }).waitFor();
    await rows().filter({ hasText: "support: good" }).filter({ hasText: "promoted" }).waitFor({ timeout: 180_000 });
    await workbench.screenshotThemes("rollout-promoted");
  });

  it("takes a bad version back by itself, says so, and shows the evidence", async () => {
    await start("bad");
    await dialog().locator(".monaco-button", { hasText: "Start" }).click();
    const notice = workbench.toast(/support: bad was rolled back\. Breach: error-rate/);
    await notice.waitFor({ timeout: 90_000 });
    await rows().filter({ hasText: "support: bad" }).filter({ hasText: "rolled back" }).waitFor();
    await workbench.screenshotThemes("rollout-rolled-back");
    await notice.locator(".monaco-button", { hasText: "Show Evidence" }).click();
    await workbench.page.locator(".view-line", { hasText: "What was done" }).waitFor();
    await workbench.screenshot("rollout-evidence");
  });

  it("is in the records that the terminal reads", () => {
    const { rollouts } = JSON.parse(execFileSync(process.execPath, [ENGINE, "rollout", "history", "--json"], { cwd: window.workspace.folder, encoding: "utf8" })) as { rollouts: { version: string; state: string }[] };
    assert.deepEqual(rollouts.map(({ version, state }) => [version, state]), [["bad", "rolled-back"], ["good", "promoted"]]);
  });
});
