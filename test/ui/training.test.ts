import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../harness/paths.ts";
import { useWindow } from "../harness/uiSuite.ts";

describe("a training from the palette", () => {
  const window = useWindow(join(root, "samples/training"));
  const row = (question: string, answer: string) => JSON.stringify({ messages: [{ role: "system", content: "Sort tickets." }, { role: "user", content: question }, { role: "assistant", content: answer }] });

  before(() => {
    // Slow enough to be seen.
    const config = join(window.workspace.folder, "llmops.yaml");
    writeFileSync(config, readFileSync(config, "utf8").replace("minImprovement: 1pt", "minImprovement: 1pt\n    hyperparameters: { n_epochs: 40 }").replace(/pipeline:[\s\S]*/, ""));
    window.workspace.git("commit", "--quiet", "--all", "--message", "Longer, and by hand");
  });

  it("finds what must not be learnt at its line, once the data is saved", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.openFile("data/train.jsonl");
    const exam = readFileSync(join(window.workspace.folder, "evals/tickets/tests.csv"), "utf8").split("\n").find((line) => !line.includes('"') && line.startsWith("t"))!.split(",")[1]!;
    await workbench.goToLine(121);
    await page.keyboard.insertText(`${row(exam, "network")}\n${row("My mouse is dead.", "hardware")}\n${row("My mouse is dead.", "access")}\n`);
    await workbench.save();
    await workbench.squiggles("error").first().waitFor({ timeout: 30_000 });
    const problems = await workbench.problems();
    await problems.filter({ hasText: "a case of evals/tickets" }).first().waitFor();
    await problems.filter({ hasText: "is answered otherwise in line 122" }).first().waitFor();
    await workbench.screenshotThemes("training-data");
    await workbench.command("LLMOps: Check Training Data");
    await workbench.toast(/Nothing is trained with this data: 123 rows.*1 × leakage \(error\)/).waitFor();
    await workbench.screenshot("training-checked");
  });

  it("shows how far it is, compares the new model with the one in use, and offers to promote what is better", async () => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.command("Notifications: Clear All Notifications");
    await workbench.openFile("data/train.jsonl");
    await workbench.goToLine(121);
    for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Delete");
    await workbench.save();
    await workbench.squiggles("error").first().waitFor({ state: "detached", timeout: 30_000 });
    await workbench.command("LLMOps: Start Training…");
    await workbench.toast(/Training tickets.*training \d+ %/).waitFor({ timeout: 30_000 });
    await workbench.screenshotThemes("training-progress");
    const notice = workbench.toast(/Training tickets: accuracy 31\.7.% → 8\d\.\d.%\. ft:sandbox-small:.* is better than the model in use/);
    await notice.waitFor({ timeout: 60_000 });
    await workbench.screenshot("training-better");
    await notice.locator(".monaco-button", { hasText: "Promote to staging…" }).click();
    const question = page.locator(".monaco-dialog-box");
    await question.waitFor();
    await workbench.screenshot("training-promote");
    await question.locator(".monaco-button", { hasText: "Promote" }).first().click();
    // A promotion is a run of the pipeline, whose definition has not run here.
    await question.filter({ hasText: "Run this pipeline here for the first time?" }).locator(".monaco-button", { hasText: "Run" }).first().click();
    await workbench.openContainer("LLMOps");
    await workbench.viewRows("Environments").filter({ hasText: "staging" }).filter({ hasText: "just now" }).waitFor({ timeout: 30_000 });
  });

  it("has a page with the decision and its evidence", async () => {
    const { workbench } = window;
    await workbench.command("LLMOps: Show Training…");
    const page = workbench.webview();
    await page.locator("h1", { hasText: "tickets@1" }).waitFor();
    assert.match(await page.locator("body").innerText(), /accuracy.*31\.7.% → 8\d\.\d.%.*\(one-sided 95 %\)/);
    await workbench.screenshotThemes("training-page");
  });

  it("says that nothing is new, and is cancelled where a person wants it", async () => {
    const { workbench } = window;
    await workbench.command("LLMOps: Start Training…");
    const known = workbench.toast(/Nothing is new: [0-9a-f]{8} was trained with the same data/);
    await known.waitFor();
    await known.locator(".monaco-button", { hasText: "Train Again" }).click();
    const progress = workbench.toast(/Training tickets.*training \d+ %/);
    await progress.waitFor({ timeout: 30_000 });
    await progress.locator(".monaco-button", { hasText: "Cancel" }).click();
    await progress.waitFor({ state: "detached", timeout: 30_000 });
  });
});
