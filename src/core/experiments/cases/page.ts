import { bodyStarts } from "../../store/experiments/cases.ts";
import type { Store } from "../../store/store.ts";
import { type Piece, wordDiff } from "../text/words.ts";
import { changeOf } from "./order.ts";
import { CASE_VALUES, type CaseColumn, type CaseTable, type CaseValue } from "./table.ts";

/** Characters of an output that a row shows. */
const SHOWN = 300;

export interface CaseCell {
  readonly state: "passed" | "failed" | "error";
  readonly change: "broke" | "fixed" | undefined;
  /** The output's beginning: the baseline's as it is, the others' with what the baseline's does not have. */
  readonly output: readonly Piece[];
  readonly isCut: boolean;
  /** Repeats that passed, and that were judged. */
  readonly passed: number;
  readonly judged: number;
  readonly values: Readonly<Partial<Record<CaseValue, number>>>;
}

export interface CaseRowView {
  readonly id: string;
  /** From 1, as people count; `undefined`: today's suite does not have it. */
  readonly number: number | undefined;
  readonly title: string;
  /** A run at a time; `null`: it did not have the case. */
  readonly cells: readonly (CaseCell | null)[];
}

/** What a title is: of today's suite, else the id stands for it. */
export type TitleOf = (id: string) => { readonly number: number | undefined; readonly title: string };

export function caseRowViews(store: Store, table: CaseTable, baseline: number, places: readonly number[], titleOf: TitleOf): CaseRowView[] {
  const { columns, ids } = table;
  const wanted = new Set(places.flatMap((at) => columns.flatMap((column) => (column?.output[at] ? [column.output[at]!] : []))));
  const starts = bodyStarts(store, [...wanted], SHOWN + 2);
  const textOf = (column: CaseColumn, at: number) => outputStart(starts.get(column.output[at]!));
  return places.map((at) => {
    const base = columns[baseline];
    const before = base && base.repeats[at]! > 0 ? textOf(base, at) : undefined;
    const cells = columns.map((column): CaseCell | null => {
      if (!column || column.repeats[at] === 0) return null;
      const { text, isCut } = textOf(column, at);
      const pass = column.values.pass[at]!;
      const judged = column.repeats[at]! - column.errors[at]!;
      return {
        state: judged === 0 ? "error" : pass >= 0.5 ? "passed" : "failed",
        change: changeOf(base, column, at),
        output: column === base || before === undefined ? [{ text, changed: false }] : wordDiff(before.text, text).after,
        isCut,
        passed: judged === 0 ? 0 : Math.round(pass * judged),
        judged,
        values: Object.fromEntries(CASE_VALUES.flatMap((name) => (Number.isFinite(column.values[name][at]) ? [[name, column.values[name][at]!]] : []))),
      };
    });
    return { id: ids[at]!, ...titleOf(ids[at]!), cells };
  });
}

/** Bodies are JSON: a text stands in quotes there, and may be cut in the middle of an escape. */
function outputStart(start: { body: string; length: number } | undefined): { text: string; isCut: boolean } {
  if (!start) return { text: "", isCut: false };
  const { body, length } = start;
  const isCut = length > body.length;
  if (!isCut) return { text: outputText(body), isCut };
  if (!body.startsWith('"')) return { text: body.slice(0, SHOWN), isCut };
  for (let end = body.length; end > body.length - 12; end--) {
    try {
      return { text: JSON.parse(`${body.slice(0, end)}"`) as string, isCut };
    } catch {
      // One character less: of an escape there may be up to 11 (a pair of surrogates).
    }
  }
  return { text: body.slice(1, SHOWN), isCut };
}

/** An output as people read it: a text as it is, all else as JSON. */
export function outputText(body: string): string {
  const value = JSON.parse(body) as unknown;
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
