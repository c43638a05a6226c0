import { appendFileSync, existsSync, readFileSync } from "node:fs";

/**
 * Skips tests against a partner that cannot be had here, and says so: on the way, and to the file that
 * `$TEST_PARTNERS` names, from which a run's last lines are made.
 */
export function skipPartner(test: Mocha.Context, partner: string, why: string): never {
  const line = `${partner}: skipped, ${why}`;
  console.log(`      ${line}`);
  if (process.env.TEST_PARTNERS) appendFileSync(process.env.TEST_PARTNERS, `${line}\n`);
  return test.skip();
}

/** What was skipped in a run, a line a partner. */
export function skippedPartners(file: string): string[] {
  return existsSync(file) ? [...new Set(readFileSync(file, "utf8").split("\n").filter(Boolean))] : [];
}
