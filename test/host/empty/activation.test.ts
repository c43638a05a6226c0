import assert from "node:assert/strict";
import * as vscode from "vscode";
import { extension, until } from "../support.ts";

/** Milliseconds that loading and activating may take together. */
const LIMIT = 30;

describe("a folder without suites", () => {
  it("does not activate the extension", () => {
    assert.equal(extension().isActive, false);
  });

  it("is left in peace when something activates it", async () => {
    await extension().activate();
    await until("the search for suites", async () => (await vscode.workspace.findFiles("**/*.md", undefined, 1)).length === 1);
    assert.deepEqual(loaded("client.js"), [], "the client is loaded only when it is needed");
  });

  it(`loads and activates within ${LIMIT} ms`, function () {
    const marks = (globalThis as { MonacoPerformanceMarks?: { getMarks(): { name: string; startTime: number }[] } }).MonacoPerformanceMarks?.getMarks() ?? [];
    const time = (name: string) => marks.find((mark) => mark.name === `code/extHost/${name}/llmops.llmops`)?.startTime;
    const between = (what: string) => (time(`did${what}`) ?? NaN) - (time(`will${what}`) ?? NaN);
    const taken = between("LoadExtensionCode") + between("ActivateExtension");
    assert.ok(taken <= LIMIT, `${taken} ms`);
  });

  it("gets a client when a command needs one", async () => {
    await vscode.commands.executeCommand("llmops.showOutput");
    assert.equal(loaded("client.js").length, 1);
  });
});

function loaded(name: string): string[] {
  return Object.keys(require.cache).filter((file) => file.endsWith(`dist/${name}`));
}
