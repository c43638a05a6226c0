import { globSync } from "node:fs";
import { join } from "node:path";
import { build } from "../../scripts/build.mjs";
import { runCommand } from "./command.ts";
import { root } from "./paths.ts";
import { add, describeTotals, readTotals, type Totals } from "./totals.ts";

export interface Suite {
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** Whether it counts its tests and writes the totals to the file `$TEST_TOTALS`; otherwise it is one test. */
  readonly counts: boolean;
  /** It runs beside others: what it says is shown when it has ended. */
  readonly beside?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export const minutes = 60_000;
export const mocha = ["node_modules/mocha/bin/mocha.js", "--reporter", "test/harness/reporter.ts"];

/** Mocha on tests that need more than Node: each is told of, and may take a minute. */
export function mochaOn(...files: string[]): string[] {
  return [...mocha, "--reporter-option", "style=spec", "--no-config", "--timeout", "60000", "--forbid-only", ...files];
}

/** The unit tests in parts: each is a process. */
export function unitParts(count: number): string[][] {
  return parts("test/unit/**/*.test.ts", count).map((files) => [...mocha, "--no-config", "--timeout", "20000", "--forbid-only", ...files]);
}

/** Every so many-th file, in each part from another one on. */
export function parts(files: string, count: number): string[][] {
  const all = globSync(files, { cwd: root }).sort();
  return Array.from({ length: count }, (_, part) => all.filter((_file, index) => index % count === part));
}

const onePassed: Totals = { passed: 1, failed: 0, skipped: 0 };
const oneFailed: Totals = { passed: 0, failed: 1, skipped: 0 };

/** Runs a suite; one that ends badly or without a result counts as a failure. */
export async function runSuite(name: string, { args, timeoutMs, counts, beside = !counts, env }: Suite, folder: string): Promise<Totals> {
  const started = performance.now();
  const totalsFile = join(folder, `${name}.json`);
  if (!beside) heading(name);
  const { code, output, timedOut } = await runCommand(process.execPath, args, { cwd: root, env: { ...env, TEST_TOTALS: totalsFile }, timeoutMs, capture: beside });
  if (beside) {
    heading(name);
    process.stdout.write(output);
  }
  const counted = counts ? readTotals(totalsFile) : code === 0 ? onePassed : oneFailed;
  const complete = counted !== undefined && (counted.failed > 0 || (counted.passed > 0 && code === 0) || (counted.skipped > 0 && code === 0));
  const totals = complete ? counted : add(counted ? [counted, oneFailed] : [oneFailed]);
  const why = timedOut ? `; stopped after ${timeoutMs / minutes} minutes` : complete ? "" : `; ended with exit code ${code} without a full result`;
  console.log(`${name}: ${describeTotals(totals)} (${seconds(started)})${why}`);
  return totals;
}

export async function tryBuild(): Promise<boolean> {
  heading("build");
  try {
    await build();
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

export function heading(name: string): void {
  console.log(`\n── ${name}`);
}

export function seconds(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
