import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onExit } from "./cleanup.ts";
import { minutes, mocha, mochaOn, runSuite, seconds, type Suite, tryBuild } from "./suite.ts";
import { add, describeTotals, type Totals } from "./totals.ts";

const linux = process.platform === "linux";

const suites: Readonly<Record<string, Suite>> = {
  lint: { args: ["node_modules/eslint/bin/eslint.js", "."], timeoutMs: 5 * minutes, counts: false },
  types: { args: ["node_modules/typescript/bin/tsc", "--noEmit"], timeoutMs: 5 * minutes, counts: false },
  unit: { args: mocha, timeoutMs: 15 * minutes, counts: true },
  host: { args: [linux ? "test/harness/runHost.ts" : "test/harness/runElectron.ts"], timeoutMs: 15 * minutes, counts: true },
  ui: { args: mochaOn("test/ui/**/*.test.ts"), timeoutMs: 20 * minutes, counts: true },
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
  const reading = names.filter((name) => !suites[name]?.counts);
  const results = await Promise.all(reading.map((name) => runSuite(name, suites[name] as Suite, folder)));
  if (!built) results.push(oneFailed);
  for (const name of names.filter((name) => suites[name]?.counts)) {
    const obstacle = obstacleTo(name, built);
    if (obstacle) console.log(`\n── ${name}: skipped, ${obstacle}`);
    results.push(obstacle ? oneSkipped : await runSuite(name, suites[name] as Suite, folder));
  }
  return results;
}

function obstacleTo(name: string, built: boolean): string | undefined {
  if (!built && name !== "unit") return "the build failed";
  if (name === "ui" && !linux) return "VS Code's server is only used on Linux";
  return undefined;
}
