import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { launchBrowser } from "../harness/chromium.ts";
import { root } from "../harness/paths.ts";
import { startServer } from "../harness/server.ts";
import { Workbench } from "../harness/workbench.ts";
import { copyWorkspace } from "../harness/workspace.ts";
import { pipelineYaml } from "../unit/pipeline/support.ts";
import type { Row } from "./measure.ts";

/** Ten seconds of 100,000 lines each. */
const NOISE = `const line = "a line of a log, as long as many are\\n".repeat(10000); let left = 100; const timer = setInterval(() => { process.stdout.write(line); if (--left === 0) clearInterval(timer); }, 100);`;

/** How long a step that writes 100,000 lines a second blocks the extension host of a real VS Code, beside the same window at rest. */
export async function noisyRows(): Promise<Row[]> {
  const workspace = copyWorkspace(join(root, "samples/support"));
  writeFileSync(join(workspace.folder, "noise.cjs"), NOISE);
  writeFileSync(join(workspace.folder, "llmops.yaml"), pipelineYaml([`{ name: noisy, trigger: manual, steps: [{ name: s, command: '"${process.execPath}" noise.cjs' }] }`]));
  workspace.git("add", ".");
  workspace.git("commit", "-qm", "Noise");
  const browser = await launchBrowser();
  const server = await startServer({ extensions: [root, join(root, "test/bench/probe")] });
  try {
    const workbench = await Workbench.open(server, browser, { folder: workspace.folder });
    const { page } = workbench;
    const measured = async (): Promise<{ maxMs: number; p99Ms: number }> => {
      await workbench.command("Probe: End");
      await sleep(500);
      return JSON.parse(readFileSync(join(workspace.folder, "probe.json"), "utf8")) as { maxMs: number; p99Ms: number };
    };
    await workbench.openContainer("LLMOps");
    await workbench.viewRows("Pipeline").filter({ hasText: "noisy" }).waitFor();
    await sleep(3000);
    await workbench.command("Probe: Begin");
    await sleep(8000);
    const rest = await measured();

    await workbench.command("LLMOps: Run Stage…");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "noisy" }).click();
    await page.locator(".monaco-dialog-box .monaco-button", { hasText: /^Run$/ }).click();
    await workbench.command("Output: Focus on Output View");
    await workbench.command("Probe: Begin");
    await workbench.viewRows("Pipeline").filter({ hasText: "noisy" }).filter({ hasText: "passed" }).waitFor({ timeout: 60_000 });
    const noisy = await measured();
    return [{ what: "a step that writes 100,000 lines a second: the extension host's event loop is blocked for at most (p99)", value: `${noisy.p99Ms.toFixed(1)} ms; once ${noisy.maxMs.toFixed(1)} ms`, peer: `at rest ${rest.p99Ms.toFixed(1)} ms; once ${rest.maxMs.toFixed(1)} ms`, limit: "20 ms", ratio: noisy.p99Ms / 20 }];
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
  }
}
