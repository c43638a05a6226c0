import Mocha from "mocha";
import { writeTotals } from "./totals.ts";

/**
 * Mocha's reporter "dot", or "spec" with the reporter option `style=spec`, which at the end also writes the totals
 * to the file that `$TEST_TOTALS` names. "dot" names what was skipped at its end: a comma is seen by nobody.
 */
class TotalsReporter {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    const { style } = (options.reporterOptions ?? {}) as { style?: string };
    const skipped: string[] = [];
    if (style !== "spec") runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    const { stats } = style === "spec" ? new Mocha.reporters.Spec(runner, options) : new Mocha.reporters.Dot(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      for (const title of skipped) console.log(`  skipped: ${title}`);
      if (process.env.TEST_TOTALS) writeTotals(process.env.TEST_TOTALS, { passed: stats.passes, failed: stats.failures, skipped: stats.pending });
    });
  }
}

// Mocha takes a reporter by its default export.
export default TotalsReporter;
