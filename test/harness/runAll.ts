import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../scripts/build.mjs";
import { onExit } from "./cleanup.ts";
import { runCommand } from "./command.ts";
import { root } from "./paths.ts";
import { add, describeTotals, readTotals, type Totals } from "./totals.ts";

interface Suite {
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** Whether it counts its tests and writes the totals to the file `$TEST_TOTALS`; otherwise it is one test. */
  readonly counts: boolean;
}

const minutes = 60_000;
const linux = process.platform === "linux";
const mocha = ["node_modules/mocha/bin/mocha.js", "--reporter", "test/harness/reporter.ts"];

const suites: Readonly<Record<string, Suite>> = {
  lint: { args: ["node_modules/eslint/bin/eslint.js", "."], timeoutMs: 5 * minutes, counts: false },
  types: { args: ["node_modules/typescript/bin/tsc", "--noEmit"], timeoutMs: 5 * minutes, counts: false },
  unit: { args: mocha, timeoutMs: 15 * minutes, counts: true },
  host: { args: [linux ? "test/harness/runHost.ts" : "test/harness/runElectron.ts"], timeoutMs: 15 * minutes, counts: true },
  ui: {
    args: [...mocha, "--reporter-option", "style=spec", "--no-config", "--timeout", "60000", "--forbid-only", "test/ui/**/*.test.ts"],
    timeoutMs: 20 * minutes,
    counts: true,
  },
};

const onePassed: Totals = { passed: 1, failed: 0, skipped: 0 };
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
  const results = await Promise.all(reading.map((name) => runSuite(name, folder)));
  if (!built) results.push(oneFailed);
  for (const name of names.filter((name) => suites[name]?.counts)) {
    const obstacle = obstacleTo(name, built);
    if (obstacle) console.log(`\n── ${name}: skipped, ${obstacle}`);
    results.push(obstacle ? oneSkipped : await runSuite(name, folder));
  }
  return results;
}

async function tryBuild(): Promise<boolean> {
  heading("build");
  try {
    await build();
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

function obstacleTo(name: string, built: boolean): string | undefined {
  if (!built && name !== "unit") return "the build failed";
  if (name === "ui" && !linux) return "VS Code's server is only used on Linux";
  return undefined;
}

/** Runs a suite; one that ends badly or without a result counts as a failure. */
async function runSuite(name: string, folder: string): Promise<Totals> {
  const { args, timeoutMs, counts } = suites[name] as Suite;
  const started = performance.now();
  const totalsFile = join(folder, `${name}.json`);
  if (counts) heading(name);
  const { code, output, timedOut } = await runCommand(process.execPath, args, { cwd: root, env: { TEST_TOTALS: totalsFile }, timeoutMs, capture: !counts });
  if (!counts) {
    heading(name);
    process.stdout.write(output);
  }
  const counted = counts ? readTotals(totalsFile) : code === 0 ? onePassed : oneFailed;
  const complete = counted !== undefined && (counted.failed > 0 || (counted.passed > 0 && code === 0));
  const totals = complete ? counted : add(counted ? [counted, oneFailed] : [oneFailed]);
  const why = timedOut ? `; stopped after ${timeoutMs / minutes} minutes` : complete ? "" : `; ended with exit code ${code} without a full result`;
  console.log(`${name}: ${describeTotals(totals)} (${seconds(started)})${why}`);
  return totals;
}

function heading(name: string): void {
  console.log(`\n── ${name}`);
}

function seconds(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
