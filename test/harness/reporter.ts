import Mocha from "mocha";
import { writeTotals } from "./totals.ts";

/**
 * Mocha's reporter "dot", or "spec" with the reporter option `style=spec`, which at the end also writes the totals
 * to the file that `$TEST_TOTALS` names.
 */
class TotalsReporter {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    const { style } = (options.reporterOptions ?? {}) as { style?: string };
    const { stats } = style === "spec" ? new Mocha.reporters.Spec(runner, options) : new Mocha.reporters.Dot(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      if (process.env.TEST_TOTALS) writeTotals(process.env.TEST_TOTALS, { passed: stats.passes, failed: stats.failures, skipped: stats.pending });
    });
  }
}

// Mocha takes a reporter by its default export.
export default TotalsReporter;
