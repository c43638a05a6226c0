import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onExit } from "./cleanup.ts";
import { minutes, mochaOn, parts, runSuite, seconds, type Suite, tryBuild, unitParts } from "./suite.ts";
import { add, describeTotals, type Totals } from "./totals.ts";

const linux = process.platform === "linux";

/** Processes of a suite that run at once: as many as a small machine has cores. */
const AT_ONCE = 2;
/** More than run at once: whichever core is free takes the next. */
const UNIT_PARTS = 8;
const UI_PARTS = 4;

/** The processes of each suite, two of which run side by side. */
const suites: Readonly<Record<string, readonly Suite[]>> = {
  lint: [{ args: ["node_modules/eslint/bin/eslint.js", "."], timeoutMs: 5 * minutes, counts: false }],
  types: [
    { args: ["node_modules/typescript/bin/tsc", "--noEmit"], timeoutMs: 5 * minutes, counts: false },
    { args: ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "src/webview"], timeoutMs: 5 * minutes, counts: false },
  ],
  unit: unitParts(UNIT_PARTS).map((args) => ({ args, timeoutMs: 15 * minutes, counts: true, beside: true })),
  host: [{ args: [linux ? "test/harness/runHost.ts" : "test/harness/runElectron.ts"], timeoutMs: 15 * minutes, counts: true }],
  ui: parts("test/ui/!(start).test.ts", UI_PARTS).map((files) => ({ args: mochaOn(...files), timeoutMs: 20 * minutes, counts: true, beside: true })),
  // It builds what the others run: by itself.
  start: [{ args: mochaOn("test/ui/start.test.ts"), timeoutMs: 5 * minutes, counts: true }],
};

const oneFailed: Totals = { passed: 0, failed: 1, skipped: 0 };
const oneSkipped: Totals = { passed: 0, failed: 0, skipped: 1 };

/**
 * Builds and runs the named suites, all by default; ends with the line "N passed, N failed" over all of them.
 * Returns the exit code: 0 passed, 1 something failed, 2 an unknown name.
 */
export async function runAll(chosen: readonly string[]): Promise<number> {
  const unknown = chosen.filter((name) => !(name in suites));
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(", ")}. The suites are ${Object.keys(suites).join(", ")}.`);
    return 2;
  }
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "llmops-tests-"));
  const removeFolder = onExit(() => rmSync(folder, { recursive: true, force: true }));
  const totals = add(await runSuites(chosen.length > 0 ? chosen : Object.keys(suites), folder));
  removeFolder();
  console.log(`\nTook ${seconds(started)}\n${describeTotals(totals)}`);
  return totals.failed > 0 || totals.passed === 0 ? 1 : 0;
}

/** First those that only read the source, side by side; then the others, one after the other. */
async function runSuites(names: readonly string[], folder: string): Promise<Totals[]> {
  const built = await tryBuild();
  const run = async (name: string) => {
    const processes = suites[name] ?? [];
    const waiting = processes.entries();
    const results: Totals[] = [];
    const work = async () => {
      for (const [index, one] of waiting) results.push(await runSuite(processes.length > 1 ? `${name} ${index + 1} of ${processes.length}` : name, one, folder));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return add(results);
  };
  const counts = (name: string) => suites[name]?.some((part) => part.counts);
  const results = await Promise.all(names.filter((name) => !counts(name)).map(run));
  if (!built) results.push(oneFailed);
  for (const name of names.filter(counts)) {
    const obstacle = obstacleTo(name, built);
    if (obstacle) console.log(`\n── ${name}: skipped, ${obstacle}`);
    results.push(obstacle ? oneSkipped : await run(name));
  }
  return results;
}

function obstacleTo(name: string, built: boolean): string | undefined {
  if (!built && name !== "unit") return "the build failed";
  if ((name === "ui" || name === "start") && !linux) return "VS Code's server is only used on Linux";
  return undefined;
}
