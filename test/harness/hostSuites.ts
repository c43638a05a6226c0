import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildHostTests } from "../../scripts/build.mjs";
import { fixture, root } from "./paths.ts";
import { add, describeTotals, readTotals, writeTotals, type Totals } from "./totals.ts";
import { copyWorkspace } from "./workspace.ts";

/** Milliseconds for one suite, the start of its window included. */
export const suiteLimit = 300_000;

/** The built module that an extension host loads as its tests. */
export const testsModule = join(root, "out/test/host/index.js");

export interface HostRun {
  readonly suite: string;
  /** The workspace to open: a copy of the suite's fixture. */
  readonly folder: string;
  /** What test/host/index.ts needs in the extension host's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs one suite in an extension host. Resolves with its exit code, or with what ended it instead. */
export type RunSuite = (run: HostRun) => Promise<number | string>;

/**
 * Builds the extension-host tests and runs the suites named on the command line, all by default. Each folder of
 * test/host is a suite, and has a window of its own on a copy of the fixture workspace of the same name. Writes the
 * totals to the file `$TEST_TOTALS`, else prints them, and sets this process's exit code.
 */
export async function runSuites(runSuite: RunSuite): Promise<void> {
  await buildHostTests();
  const results: Totals[] = [];
  for (const suite of chosenSuites()) {
    console.log(`\n${suite}`);
    results.push(await runOne(suite, runSuite));
  }
  const totals = add(results);
  if (process.env.TEST_TOTALS) writeTotals(process.env.TEST_TOTALS, totals);
  else console.log(describeTotals(totals));
  process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
}

function chosenSuites(): string[] {
  const folders = readdirSync(join(root, "test/host"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const all = folders.map((entry) => entry.name);
  for (const name of all) {
    if (!existsSync(fixture(name))) throw new Error(`test/host/${name} has no fixture workspace: test/fixtures/${name} is missing.`);
  }
  const chosen = process.argv.slice(2);
  return all.filter((name) => chosen.length === 0 || chosen.includes(name));
}

/** A host that ends without a result counts as one failure: one that crashes reports the exit code of success. */
async function runOne(suite: string, runSuite: RunSuite): Promise<Totals> {
  const workspace = copyWorkspace(fixture(suite));
  const totalsFile = join(workspace.folder, "../totals.json");
  try {
    const ended = await runSuite({ suite, folder: workspace.folder, env: { TEST_SUITE: suite, TEST_TOTALS: totalsFile } });
    const totals = readTotals(totalsFile) ?? { passed: 0, failed: 0, skipped: 0 };
    if (totals.failed > 0 || (totals.passed > 0 && ended === 0)) return totals;
    console.log(`The extension host of "${suite}" ended without a full result (${ended}). See test-artifacts for its logs.`);
    return { ...totals, failed: 1 };
  } finally {
    workspace.remove();
  }
}
