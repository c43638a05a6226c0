import type { CaseColumn, CaseTable } from "./table.ts";

export const CASE_FILTERS = ["all", "broke", "fixed", "failed", "errors", "differs"] as const;
export type CaseFilter = (typeof CASE_FILTERS)[number];

/** A condition on a metric in any of the runs. */
export interface CaseCondition {
  readonly metric: string;
  readonly operator: "<" | ">=";
  readonly value: number;
}

export interface CaseSort {
  readonly metric: string;
  /** Index of the run. */
  readonly run: number;
  /** By the change from the baseline instead of the value. */
  readonly change?: boolean;
  readonly descending: boolean;
}

export interface CaseQuery {
  readonly filter?: CaseFilter;
  readonly where?: CaseCondition;
  readonly text?: string;
  /** Without: broken cases first, then fixed ones, then as the suite has them. */
  readonly sort?: CaseSort;
}

/** A metric of a column, NaN where a case has none. */
export type ValuesOf = (column: CaseColumn, metric: string) => Float64Array;

/** The places of the cases that a query asks for, in its order; the text is searched elsewhere. */
export function orderCases(table: CaseTable, baseline: number, { filter = "all", where, sort }: CaseQuery, valuesOf: ValuesOf): Int32Array {
  const { columns, ids } = table;
  const matches = caseFilter(table, baseline, filter);
  const conditions = where ? columns.flatMap((column) => (column ? [valuesOf(column, where.metric)] : [])) : [];
  const fulfils = (at: number) => !where || conditions.some((values) => (where.operator === "<" ? values[at]! < where.value : values[at]! >= where.value));
  const places: number[] = [];
  for (let at = 0; at < ids.length; at++) if (matches(at) && fulfils(at)) places.push(at);
  const order = Int32Array.from(places);
  const key = sort ? sortKey(table, baseline, sort, valuesOf) : evidenceFirst(table, baseline);
  const direction = sort?.descending ? -1 : 1;
  // NaN comes last either way; of equals the suite's order.
  return order.sort((a, b) => {
    const [x, y] = [key[a]!, key[b]!];
    if (x === y) return a - b;
    if (x !== x || y !== y) return x === x ? -1 : y === y ? 1 : a - b;
    return x < y ? -direction : direction;
  });
}

/** How many cases each filter would show. */
export function countCases(table: CaseTable, baseline: number): Record<CaseFilter, number> {
  const count = (filter: CaseFilter) => {
    const matches = caseFilter(table, baseline, filter);
    let sum = 0;
    for (let at = 0; at < table.ids.length; at++) if (matches(at)) sum++;
    return sum;
  };
  return { all: table.ids.length, broke: count("broke"), fixed: count("fixed"), failed: count("failed"), errors: count("errors"), differs: count("differs") };
}

/** Whether a case passed in at least half of its repeats before and does not now, or the reverse. */
export function changeOf(base: CaseColumn | undefined, column: CaseColumn | undefined, at: number): "broke" | "fixed" | undefined {
  if (!base || !column || base === column) return undefined;
  const [before, after] = [base.values.pass[at]!, column.values.pass[at]!];
  if (before >= 0.5 && after < 0.5) return "broke";
  return before < 0.5 && after >= 0.5 ? "fixed" : undefined;
}

function caseFilter({ columns }: CaseTable, baseline: number, filter: CaseFilter): (at: number) => boolean {
  const base = columns[baseline];
  const some = (test: (column: CaseColumn, at: number) => boolean) => (at: number) => columns.some((column) => column !== undefined && test(column, at));
  switch (filter) {
    case "all":
      return () => true;
    case "broke":
    case "fixed":
      return some((column, at) => changeOf(base, column, at) === filter);
    case "failed":
      return some(({ values }, at) => values.pass[at]! < 1);
    case "errors":
      return some(({ errors }, at) => errors[at]! > 0);
    case "differs":
      return some((column, at) => base !== undefined && column.output[at] !== base.output[at]);
  }
}

/** 0 where some run broke the case, 1 where some fixed it, 2 otherwise. */
function evidenceFirst({ columns, ids }: CaseTable, baseline: number): Float64Array {
  const base = columns[baseline];
  const rank = new Float64Array(ids.length).fill(2);
  for (const column of columns) {
    for (let at = 0; at < ids.length; at++) {
      const change = changeOf(base, column, at);
      if (change) rank[at] = Math.min(rank[at]!, change === "broke" ? 0 : 1);
    }
  }
  return rank;
}

function sortKey({ columns, ids }: CaseTable, baseline: number, { metric, run, change }: CaseSort, valuesOf: ValuesOf): Float64Array {
  const [column, base] = [columns[run], columns[baseline]];
  if (!column) return new Float64Array(ids.length).fill(NaN);
  const values = valuesOf(column, metric);
  if (!change || !base) return values;
  const before = valuesOf(base, metric);
  return values.map((value, at) => value - before[at]!);
}
