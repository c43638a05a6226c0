import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useWindow } from "../harness/uiSuite.ts";
import { ENGINE, withoutRefunds } from "../unit/engine.ts";

describe("the pipeline", () => {
  const window = useWindow("sample");
  const rows = () => window.workbench.viewRows("Pipeline");
  const row = (name: string, text: string | RegExp) => rows().filter({ hasText: name }).filter({ hasText: text }).first();

  /** Commits all changes in the editor's own source-control view. */
  const commit = async (message: string) => {
    const { workbench } = window;
    const { page } = workbench;
    await workbench.openContainer("Source Control");
    // Git looks at the files a moment after they were written.
    await page.locator(".scm-view .monaco-list-row", { hasText: "triage.txt" }).waitFor();
    const input = page.locator(".scm-editor .monaco-editor").first();
    await input.click();
    await page.keyboard.type(message);
    await page.keyboard.press("Control+Enter");
    const stageAll = page.locator(".monaco-dialog-box .monaco-button", { hasText: /^Yes$/ });
    await stageAll.click();
    await workbench.openContainer("LLMOps");
  };

  it("shows its stages, and what each waits for, before anything has run", async () => {
    const { workbench } = window;
    await workbench.openContainer("LLMOps");
    await row("evaluate", "waits for a commit").waitFor();
    await workbench.viewRows("Environments").filter({ hasText: "production" }).filter({ hasText: "nothing yet" }).waitFor();
  });

  it("asks once before it runs a definition here; a commit in the source-control view then starts its stages", async () => {
    const { workbench, workspace } = window;
    const prompt = join(workspace.folder, "prompts/triage.txt");
    writeFileSync(prompt, readFileSync(prompt, "utf8").replace("\n", "\n\n"));
    await commit("A blank line");
    const question = workbench.toast(/The pipeline in llmops\.yaml is to run because of a commit/);
    await question.waitFor();
    await workbench.screenshot("pipeline-consent");
    await question.locator(".monaco-button", { hasText: "Run" }).first().click();
    await row("evaluate", "passed").waitFor({ timeout: 60_000 });
    await row("release", "waits for you").waitFor();
    await workbench.viewRows("Environments").filter({ hasText: "staging" }).filter({ hasText: /[0-9a-f]{7} · just now/ }).waitFor();
    await workbench.screenshotThemes("pipeline-waiting");
  });

  it("moves the version to production when a person approves", async () => {
    const { workbench, workspace } = window;
    const { page } = workbench;
    const notice = workbench.toast("The stage release waits for your approval");
    await notice.waitFor();
    await notice.locator(".monaco-button", { hasText: "Approve…" }).click();
    await page.locator(".quick-input-widget input").first().waitFor();
    await workbench.screenshot("pipeline-approve");
    await page.keyboard.type("good");
    await page.keyboard.press("Enter");
    await row("release", "passed").waitFor({ timeout: 30_000 });
    const head = workspace.git("rev-parse", "--short=7", "HEAD").trim();
    await workbench.viewRows("Environments").filter({ hasText: "production" }).filter({ hasText: head }).waitFor();
    await workbench.toast("is in production. Changes can be compared with it from now on").waitFor();
    await workbench.screenshotThemes("pipeline-released");
    await workbench.command("Notifications: Clear All Notifications");
  });

  it("stops at a bad prompt, with the failing cases one click away", async () => {
    const { workbench, workspace } = window;
    const { page } = workbench;
    const prompt = join(workspace.folder, "prompts/triage.txt");
    writeFileSync(prompt, withoutRefunds(readFileSync(prompt, "utf8")));
    await commit("No examples of refunds");
    await row("evaluate", "regression in accuracy").waitFor({ timeout: 60_000 });
    await row("release", "skipped").or(row("release", "It needs to staging")).waitFor();
    await page.mouse.move(700, 400);
    const evidence = rows().filter({ hasText: "evals/support" }).filter({ hasText: "16 broke" });
    await evidence.waitFor();
    await workbench.screenshotThemes("pipeline-regression");
    await evidence.click();
    await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    await workbench.screenshot("pipeline-evidence");
    await page.keyboard.press("Escape");
  });

  it("keeps the runs, in the records that the terminal reads", async () => {
    const { workbench, workspace } = window;
    await workbench.page.locator(".pane-header", { hasText: "Runs" }).click();
    await workbench.viewRows("Runs").filter({ hasText: "on-commit" }).nth(1).waitFor();
    await workbench.screenshot("pipeline-runs");
    const listed = execFileSync(process.execPath, [ENGINE, "pipeline", "list", "--json"], { cwd: workspace.folder, encoding: "utf8" });
    const { runs } = JSON.parse(listed) as { runs: { commit: string; state: string; trigger: string }[] };
    assert.deepEqual(runs.map(({ state, trigger }) => [state, trigger]), [["failed", "on-commit"], ["passed", "on-commit"]]);
    assert.deepEqual(runs.map(({ commit }) => commit), workspace.git("log", "-2", "--format=%H").trim().split("\n"));
  });

  it("starts nothing when another commit is checked out, shows what ran there, and greys what is about another version", async () => {
    const { workbench, workspace } = window;
    const [worse, better] = workspace.git("log", "-2", "--format=%h").trim().split("\n").map((hash) => hash.slice(0, 7));
    workspace.git("checkout", "-q", "HEAD~1");
    await row("evaluate", "passed").waitFor();
    workspace.git("checkout", "-q", "HEAD~1");
    await row("evaluate", new RegExp(`from (${worse}|${better})`)).waitFor();
    await workbench.screenshotThemes("pipeline-stale");
    assert.equal(await workbench.viewRows("Runs").filter({ hasText: "on-commit" }).count(), 2);
  });
});
