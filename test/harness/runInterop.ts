import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onExit } from "./cleanup.ts";
import { skippedPartners } from "./partners.ts";
import { minutes, mochaOn, runSuite, tryBuild } from "./suite.ts";
import { describeTotals, type Totals } from "./totals.ts";

/**
 * Builds and runs tests that CI runs after the others: those against real partners, and simulations. Its last lines are the partners that were skipped, each with why,
 * and "N passed, N failed[, N skipped]". Returns the exit code: a partner that cannot be had is no failure.
 */
export async function runInterop(files: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "llmops-interop-"));
  const removeFolder = onExit(() => rmSync(folder, { recursive: true, force: true }));
  const partners = join(folder, "partners.txt");
  const suite = { args: mochaOn(...files), timeoutMs: 45 * minutes, counts: true, env: { TEST_PARTNERS: partners } };
  const totals: Totals = (await tryBuild()) ? await runSuite("interop", suite, folder) : { passed: 0, failed: 1, skipped: 0 };
  const skipped = skippedPartners(partners);
  removeFolder();
  console.log(["", ...skipped, describeTotals(totals)].join("\n"));
  return totals.failed > 0 ? 1 : 0;
}
