import { contentHash } from "../../store/store.ts";
import type { Case } from "../model.ts";
import type { Row } from "./rows.ts";
import type { SeriesTally } from "./tally.ts";

/** When a run may end before all of its cases are asked. */
export interface EarlyStop {
  /** Shares of the cases after which it is looked at, ascending, each within 0 … 1. */
  readonly shares: readonly number[];
  /** Whether the cases of a look, with all their runs, have settled the verdict. */
  settles(series: readonly SeriesTally[], look: number): boolean;
}

/**
 * The rows of a run in a random order of their cases, and the first of these as they become complete. Rows go on
 * while a look is awaited: a barrier would leave the endpoint idle.
 */
export class Looks {
  readonly rows: readonly Row[];
  private readonly sizes: readonly number[];
  private readonly order: readonly Case[];
  private readonly rank: ReadonlyMap<Case, number>;
  /** Rows that are not done, by the first look that they are part of; those after the last look at the end. */
  private readonly left: number[];
  private next = 0;

  /** @param seed of the order. */
  constructor(rows: readonly Row[], shares: readonly number[], seed: string) {
    const tests = [...new Set(rows.map(({ test }) => test))];
    const hashes = new Map(tests.map((test) => [test, contentHash(`${seed}\n${test.index}`)]));
    const by = (key: string, other: string) => (key < other ? -1 : key > other ? 1 : 0);
    this.order = tests.sort((a, b) => by(hashes.get(a) ?? "", hashes.get(b) ?? ""));
    this.rank = new Map(this.order.map((test, index) => [test, index]));
    this.sizes = shares.map((share) => Math.floor(share * tests.length));
    this.rows = [...rows].sort((a, b) => this.rankOf(a) - this.rankOf(b) || a.series - b.series);
    this.left = [...this.sizes, tests.length].map(() => 0);
    for (const row of rows) this.left[this.lookOf(row)]!++;
  }

  /** The look that this row completes; `undefined`: none. */
  done(row: Row): number | undefined {
    this.left[this.lookOf(row)]!--;
    let complete: number | undefined;
    while (this.next < this.sizes.length && this.left[this.next] === 0) complete = this.next++;
    return complete;
  }

  casesAt(look: number): ReadonlySet<Case> {
    return new Set(this.order.slice(0, this.sizes[look]));
  }

  /** Rows that a look leaves out. */
  after(look: number): readonly Row[] {
    return this.rows.filter((row) => this.rankOf(row) >= this.sizes[look]!);
  }

  private lookOf(row: Row): number {
    const look = this.sizes.findIndex((size) => this.rankOf(row) < size);
    return look === -1 ? this.sizes.length : look;
  }

  private rankOf({ test }: Row): number {
    return this.rank.get(test) ?? 0;
  }
}
