import type { Store } from "../store.ts";

/** A question of a suite's run, as tables of cases read it: one of 100,000 is not to be an object with everything. */
export interface CaseRow {
  readonly caseId: string;
  readonly repeat: number;
  readonly status: "passed" | "failed" | "rejected" | "error";
  readonly score: number | null;
  /** Of the output's body. */
  readonly output: number | null;
  readonly latencyMs: number | null;
  readonly cost: number | null;
  readonly tokens: number | null;
}

/** In the order they were stored. */
export function caseRows(store: Store, runKey: string, series: string): CaseRow[] {
  return store.all<CaseRow>(
    `SELECT case_id AS caseId, repeat, status, score, output, latency_ms AS latencyMs, cost, tokens
     FROM result WHERE run = (SELECT seq FROM run WHERE id = ?) AND series = ? AND arm = 'current' ORDER BY id`,
    runKey,
    series,
  );
}

/** The series with most answers: what stands for a run that has no report yet. */
export function largestSeries(store: Store, runKey: string): string | undefined {
  return store.get<{ series: string }>("SELECT series FROM result WHERE run = (SELECT seq FROM run WHERE id = ?) AND arm = 'current' GROUP BY series ORDER BY count(*) DESC, series LIMIT 1", runKey)?.series;
}

/** Mean of a metric that assertions name, or of one of every answer, by case. */
export function caseMetric(store: Store, runKey: string, series: string, metric: string): { caseId: string; value: number | null }[] {
  return store.all(
    `SELECT case_id AS caseId, avg(coalesce(json_extract(detail, ?), json_extract(detail, ?))) AS value
     FROM result WHERE run = (SELECT seq FROM run WHERE id = ?) AND series = ? AND arm = 'current' GROUP BY case_id`,
    `$.metrics.${quoted(metric)}`,
    `$.measured.values.${quoted(metric)}`,
    runKey,
    series,
  );
}

export function bodiesOf(store: Store, outputs: readonly number[]): Map<number, string> {
  const rows = store.all<{ id: number; body: string }>("SELECT id, body FROM output WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(outputs));
  return new Map(rows.map(({ id, body }) => [id, body]));
}

/** The beginnings of outputs' bodies: a page of a table does not need megabytes. */
export function bodyStarts(store: Store, outputs: readonly number[], characters: number): Map<number, { body: string; length: number }> {
  const rows = store.all<{ id: number; body: string; length: number }>("SELECT id, substr(body, 1, ?) AS body, length(body) AS length FROM output WHERE id IN (SELECT value FROM json_each(?))", characters, JSON.stringify(outputs));
  return new Map(rows.map(({ id, body, length }) => [id, { body, length }]));
}

/** Which of these outputs have a text in them; ASCII letters match in either case. */
export function outputsWith(store: Store, outputs: readonly number[], text: string): Set<number> {
  // Bodies are JSON: what is searched is written as it is there.
  const escaped = JSON.stringify(text).slice(1, -1).replace(/[\\%_]/g, "\\$&");
  const rows = store.all<{ id: number }>("SELECT id FROM output WHERE id IN (SELECT value FROM json_each(?)) AND body LIKE ? ESCAPE '\\'", JSON.stringify(outputs), `%${escaped}%`);
  return new Set(rows.map(({ id }) => id));
}

/** In a path of SQLite's JSON functions. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '\\"')}"`;
}
