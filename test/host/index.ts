/** What an extension host loads to run the suite `$TEST_SUITE`: the built tests in the folder of that name. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "node:util";
import type MochaClass from "mocha";

/** Throws when a test fails: the host then ends with an error. */
export async function run(): Promise<void> {
  const { default: Mocha } = await import("mocha");
  printMarked(Mocha);
  const { TEST_SUITE = "", TEST_TOTALS, TEST_GREP } = process.env;
  const mocha = new Mocha({ ui: "bdd", timeout: 20_000, reporter: "spec", color: false, forbidOnly: true, ...(TEST_GREP && { grep: TEST_GREP }) });
  const folder = join(__dirname, TEST_SUITE);
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (file.endsWith(".test.js")) mocha.addFile(join(folder, file));
  }
  const { passes, failures, pending } = await new Promise<Mocha.Stats>((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats as Mocha.Stats));
  });
  // A host that crashes reports success, so that only this file is proof.
  if (TEST_TOTALS) writeFileSync(TEST_TOTALS, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
  if (failures > 0) throw new Error(`${failures} failed`);
}

/** The host's console carries more than the tests' lines, so that ours are marked. */
function printMarked(Mocha: typeof MochaClass): void {
  (Mocha.reporters.Base as unknown as { consoleLog: typeof console.log }).consoleLog = (...values) => {
    const lines = format(...values).split("\n");
    console.log(lines.map((line) => `[test] ${line}`).join("\n"));
  };
}
