import assert from "node:assert/strict";
import * as vscode from "vscode";
import { extension } from "../support.ts";

interface Manifest {
  readonly enabledApiProposals?: unknown;
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category: string }[];
    readonly menus: Readonly<Record<string, readonly { command: string; when?: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}

describe("what the extension declares", () => {
  let manifest: Manifest;

  before(async () => {
    await extension().activate();
    manifest = extension().packageJSON as Manifest;
  });

  it("is every command that is registered, and no other", async () => {
    await vscode.commands.executeCommand("llmops.showOutput");
    const all = await vscode.commands.getCommands(true);
    // Those of the engine are for lenses and quick fixes; those with a dot are the editor's own, of our views.
    const registered = all.filter((id) => id.startsWith("llmops.") && !/^llmops\.(engine|suites|pipeline|environments|pipelineRuns|rollouts|experiments)\./.test(id));
    const declared = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual(registered.sort(), [...declared].sort());
  });

  it("has the titles of the palette in one category", () => {
    const hidden = new Set(manifest.contributes.menus["commandPalette"]?.filter(({ when }) => when === "false").map(({ command }) => command));
    const shown = manifest.contributes.commands.filter(({ command }) => !hidden.has(command));
    assert.deepEqual([...new Set(manifest.contributes.commands.map(({ category }) => category))], ["LLMOps"]);
    assert.deepEqual(
      shown.map(({ title }) => title).sort(),
      [
        "Abort Rollout…",
        "Accept as Baseline…",
        "Add Endpoint…",
        "Approve…",
        "Cancel Training",
        "Check Set-up (doctor)",
        "Check Training Data",
        "Compare Runs…",
        "Compare with Baseline",
        "Find the Change That Did It",
        "Pause Rollout",
        "Pause Runs on Save",
        "Preview Prompt",
        "Promote Model…",
        "Promote Rollout…",
        "Promote Version…",
        "Reject…",
        "Remove Secret…",
        "Rerun Failed Cases",
        "Resume Rollout",
        "Resume Runs on Save",
        "Run Case at Cursor",
        "Run Pipeline",
        "Run Stage…",
        "Run Suite",
        "Run Suites Affected by This File",
        "Set Secret…",
        "Show All Runs",
        "Show Answers Before and After",
        "Show Broken Cases",
        "Show Output",
        "Show Request and Response",
        "Show Rollout Evidence",
        "Show Training…",
        "Start Canary Rollout…",
        "Start Training…",
        "Test Endpoint",
      ],
    );
  });

  it("uses no proposed API", () => {
    assert.equal(manifest.enabledApiProposals, undefined);
  });

  it("has the settings' defaults", () => {
    const settings = vscode.workspace.getConfiguration();
    for (const [name, { default: value }] of Object.entries(manifest.contributes.configuration.properties)) assert.equal(settings.get(name), value, name);
  });
});
