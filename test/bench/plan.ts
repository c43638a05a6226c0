/** How much is measured. */
export interface Plan {
  /** Runs of what takes less than a second, whose median counts. */
  readonly runs: number;
  /** Runs of what takes seconds. */
  readonly slowRuns: number;
  /** Cases of a small and of a large table. */
  readonly tables: readonly [number, number];
  /** Whether peers that take a minute are measured too. */
  readonly slowPeers: boolean;
}

/** For docs/figures.md. */
export const WHOLE: Plan = { runs: 7, slowRuns: 5, tables: [20_000, 100_000], slowPeers: true };

/** What continuous integration has time for. */
export const SHORT: Plan = { runs: 3, slowRuns: 1, tables: [2_000, 10_000], slowPeers: false };
