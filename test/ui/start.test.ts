import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../harness/chromium.ts";
import { root } from "../harness/paths.ts";

describe("npm start", () => {
  let child: ChildProcess;
  let browser: Browser;

  after(async () => {
    await browser?.close();
    child?.kill("SIGTERM");
  });

  it("serves the sample in place, and Ctrl+C ends it", async () => {
    child = spawn(process.execPath, [join(root, "scripts/start.mjs")], { env: { ...process.env, BROWSER: "none" }, stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const output = await outputUntil(child, /Ctrl\+C/);
    const address = /http:\S+/.exec(output)?.[0];
    assert.ok(address, output);
    assert.equal(new URL(address).searchParams.get("folder"), join(root, "samples/support"));
    assert.match(output, /Try: .*prompts\/triage\.txt[\s\S]*Undo: +git restore samples\/support/);

    browser = await launchBrowser();
    const page = await browser.newPage();
    await page.goto(address);
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "llmops.yaml" }).waitFor();

    child.kill("SIGINT");
    assert.equal(await ended, 130);
    await assert.rejects(fetch(address));
  });
});

/** What a process prints until `pattern` is in it; all of it when the process ends first. */
function outputUntil(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += String(chunk);
      if (pattern.test(output)) resolve(output);
    });
    child.once("exit", () => resolve(output));
  });
}
