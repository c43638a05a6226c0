import { outputsWith } from "../../store/experiments/cases.ts";
import type { Store } from "../../store/store.ts";
import type { CaseTable } from "./table.ts";

/** Cases looked at before the clock is. */
const CHUNK = 2000;

/** A text is looked for in titles and outputs, in the order of a table; what was found so far can be shown. */
export class CaseSearch {
  private readonly found: number[] = [];
  private next = 0;
  private readonly options: { readonly store: Store; readonly table: CaseTable; readonly order: Int32Array; readonly text: string; readonly titleOf: (at: number) => string };

  constructor(options: CaseSearch["options"]) {
    this.options = options;
  }

  get isDone(): boolean {
    return this.next >= this.options.order.length;
  }

  get places(): readonly number[] {
    return this.found;
  }

  /** Looks on until `enough` says so, or all has been looked at. */
  advance(enough: (found: number) => boolean): void {
    const { store, table, order, text, titleOf } = this.options;
    const lower = text.toLowerCase();
    while (!this.isDone) {
      const chunk = order.subarray(this.next, this.next + CHUNK);
      const outputs = new Set<number>();
      for (const at of chunk) for (const output of outputsAt(table, at)) outputs.add(output);
      const hits = outputsWith(store, [...outputs], text);
      for (const at of chunk) if (outputsAt(table, at).some((output) => hits.has(output)) || titleOf(at).toLowerCase().includes(lower)) this.found.push(at);
      this.next += chunk.length;
      if (enough(this.found.length)) return;
    }
  }
}

function outputsAt({ columns }: CaseTable, at: number): number[] {
  return columns.flatMap((column) => (column ? (column.outputs.get(at) ?? (column.output[at] ? [column.output[at]!] : [])) : []));
}
