import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FrameLocator } from "playwright-core";
import { useWindow } from "../harness/uiSuite.ts";

describe("runs side by side", () => {
  const window = useWindow("sample");

  /** Takes lines away from the prompt, and waits until that is judged. */
  async function edit(line: string, lines: number, verdict: string): Promise<void> {
    const { workbench, workspace } = window;
    const text = readFileSync(join(workspace.folder, "prompts/triage.txt"), "utf8").split("\n");
    await workbench.openFile("prompts/triage.txt");
    await workbench.goToLine(text.findIndex((candidate) => candidate.includes(line)) + 1);
    for (let i = 0; i < lines; i++) await workbench.page.keyboard.press("Shift+ArrowDown");
    await workbench.page.keyboard.press("Delete");
    await workbench.save();
    await workbench.statusBar(verdict).waitFor();
  }

  it("are chosen from the palette, and drawn with what changed", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await edit("-> refund", 1, "LLMOps");
    await edit("-> refund", 4, "broke");
    await workbench.command("LLMOps: Compare Runs…");
    const rows = page.locator(".quick-input-list .monaco-list-row");
    await rows.nth(1).waitFor();
    await workbench.screenshotThemes("compare-runs-pick");
    for (const index of [0, 1]) await rows.nth(index).click();
    await page.locator(".quick-input-widget .monaco-button", { hasText: "OK" }).click();
    const comparison: FrameLocator = workbench.webview();
    await comparison.locator(".conclusion").waitFor();
    assert.match(await comparison.locator(".conclusion").innerText(), /inner: /);
    await comparison.locator("tr", { hasText: "accuracy" }).first().waitFor();
    await comparison.locator(".diff .removed").first().waitFor();
    await workbench.screenshotThemes("comparison");
  });

  it("have their cases beside each other, with what broke first and by which words", async () => {
    const { workbench } = window;
    const comparison = workbench.webview();
    await comparison.getByRole("tab", { name: "Cases" }).click();
    const rows = comparison.locator(".gridRow");
    await rows.filter({ hasText: "broke" }).first().waitFor();
    assert.match(await rows.first().innerText(), /broke/);
    await comparison.getByRole("button", { name: /^fixed/ }).click();
    await rows.filter({ hasText: "fixed" }).first().waitFor();
    await comparison.getByRole("button", { name: /^broke 1/ }).click();
    await comparison.getByRole("searchbox").fill("refund");
    await rows.filter({ hasText: "refund" }).first().waitFor();
    await rows.first().locator("[role=gridcell]").first().click();
    await workbench.page.keyboard.press("Enter");
    await comparison.locator(".details ins").first().waitFor();
    await comparison.getByPlaceholder("Comment").last().fill("The example was the only one with jeans.");
    await workbench.page.keyboard.press("Enter");
    await comparison.locator(".comment", { hasText: "jeans" }).waitFor();
    await workbench.screenshotThemes("comparison-cases");
  });
});
