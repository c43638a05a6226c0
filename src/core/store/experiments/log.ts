import type { Store } from "../store.ts";

/** One measured value of a run. */
export interface Point {
  readonly key: string;
  /** May be NaN or infinite. */
  readonly value: number;
  readonly step: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const NAN = "NaN";

/** Inside a transaction. A point that is there already is not added again. The last is that of the highest step, then time, then value. */
export function addPoints(store: Store, run: number, points: readonly Point[]): void {
  for (const { key, value, step, at } of points) {
    const id = metricKey(store, key);
    const isNaN = Number.isNaN(value);
    store.run("INSERT OR IGNORE INTO metric (run, key, step, at, value) VALUES (?, ?, ?, ?, ?)", run, id, step, at, isNaN ? NAN : value);
    store.run(
      `INSERT INTO metric_last (run, key, step, at, value) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (run, key) DO UPDATE SET step = excluded.step, at = excluded.at, value = excluded.value
       WHERE (excluded.step, excluded.at, coalesce(excluded.value, -9e999)) > (step, at, coalesce(value, -9e999))`,
      run,
      id,
      step,
      at,
      isNaN ? null : value,
    );
  }
}

function metricKey(store: Store, name: string): number {
  return store.get<{ id: number }>("SELECT id FROM metric_key WHERE name = ?", name)?.id ?? store.run("INSERT INTO metric_key (name) VALUES (?)", name).lastId;
}

/** By step, then time; a page begins after `offset` points. */
export function pointsOf(store: Store, run: number, key: string, page: { readonly limit: number; readonly offset: number } = { limit: -1, offset: 0 }): Point[] {
  const rows = store.all<{ step: number; at: number; value: number | typeof NAN }>(
    "SELECT step, at, value FROM metric WHERE run = ? AND key = (SELECT id FROM metric_key WHERE name = ?) ORDER BY step, at, value LIMIT ? OFFSET ?",
    run,
    key,
    page.limit,
    page.offset,
  );
  return rows.map(({ value, ...row }) => ({ key, ...row, value: Number(value) }));
}

/** The value that a parameter has already, where it is another: a parameter is set once. */
export function otherParam(store: Store, run: number, key: string, value: string): string | undefined {
  const known = store.get<{ value: string }>("SELECT value FROM run_param WHERE run = ? AND key = ?", run, key)?.value;
  return known === value ? undefined : known;
}

/** Inside a transaction. */
export function addParam(store: Store, run: number, key: string, value: string): void {
  store.run("INSERT OR IGNORE INTO run_param (run, key, value) VALUES (?, ?, ?)", run, key, value);
}

/** Inside a transaction. */
export function setTag(store: Store, run: number, key: string, value: string): void {
  store.run("INSERT INTO run_tag (run, key, value) VALUES (?, ?, ?) ON CONFLICT (run, key) DO UPDATE SET value = excluded.value", run, key, value);
}

/** Inside a transaction. `false`: it had none of that name. */
export function removeTag(store: Store, run: number, key: string): boolean {
  return store.run("DELETE FROM run_tag WHERE run = ? AND key = ?", run, key).changes > 0;
}

/** What was logged to runs: the last value of each metric, the parameters, the tags. */
export interface Logged {
  readonly metrics: ReadonlyMap<string, Point>;
  readonly params: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
}

/** Of each run, by its id. */
export function loggedOf(store: Store, runs: readonly number[]): Map<number, Logged> {
  const ids = JSON.stringify(runs);
  const logged = new Map(runs.map((run) => [run, { metrics: new Map<string, Point>(), params: new Map<string, string>(), tags: new Map<string, string>() }]));
  const metrics = store.all<Omit<Point, "value"> & { run: number; value: number | null }>(
    "SELECT run, name AS key, value, step, at FROM metric_last JOIN metric_key ON metric_key.id = metric_last.key WHERE run IN (SELECT value FROM json_each(?)) ORDER BY name",
    ids,
  );
  for (const { run, ...point } of metrics) logged.get(run)?.metrics.set(point.key, { ...point, value: point.value ?? NaN });
  for (const kind of ["param", "tag"] as const) {
    const rows = store.all<{ run: number; key: string; value: string }>(`SELECT run, key, value FROM run_${kind} WHERE run IN (SELECT value FROM json_each(?)) ORDER BY key`, ids);
    for (const { run, key, value } of rows) logged.get(run)?.[`${kind}s`].set(key, value);
  }
  return logged;
}
