import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FrameLocator } from "playwright-core";
import { root } from "../harness/paths.ts";
import { useWindow } from "../harness/uiSuite.ts";

describe("runs side by side", () => {
  const window = useWindow("sample");

  it("are chosen from the palette, and drawn with what changed", async () => {
    const { workbench, workspace } = window;
    const { page } = workbench;
    // One run by the terminal beside the window, one by a save in it.
    execFileSync(process.execPath, [join(root, "dist/engine.js"), "eval"], { cwd: workspace.folder, stdio: "ignore" });
    const lines = readFileSync(join(workspace.folder, "prompts/triage.txt"), "utf8").split("\n");
    await workbench.openFile("prompts/triage.txt");
    await workbench.goToLine(lines.findIndex((line) => line.includes("-> refund")) + 1);
    for (let i = 0; i < 5; i++) await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Delete");
    await workbench.save();
    await workbench.statusBar("16 broke").waitFor();
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

  it("open a case in its suite, and put it into the golden set as an edit", async () => {
    const { workbench } = window;
    const { page } = workbench;
    const comparison = workbench.webview();
    await comparison.getByRole("button", { name: "Open in suite" }).click();
    await page.locator('.tab[data-resource-name="tests.csv"]').waitFor();
    await page.keyboard.press("Control+F4");
    await comparison.getByRole("button", { name: /Add to golden set/ }).first().click();
    await page.locator('.tab[data-resource-name="golden.jsonl"]').waitFor();
    await workbench.screenshot("comparison-golden");
    await page.keyboard.press("Control+F4");
  });

  it("are drawn as charts, and a picture is exported", async () => {
    const { workbench, workspace } = window;
    const { page } = workbench;
    const comparison = workbench.webview();
    await comparison.getByRole("tab", { name: "Charts" }).click();
    for (const [name, title] of [["over commits", /accuracy of evals/], ["distribution over cases", /Distribution of score/], ["two metrics", /accuracy and tokens/]] as const) {
      await comparison.getByRole("button", { name }).click();
      await comparison.getByRole("heading", { name: title }).waitFor();
      await workbench.screenshotThemes(`comparison-chart-${name.replaceAll(" ", "-")}`);
    }
    for (const format of ["PNG", "SVG"]) {
      await comparison.getByRole("button", { name: `Export ${format}` }).click();
      await page.locator(".quick-input-widget .monaco-button", { hasText: "OK" }).click();
      await workbench.toast(`scatter-tokens-accuracy.${format.toLowerCase()} is written`).waitFor();
    }
    assert.deepEqual([...readFileSync(join(workspace.folder, "scatter-tokens-accuracy.png")).subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
    assert.match(readFileSync(join(workspace.folder, "scatter-tokens-accuracy.svg"), "utf8"), /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*stroke="rgb/);
  });
});
