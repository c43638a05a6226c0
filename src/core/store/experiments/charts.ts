import type { Store } from "../store.ts";

/** A metric of one run of a suite or experiment, over time. */
export interface HistoryRow {
  readonly key: string;
  readonly at: number;
  readonly commit: string | null;
  readonly dirty: number;
  readonly value: number;
  /** Cases behind it; `null`: not known. */
  readonly cases: number | null;
}

/** A metric in one series of a suite's judged runs, newest first. */
export function suiteHistory(store: Store, suite: string, series: string, metric: string, limit: number): HistoryRow[] {
  return store.all<HistoryRow>(
    `SELECT e.id AS key, e.started_at AS at, e.commit_id AS 'commit', e.dirty, json_extract(m.value, '$.current') AS value, json_extract(s.value, '$.cases') AS cases
     FROM run e, json_each(e.report, '$.series') s, json_each(s.value, '$.metrics') m
     WHERE e.suite = ? AND e.state = 'finished' AND e.partial = 0 AND json_valid(e.report)
       AND json_extract(s.value, '$.key') = ? AND json_extract(m.value, '$.name') = ? AND json_extract(m.value, '$.current') IS NOT NULL
     ORDER BY e.seq DESC LIMIT ?`,
    suite,
    series,
    metric,
    limit,
  );
}

/** The last value of a metric in the runs of an experiment, newest first. */
export function experimentHistory(store: Store, experiment: number, metric: string, limit: number): HistoryRow[] {
  return store.all<HistoryRow>(
    `SELECT r.key, r.started_at AS at, r.commit_id AS 'commit', r.dirty, m.value, NULL AS cases
     FROM tracked_run r JOIN metric_last m ON m.run = r.id AND m.key = (SELECT id FROM metric_key WHERE name = ?)
     WHERE r.experiment_id = ? AND r.archived_at IS NULL AND m.value IS NOT NULL AND abs(m.value) < 9e999
     ORDER BY r.started_at DESC, r.id DESC LIMIT ?`,
    metric,
    experiment,
    limit,
  );
}

/** Steps that stand for one point of a curve. */
export interface Bucket {
  readonly step: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** A metric of a run by step, in at most `most` buckets of equal width; values that are no finite number are left out. */
export function curve(store: Store, run: number, metric: string, most: number): Bucket[] {
  const found = bucketsOf(store, run, metric, most);
  if (!found) return [];
  return store.all<Bucket>(
    `SELECT avg(step) AS step, avg(value) AS mean, min(value) AS low, max(value) AS high FROM metric
     WHERE run = ? AND key = ? AND typeof(value) <> 'text' AND abs(value) < 9e999 GROUP BY (step - CAST(? AS INTEGER)) / CAST(? AS INTEGER) ORDER BY 1`,
    run,
    found.key,
    found.first,
    found.width,
  );
}

/** The same by the first point of each bucket, found by the index: what is between is not read. */
export function sampledCurve(store: Store, run: number, metric: string, most: number): Bucket[] {
  const found = bucketsOf(store, run, metric, most);
  if (!found) return [];
  const rows = store.all<{ step: number; value: number | string }>(
    `WITH RECURSIVE bucket(low, width, last, run, key) AS (
       SELECT CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS INTEGER)
       UNION ALL SELECT low + width, width, last, run, key FROM bucket WHERE low + width <= last
     )
     SELECT m.step, min(m.value) AS value FROM bucket b JOIN metric m ON m.run = b.run AND m.key = b.key
       AND m.step = (SELECT n.step FROM metric n WHERE n.run = b.run AND n.key = b.key AND n.step >= b.low AND n.step < b.low + b.width ORDER BY n.step LIMIT 1)
     GROUP BY m.step ORDER BY m.step`,
    found.first,
    found.width,
    found.last,
    run,
    found.key,
  );
  return rows.flatMap(({ step, value }) => (typeof value === "number" && Number.isFinite(value) ? [{ step, mean: value, low: value, high: value }] : []));
}

/** From the first step of a metric to its last: how many points there may be, told by the index alone. */
export function stepRange(store: Store, run: number, metric: string): number {
  const found = bucketsOf(store, run, metric, 1);
  return found ? found.last - found.first + 1 : 0;
}

/** Steps from the first to the last in at most `most` buckets; `undefined`: the run has no point. */
function bucketsOf(store: Store, run: number, metric: string, most: number): { key: number; first: number; last: number; width: number } | undefined {
  const key = store.get<{ id: number }>("SELECT id FROM metric_key WHERE name = ?", metric)?.id;
  if (key === undefined) return undefined;
  const end = (order: "ASC" | "DESC") => store.get<{ step: number }>(`SELECT step FROM metric WHERE run = ? AND key = ? ORDER BY step ${order} LIMIT 1`, run, key)?.step;
  const [first, last] = [end("ASC"), end("DESC")];
  return first === undefined || last === undefined ? undefined : { key, first, last, width: Math.max(1, Math.ceil((last - first + 1) / most)) };
}

/** Metrics of which some of these runs have more than one step. */
export function steppedMetrics(store: Store, runs: readonly number[]): string[] {
  return store
    .all<{ name: string }>("SELECT name FROM metric_key k WHERE EXISTS (SELECT 1 FROM metric_last m WHERE m.key = k.id AND m.run IN (SELECT value FROM json_each(?)) AND m.step > 0) ORDER BY name", JSON.stringify(runs))
    .map(({ name }) => name);
}

/** Where and when commits were deployed, oldest first. */
export function deployedCommits(store: Store): { environment: string; commit: string; at: number }[] {
  return store.all("SELECT environment, commit_id AS 'commit', at FROM deployment WHERE state = 'deployed' AND commit_id IS NOT NULL ORDER BY at");
}
