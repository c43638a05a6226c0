import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { useWindow } from "../harness/uiSuite.ts";

describe("a prompt that gets worse", () => {
  const window = useWindow("sample");

  /** The first of the five examples of one category, counted from 1. */
  let first: number;

  it("is underlined where it was changed, after a save", async () => {
    const { workbench, workspace } = window;
    const { page } = workbench;
    const lines = readFileSync(join(workspace.folder, "prompts/triage.txt"), "utf8").split("\n");
    first = lines.findIndex((line) => line.includes("-> refund")) + 1;
    await workbench.openFile("prompts/triage.txt");
    // At once: a save while the engine still starts is judged, too.
    await workbench.goToLine(first);
    for (let line = 0; line < 5; line++) await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Delete");
    await workbench.save();
    await workbench.squiggles("error").first().waitFor();
    await workbench.codeLenses().filter({ hasText: "16 broke" }).waitFor();
    await workbench.statusBar("16 broke").waitFor();
    const item = workbench.statusBar("16 broke").locator("a");
    assert.match((await item.getAttribute("aria-label")) ?? "", /^LLMOps: regression, 16 cases broke/);
  });

  it("shows the evidence when one points at it", async () => {
    const { workbench } = window;
    const problems = await workbench.problems();
    await problems.filter({ hasText: "Regression: accuracy" }).first().waitFor();
    await workbench.goToLine(1);
    await workbench.codeLenses().first().waitFor();
    await workbench.screenshotThemes("regression");
    for (const theme of ["light", "dark"] as const) {
      await workbench.useTheme(theme);
      const hover = await hoverSquiggle();
      assert.match((await hover.innerText()).replaceAll("\u00a0", " "), /accuracy 85\.8 % → 75\.0 %[\s\S]*16 cases broke, 3 fixed/);
      await workbench.screenshot(`regression-hover-${theme}`);
      await workbench.page.mouse.move(0, 0);
      await hover.waitFor({ state: "hidden" });
    }
  });

  it("lists every metric on the prompt's first line, and on an instruction how it is kept", async () => {
    const { workbench } = window;
    const { page } = workbench;
    for (const theme of ["light", "dark"] as const) {
      await workbench.useTheme(theme);
      for (const [line, name, text] of [[1, "metrics", /toxicity[\s\S]*json “Answer with JSON only/], [6, "instruction", /^instruction-following of triage[\s\S]*kept by 100\.0 %$/]] as const) {
        await workbench.goToLine(line);
        await page.keyboard.press("Control+k");
        await page.keyboard.press("Control+i");
        const hover = page.locator(".monaco-hover:not(.hidden) .monaco-hover-content", { hasText: "instruction-following" });
        await hover.waitFor();
        assert.match((await hover.innerText()).replaceAll("\u00a0", " ").trim(), text);
        await workbench.screenshot(`hover-${name}-${theme}`);
        await page.keyboard.press("Escape");
        await hover.waitFor({ state: "hidden" });
      }
    }
  });

  async function hoverSquiggle(): Promise<Locator> {
    const { workbench } = window;
    const box = await workbench.squiggles("error").first().boundingBox();
    assert.ok(box);
    await workbench.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const hover = workbench.page.locator(".monaco-hover:not(.hidden) .monaco-hover-content", { hasText: "Regression" });
    await hover.waitFor();
    return hover;
  }

  it("is in the view, worst first, with what can be done", async () => {
    const { workbench } = window;
    await workbench.openContainer("LLMOps");
    const rows = workbench.viewRows("Suites");
    await rows.filter({ hasText: "16 broke" }).first().waitFor();
    await rows.filter({ hasText: "triage-short" }).waitFor();
    await rows.first().hover();
    await workbench.screenshotThemes("suites");
  });

  it("has a list behind the status bar", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.statusBar("16 broke").click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "evals/support" }).waitFor();
    await workbench.screenshotThemes("status-list");
    await page.keyboard.press("Escape");
  });

  it("lists the broken cases, and shows each in its file", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.command("LLMOps: Show Broken Cases");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "refund" }).first().waitFor();
    await page.locator('.tab[data-resource-name="tests.csv"]').waitFor();
    await workbench.screenshotThemes("broken-cases");
    await page.keyboard.press("Escape");
  });

  it("is compared with its baseline", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.openFile("prompts/triage.txt");
    await workbench.command("LLMOps: Compare with Baseline");
    await page.locator(".tab.active", { hasText: "↔ now" }).waitFor();
    await page.locator(".monaco-diff-editor .line-delete, .monaco-diff-editor .char-delete").first().waitFor();
    await workbench.screenshotThemes("compare");
    await page.keyboard.press("Control+F4");
  });

  it("becomes the baseline only when a person accepts it", async () => {
    const { workbench, workspace } = window;
    const { page } = workbench;
    await workbench.openFile("prompts/triage.txt");
    await workbench.command("LLMOps: Accept as Baseline…");
    const dialog = page.locator(".monaco-dialog-box");
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /Regression: accuracy[\s\S]*llmops\.baseline\.json/);
    await workbench.screenshotThemes("accept");
    await dialog.locator(".monaco-button", { hasText: "Cancel" }).click();
    assert.equal(workspace.git("status", "--short", "llmops.baseline.json"), "");
    await workbench.command("LLMOps: Accept as Baseline…");
    await dialog.locator(".monaco-button", { hasText: "Accept" }).click();
    await workbench.toast("Commit llmops.baseline.json").waitFor();
    await workbench.screenshotThemes("accepted");
    assert.match(workspace.git("status", "--short", "llmops.baseline.json"), /^ M/);
    await workbench.squiggles("error").first().waitFor({ state: "hidden" });
    await workbench.statusBar("LLMOps").waitFor();
  });
});
