import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { useWindow } from "../harness/uiSuite.ts";

describe("a folder without suites", () => {
  const window = useWindow("empty");

  it("says what a suite is, and writes one when asked", async () => {
    const { workbench, workspace } = window;
    const { page } = workbench;
    await workbench.openContainer("LLMOps");
    const welcome = page.locator(".pane .welcome-view-content", { hasText: "No suite was found" });
    await welcome.waitFor();
    await workbench.screenshotThemes("welcome");
    await page.locator(".monaco-button", { hasText: "Create a Suite" }).click();
    const dialog = page.locator(".monaco-dialog-box", { hasText: "evals/triage/promptfooconfig.yaml" });
    await dialog.locator(".monaco-button", { hasText: "Create" }).click();
    await page.locator('.tab.active[data-resource-name="triage.txt"]').waitFor();
    assert.ok(existsSync(join(workspace.folder, "llmops.yaml")));
    await workbench.viewRows("Suites").filter({ hasText: "evals/triage" }).waitFor();
  });

  it("passes at once, offline", async () => {
    const { workbench } = window;
    await workbench.command("LLMOps: Run Suite");
    await workbench.viewRows("Suites").filter({ hasText: "passed · 6 cases" }).waitFor();
    await workbench.statusBar("LLMOps").waitFor();
    await workbench.screenshot("created-suite");
  });

  it("shows on the line what an edit breaks, without any commit", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.openFile("prompts/triage.txt");
    await workbench.goToLine(9);
    for (let line = 0; line < 2; line++) await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Delete");
    await workbench.save();
    await workbench.squiggles("error").first().waitFor();
    await workbench.screenshot("created-suite-broken");
  });

  it("gets an endpoint in its llmops.yaml, comments kept", async () => {
    const { workbench, workspace } = window;
    const { page } = workbench;
    await workbench.command("LLMOps: Add Endpoint…");
    await workbench.choose("Sandbox");
    const input = page.locator(".quick-input-widget .quick-input-box input");
    await page.locator(".quick-input-widget", { hasText: "Name of the endpoint" }).waitFor();
    assert.equal(await input.inputValue(), "dev2", "dev is taken");
    await input.press("Enter");
    await page.locator('.tab.active[data-resource-name="llmops.yaml"]').waitFor();
    const text = readFileSync(join(workspace.folder, "llmops.yaml"), "utf8");
    assert.match(text, /dev: \{ kind: sandbox, model: sandbox-small \} # offline and free/);
    assert.match(text, /dev2: \{ kind: sandbox, model: sandbox-small \}/);
    await workbench.toast("The endpoint dev2").locator(".monaco-button", { hasText: "Test Endpoint" }).click();
    await workbench.toast("dev2: answered in").waitFor();
  });
});
