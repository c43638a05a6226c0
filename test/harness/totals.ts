import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** How many tests of a suite ended how. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Reads what a suite's run has written, or nothing when it ended before it could. */
export function readTotals(file: string): Totals | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Totals) : undefined;
}

export function writeTotals(file: string, totals: Totals): void {
  writeFileSync(file, JSON.stringify(totals));
}

export function add(all: readonly Totals[]): Totals {
  const sum = (key: keyof Totals): number => all.reduce((total, one) => total + one[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** "12 passed, 0 failed", and ", 1 skipped" when any were. */
export function describeTotals({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
