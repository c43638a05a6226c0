import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { useWindow } from "../harness/uiSuite.ts";

const VALUE = "sk-0123456789-secret";

describe("a secret", () => {
  const window = useWindow("basic");
  /** What came in the `Authorization` header of each call. */
  const keys: (string | undefined)[] = [];
  let server: Server;
  let origin: string;

  before(async () => {
    server = createServer((request, response) => {
      keys.push(request.headers.authorization);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "rain on my parcel" } }], usage: { prompt_tokens: 1, completion_tokens: 1 } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = `version: 1\nendpoints:\n  prod: { kind: openai, baseUrl: "${origin}/v1", model: m, apiKey: "\${secret:TEST_KEY}" }\nsuites:\n  - path: evals/promptfooconfig.yaml\n    endpoint: prod\n`;
    writeFileSync(join(window.workspace.folder, "llmops.yaml"), config);
  });
  after(() => server.close());

  it("is kept by the editor, in no file", async () => {
    const { workbench, workspace, server: editor } = window;
    const { page } = workbench;
    // A palette that is opened before the extension is there does not list its commands later.
    await workbench.statusBar("LLMOps").waitFor();
    await workbench.command("LLMOps: Set Secret…");
    await workbench.choose("TEST_KEY");
    const input = page.locator(".quick-input-widget .quick-input-box input");
    await page.locator('.quick-input-widget input[type="password"]').waitFor();
    await input.fill(VALUE);
    await workbench.screenshot("set-secret");
    await input.press("Enter");
    await workbench.toast("The secret TEST_KEY is set").waitFor();
    for (const folder of [workspace.folder, join(editor.dataFolder, "data")]) assert.deepEqual(filesWith(folder, VALUE), []);
  });

  it("is not sent by a save that nobody agreed to, nor asked for", async () => {
    const { workbench } = window;
    await workbench.openFile("prompts/support.txt");
    await workbench.replaceLine(2, "Answer with one word.");
    await workbench.save();
    await workbench.statusBar("endpoint").waitFor();
    assert.equal(await workbench.page.locator(".monaco-dialog-box").count(), 0);
    assert.deepEqual(keys, []);
  });

  it("is sent in a run that a person started, after asking once", async () => {
    const { workbench, workspace, server: editor } = window;
    await workbench.command("LLMOps: Run Suite");
    const dialog = workbench.page.locator(".monaco-dialog-box", { hasText: `Send the secret TEST_KEY to ${origin}?` });
    await dialog.waitFor();
    await workbench.screenshotThemes("send-secret");
    await dialog.locator(".monaco-button", { hasText: "Send" }).click();
    await workbench.statusBar(/LLMOps|broke/).waitFor();
    await until(() => keys.length > 0);
    assert.deepEqual([...new Set(keys)], [`Bearer ${VALUE}`]);
    for (const folder of [workspace.folder, join(editor.dataFolder, "data")]) assert.deepEqual(filesWith(folder, VALUE), []);
  });

  it("goes to that address without asking from then on", async () => {
    const { workbench } = window;
    const before = keys.length;
    await workbench.replaceLine(2, "Answer with one word, please.");
    await workbench.save();
    await until(() => keys.length > before);
    assert.equal(await workbench.page.locator(".monaco-dialog-box").count(), 0);
  });
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("Waited 20 s in vain.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Files below a folder that contain a text. */
function filesWith(folder: string, text: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).filter((file) => readFileSync(file).includes(text));
}
