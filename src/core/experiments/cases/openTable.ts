import { type TrackedRun } from "../../store/experiments/runs.ts";
import type { Store } from "../../store/store.ts";
import { type CaseFilter, type CaseQuery, countCases, orderCases } from "./order.ts";
import { type CaseRowView, caseRowViews, type TitleOf } from "./page.ts";
import { CaseSearch } from "./search.ts";
import type { SuiteCase } from "./suiteCases.ts";
import { CASE_VALUES, type CaseColumn, type CaseTable, type CaseValue, caseTable, metricColumn } from "./table.ts";

/** A search goes on so long, in milliseconds, before it answers with what it has. */
const SEARCH_MS = 60;
/** Orders of a table that are kept: going back to one costs nothing. */
const MOST_ORDERS = 8;

export interface CasePage {
  /** Cases that the query has found so far. */
  readonly total: number;
  /** More may be found: ask again. */
  readonly searching: boolean;
  readonly counts: Readonly<Record<CaseFilter, number>>;
  /** What can be sorted and filtered by. */
  readonly metrics: readonly string[];
  readonly from: number;
  readonly rows: readonly CaseRowView[];
}

export interface OpenTableOptions {
  readonly store: Store;
  readonly runs: readonly TrackedRun[];
  readonly baseline: number;
  readonly series: string | undefined;
  readonly now: () => number;
}

/** The cases of a comparison that somebody looks at: its columns, and the orders that were asked for. */
export class OpenTable {
  readonly table: CaseTable;
  private readonly options: OpenTableOptions;
  private readonly counts: Readonly<Record<CaseFilter, number>>;
  private readonly metrics = new Map<string, Float64Array>();
  private readonly orders = new Map<string, Int32Array>();
  private readonly searches = new Map<string, CaseSearch>();
  private cases: ReadonlyMap<string, SuiteCase> = new Map();

  constructor(options: OpenTableOptions) {
    this.options = options;
    this.table = caseTable(options.store, options.runs, options.baseline, options.series);
    this.counts = countCases(this.table, options.baseline);
  }

  /** Titles and numbers of today's suite; until they are there, ids stand for them. */
  name(cases: ReadonlyMap<string, SuiteCase>): void {
    this.cases = cases;
    this.searches.clear();
  }

  page(query: CaseQuery, from: number, count: number): CasePage {
    const { store, baseline } = this.options;
    const { places, searching } = this.find(query, from + count);
    const shown = [...places.slice(from, from + count)];
    return {
      total: places.length,
      searching,
      counts: this.counts,
      metrics: [...CASE_VALUES, ...new Set(this.table.columns.flatMap((column) => column?.metrics ?? []))],
      from,
      rows: caseRowViews(store, this.table, baseline, shown, this.titleOf),
    };
  }

  /** Of one run; all NaN where it has none. */
  values(run: number, metric: string): Float64Array {
    const column = this.table.columns[run];
    return column ? this.valuesOf(column, metric) : new Float64Array(this.table.ids.length).fill(NaN);
  }

  private find({ text = "", ...query }: CaseQuery, wanted: number): { places: readonly number[] | Int32Array; searching: boolean } {
    const order = kept(this.orders, JSON.stringify(query), () => orderCases(this.table, this.options.baseline, query, this.valuesOf));
    if (text.trim() === "") return { places: order, searching: false };
    const { store, now } = this.options;
    const search = kept(this.searches, JSON.stringify({ text, ...query }), () => new CaseSearch({ store, table: this.table, order, text, titleOf: (at) => this.titleOf(this.table.ids[at]!).title }));
    const until = now() + SEARCH_MS;
    if (!search.isDone) search.advance((found) => now() >= until || (found >= wanted && found > 0));
    return { places: search.places, searching: !search.isDone };
  }

  private readonly titleOf: TitleOf = (id) => this.cases.get(id) ? { number: this.cases.get(id)!.number, title: this.cases.get(id)!.title } : { number: undefined, title: id };

  private readonly valuesOf = (column: CaseColumn, metric: string): Float64Array =>
    CASE_VALUES.includes(metric as CaseValue) ? column.values[metric as CaseValue] : kept(this.metrics, `${column.key} ${metric}`, () => metricColumn(this.options.store, this.table, column, metric), 200);
}

/** The oldest goes when there are too many. */
function kept<T>(all: Map<string, T>, key: string, make: () => T, most = MOST_ORDERS): T {
  const known = all.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (all.size >= most) all.delete(all.keys().next().value!);
  all.set(key, made);
  return made;
}
