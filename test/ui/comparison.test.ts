import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FrameLocator } from "playwright-core";
import { isAccessible } from "./accessible.ts";
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
    for (const theme of ["light", "dark"] as const) {
      await workbench.useTheme(theme);
      await isAccessible(page);
      await workbench.screenshot(`comparison-${theme}`);
    }
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
    await isAccessible(workbench.page);
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
    await isAccessible(page);
    for (const format of ["PNG", "SVG"]) {
      await comparison.getByRole("button", { name: `Export ${format}` }).click();
      await page.locator(".quick-input-widget .monaco-button", { hasText: "OK" }).click();
      await workbench.toast(`scatter-tokens-accuracy.${format.toLowerCase()} is written`).waitFor();
    }
    assert.deepEqual([...readFileSync(join(workspace.folder, "scatter-tokens-accuracy.png")).subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
    assert.match(readFileSync(join(workspace.folder, "scatter-tokens-accuracy.svg"), "utf8"), /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*stroke="rgb/);
  });

  it("are all in a table, filtered by the language of the terminal", async () => {
    const { workbench, workspace } = window;
    const { page } = workbench;
    const cli = (...args: string[]) => execFileSync(process.execPath, [join(root, "dist/engine.js"), ...args], { cwd: workspace.folder, encoding: "utf8" }).trim();
    const run = cli("run", "start", "--name", "tuning", "--kind", "train", "--param", "lr=0.1");
    execFileSync(process.execPath, [join(root, "dist/engine.js"), "run", "log", run, "--stdin"], { cwd: workspace.folder, input: Array.from({ length: 300 }, (_, step) => JSON.stringify({ metrics: { loss: 1 / (1 + step / 20) }, step })).join("\n"), stdio: ["pipe", "ignore", "inherit"] });
    cli("run", "artifact", run, "README.md");
    cli("run", "end", run);
    await workbench.command("LLMOps: Show All Runs");
    const runs = workbench.webview();
    const rows = runs.locator(".gridRow");
    await rows.filter({ hasText: "tuning" }).waitFor();
    await isAccessible(page);
    await workbench.screenshotThemes("runs-table");
    await runs.getByLabel("Filter").fill("metrics.accuracy > ");
    await runs.locator("#mistake", { hasText: "At character" }).waitFor();
    await runs.getByLabel("Filter").fill("params.lr = '0.1'");
    await runs.getByText("1 run", { exact: true }).waitFor();
    await rows.first().locator("[role=gridcell]").first().click();
    await page.keyboard.press("Enter");
    const one = workbench.webview();
    await one.locator(".artifacts button", { hasText: "README.md" }).click();
    await page.locator('.tab.active[data-resource-name="README.md"]').waitFor();
    await page.locator('.tab.active[data-resource-name="README.md"] .tab-actions a').click();
    await one.getByRole("tab", { name: "Charts" }).click();
    await one.getByRole("button", { name: "by step" }).click();
    await one.locator("svg.chart path.line").waitFor();
    await isAccessible(page);
    await workbench.screenshotThemes("run-curve");
  });

  it("are in the side bar, in groups", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.openContainer("LLMOps");
    await page.locator(".pane-header", { hasText: "Experiments" }).click();
    const rows = workbench.viewRows("Experiments");
    await rows.filter({ hasText: "evals/support" }).first().click();
    await rows.filter({ hasText: "regression" }).first().waitFor();
    await workbench.screenshotThemes("experiments");
  });

  it("can be read in high contrast", async () => {
    const { workbench } = window;
    const { page } = workbench;
    const rows = workbench.viewRows("Experiments");
    await rows.filter({ hasText: "regression" }).first().click();
    await rows.filter({ hasText: "passed" }).first().click({ modifiers: ["Control"] });
    await rows.filter({ hasText: "passed" }).first().click({ button: "right" });
    // A menu takes no click while it opens.
    const item = page.locator(".monaco-menu .action-label", { hasText: "Compare Selected Runs" });
    await item.waitFor();
    while (await item.isVisible()) await item.click({ timeout: 500 }).catch(() => {});
    const comparison = workbench.webview();
    await comparison.getByRole("tab", { name: "Overview" }).click();
    await comparison.locator("tr", { hasText: "accuracy" }).first().waitFor();
    for (const theme of ["dark", "light"] as const) {
      await page.emulateMedia({ forcedColors: "active", colorScheme: theme });
      await page.locator(`.monaco-workbench.${theme === "dark" ? "hc-black" : "hc-light"}`).waitFor();
      await isAccessible(page);
      await workbench.screenshot(`comparison-high-contrast-${theme}`);
    }
  });
});
