import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { diagnosticsOf, openFile, until, workspaceFile } from "../support.ts";

const PROMPT = "prompts/triage.txt";
const SUITE = "evals/support/promptfooconfig.yaml";

describe("the sample, edited and saved", function () {
  this.timeout(60_000);
  let editor: vscode.TextEditor;
  let original: string;
  /** Without the five examples of one category. */
  let damaged: string;

  const write = async (text: string) => {
    const { document } = editor;
    await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, document.lineCount, 0), text));
    await document.save();
  };
  const regression = () => diagnosticsOf(workspaceFile(PROMPT)).find(({ code }) => code === "regression");
  const lenses = async () => {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", workspaceFile(PROMPT), 50);
    return found.map((lens) => lens.command?.title ?? "");
  };
  const suiteUri = () => workspaceFile(SUITE).toString();

  before(async () => {
    editor = await openFile(PROMPT);
    original = editor.document.getText();
    damaged = original
      .split("\n")
      .filter((line) => !line.includes("-> refund"))
      .join("\n");
    await until("the suite's lens", async () => (await lenses()).some((title) => title.includes("Run")));
  });

  it("underlines the changed line, with the evidence and the broken cases", async () => {
    await write(damaged);
    const found = await until("the regression", regression);
    assert.equal(found.severity, vscode.DiagnosticSeverity.Error);
    assert.match(found.message, /^Regression: accuracy 85\.8\s% → 75\.0\s%/);
    assert.match(found.message, /16 cases broke/);
    assert.equal(found.relatedInformation?.[0]?.location.uri.toString(), workspaceFile("evals/support/tests.csv").toString());
  });

  it("says it in the lens", async () => {
    const titles = await until("the verdict in the lens", async () => {
      const now = await lenses();
      return now.some((title) => title.includes("16 broke")) && now;
    });
    assert.ok(titles.includes("Compare"), titles.join());
  });

  it("offers quick fixes that lead to commands which exist", async () => {
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", workspaceFile(PROMPT), regression()!.range);
    const ours = actions.filter(({ command }) => command?.command.startsWith("llmops."));
    assert.ok(ours.length >= 3, actions.map(({ title }) => title).join());
    const known = new Set(await vscode.commands.getCommands());
    for (const { command } of ours) assert.ok(known.has(command!.command), command!.command);
  });

  it("compares the prompt with its baseline", async () => {
    await vscode.commands.executeCommand("llmops.compareWithBaseline", suiteUri());
    const tab = await until("the comparison", () => {
      const active = vscode.window.tabGroups.activeTabGroup.activeTab;
      return active?.input instanceof vscode.TabInputTextDiff && active;
    });
    const { original: before, modified } = tab.input as vscode.TabInputTextDiff;
    assert.match(tab.label, /^triage\.txt \(.+ ↔ now\)$/);
    assert.equal((await vscode.workspace.openTextDocument(before)).getText(), original);
    assert.equal(modified.toString(), workspaceFile(PROMPT).toString());
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    editor = await openFile(PROMPT);
  });

  it("is clear again once the line is mended", async () => {
    await write(original);
    await until("nothing to be underlined", () => diagnosticsOf(workspaceFile(PROMPT)).length === 0);
  });

  it("hides a kind of annotation that is turned off", async () => {
    await write(damaged);
    await until("the regression", regression);
    const settings = vscode.workspace.getConfiguration("llmops");
    await settings.update("annotations.diagnostics", false, vscode.ConfigurationTarget.Workspace);
    await until("nothing to be underlined", () => !regression());
    await settings.update("annotations.diagnostics", undefined, vscode.ConfigurationTarget.Workspace);
    await until("it to be back", regression);
    await settings.update("annotations.codeLens", false, vscode.ConfigurationTarget.Workspace);
    await until("no lens", async () => (await lenses()).length === 0);
    await settings.update("annotations.codeLens", undefined, vscode.ConfigurationTarget.Workspace);
    await until("lenses", async () => (await lenses()).length > 0);
  });

  it("runs nothing while it is paused", async () => {
    await vscode.commands.executeCommand("llmops.pauseRuns");
    await write(original);
    await until("the lens to say that it is old", async () => (await lenses()).some((title) => title.includes("changed since")));
    await vscode.commands.executeCommand("llmops.resumeRuns");
    await vscode.commands.executeCommand("llmops.runSuite", suiteUri());
    await until("the new verdict", async () => !(await lenses()).some((title) => title.includes("changed since")));
    assert.equal(regression(), undefined);
  });

  it("goes on after the engine was killed", async () => {
    const [engine] = children("engine.js lsp");
    assert.ok(engine, "the engine runs");
    process.kill(engine, "SIGKILL");
    await until("another engine", () => children("engine.js lsp").some((pid) => pid !== engine));
    await until("its lenses", async () => (await lenses()).length > 0);
    await write(damaged);
    await until("the regression", regression);
  });

  it("tells the engine no process to poll", () => {
    const [engine] = children("engine.js lsp");
    assert.doesNotMatch(readFileSync(`/proc/${engine}/cmdline`, "utf8"), /clientProcessId/);
  });

  it("accepts a baseline into the file to commit", async () => {
    const file = workspaceFile("llmops.baseline.json").fsPath;
    const before = existsSync(file) ? readFileSync(file, "utf8") : "";
    await vscode.commands.executeCommand("llmops.engine.accept", suiteUri());
    assert.notEqual(readFileSync(file, "utf8"), before);
    assert.equal(regression(), undefined, "it is compared with itself now");
  });

  it("shows a case's request and response", async () => {
    const cases = await openFile("evals/support/tests.csv");
    cases.selection = new vscode.Selection(3, 0, 3, 0);
    await vscode.commands.executeCommand("llmops.showCaseDetails");
    const document = await until("the document", () => {
      const shown = vscode.window.activeTextEditor?.document;
      return shown?.uri.scheme === "llmops" && shown;
    });
    assert.equal(document.languageId, "markdown");
    assert.match(document.getText(), /^# Case 3\b[\s\S]+Request[\s\S]+chat\/completions[\s\S]+Response/);
  });

  it("checks the set-up", async () => {
    await vscode.commands.executeCommand("llmops.checkSetup");
    const text = await until("the document", () => {
      const shown = vscode.window.activeTextEditor?.document;
      return shown?.uri.path === "/Check Set-up" && shown.getText();
    });
    assert.match(text, /✓ node\s+\d+\.\d+/);
    assert.match(text, /✓ evals\/support\/promptfooconfig\.yaml\s+120 cases/);
  });
});

/** Processes below this one whose command line contains a text. */
function children(text: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const command = readFileSync(join("/proc", name, "cmdline"), "utf8").replaceAll("\0", " ");
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(join("/proc", name, "status"), "utf8"))?.[1]);
      return parent === process.pid && command.includes(text) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
