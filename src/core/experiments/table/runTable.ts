import { loggedOf } from "../../store/experiments/log.ts";
import { runIds, type Sort, trackedByIds } from "../../store/experiments/search.ts";
import { usedNames } from "../../store/experiments/names.ts";
import type { Store } from "../../store/store.ts";
import { type RunHead, headOf } from "../compare/view.ts";
import { FilterError } from "../filter/tokens.ts";
import { parseFilter } from "../filter/parse.ts";
import { parseSort } from "../filter/field.ts";
import { formatNumber } from "../words.ts";

/** Orders that are kept: going back to one costs nothing. */
const MOST_ORDERS = 8;
/** Columns of one kind: more are reached by the filter. */
const MOST_COLUMNS = 100;

export interface RunsQuery {
  /** In the language of `llmops runs list --filter`. */
  readonly filter?: string;
  /** `metrics.accuracy desc` */
  readonly sort?: string;
}

export interface RunRowView extends RunHead {
  readonly metrics: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface RunsPage {
  readonly total: number;
  readonly from: number;
  readonly rows: readonly RunRowView[];
  /** Names that runs have, for columns. */
  readonly columns: { readonly metrics: readonly string[]; readonly params: readonly string[]; readonly tags: readonly string[] };
  /** Why the filter cannot be read, and where. */
  readonly mistake?: { readonly message: string; readonly at: number };
}

/** All runs of a store, by range: an order is a list of ids, made once for each query and state of the store. */
export class RunTable {
  private readonly store: Store;
  private readonly orders = new Map<string, Int32Array>();
  private seen = -1;

  constructor(store: Store) {
    this.store = store;
  }

  page({ filter = "", sort }: RunsQuery, from: number, count: number): RunsPage {
    const { store } = this;
    const columns = usedNames(store, MOST_COLUMNS);
    let order: Int32Array;
    try {
      order = this.order(filter.trim(), sort);
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      return { total: 0, from: 0, rows: [], columns, mistake: { message: error.message, at: error.at } };
    }
    const ids = [...order.subarray(from, from + count)];
    const logged = loggedOf(store, ids);
    const runs = trackedByIds(store, ids);
    const rows = ids.flatMap((id): RunRowView[] => {
      const run = runs.get(id);
      const { metrics, params, tags } = logged.get(id)!;
      return run ? [{ ...headOf(run), metrics: Object.fromEntries([...metrics.values()].map(({ key, value }) => [key, formatNumber(value)])), params: Object.fromEntries(params), tags: Object.fromEntries(tags) }] : [];
    });
    return { total: order.length, from, rows, columns };
  }

  private order(filter: string, sort: string | undefined): Int32Array {
    const last = this.store.lastEvent();
    if (last !== this.seen) this.orders.clear();
    this.seen = last;
    const key = JSON.stringify([filter, sort]);
    const known = this.orders.get(key);
    if (known) return known;
    const by: readonly Sort[] = sort === undefined ? [] : [parseSort(sort)];
    const order = runIds(this.store, { where: filter === "" ? undefined : parseFilter(filter), sort: by });
    if (this.orders.size >= MOST_ORDERS) this.orders.delete(this.orders.keys().next().value!);
    this.orders.set(key, order);
    return order;
  }
}
