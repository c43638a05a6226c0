import type { Store } from "./store.ts";

export type RunState = "running" | "finished" | "cancelled" | "failed" | "interrupted";
/** What made a run start: a save in the editor, a person there, the terminal, a step of the pipeline, or a training. */
export type RunTrigger = "save" | "manual" | "cli" | "pipeline" | "train";

export interface RunRecord {
  readonly id: string;
  /** Path of the suite's file, relative to the root, with `/`. */
  readonly suite: string;
  readonly trigger: RunTrigger;
  readonly state: RunState;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** Content hash of everything the suite was read from. */
  readonly version: string;
  readonly commit: string | undefined;
  readonly dirty: boolean;
  readonly total: number;
  readonly done: number;
  readonly verdict: string | undefined;
  /** JSON of the run's report; `undefined` while it runs. */
  readonly report: string | undefined;
}

export interface NewRun {
  readonly id: string;
  readonly suite: string;
  readonly trigger: RunTrigger;
  readonly startedAt: number;
  readonly pid: number;
  readonly host: string;
  readonly version: string;
  readonly commit: string | undefined;
  readonly dirty: boolean;
  /** Only some of the cases, or of other models: it says nothing of the suite. */
  readonly partial: boolean;
}

/**
 * One row of a run: a case under one series, arm and repeat. Where both arms asked the very same
 * question only the current arm's row is kept.
 */
export interface ResultRecord {
  readonly series: string;
  readonly caseId: string;
  readonly arm: "current" | "baseline";
  readonly repeat: number;
  /** `error`: could not be judged; `rejected`: the endpoint refused this very request. */
  readonly status: "passed" | "failed" | "rejected" | "error";
  readonly score: number | undefined;
  /** JSON of the output. */
  readonly output: string | undefined;
  readonly latencyMs: number | undefined;
  readonly cached: boolean;
  /** Of question and answer together. */
  readonly tokens: number | undefined;
  readonly cost: number | undefined;
  /** JSON: the reasons and named scores, or the error. */
  readonly detail: string | undefined;
}

export function startRun(store: Store, run: NewRun): void {
  store.write(() => {
    store.run(
      `INSERT INTO run (id, suite, trigger, state, started_at, pid, host, version, commit_id, dirty, partial)
       VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)`,
      run.id,
      run.suite,
      run.trigger,
      run.startedAt,
      run.pid,
      run.host,
      run.version,
      run.commit ?? null,
      run.dirty ? 1 : 0,
      run.partial ? 1 : 0,
    );
    store.emit("run-started", run.id, run.startedAt);
  });
}

/** Appends rows; inside a transaction, so that rows and the answers they came from are stored together. */
export function addResults(store: Store, runId: string, results: readonly ResultRecord[]): void {
  for (const row of results) {
    store.run(
      `INSERT OR REPLACE INTO result (run, series, case_id, arm, repeat, status, score, output, latency_ms, cached, tokens, cost, detail)
       VALUES ((SELECT seq FROM run WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      runId,
      row.series,
      row.caseId,
      row.arm,
      row.repeat,
      row.status,
      row.score ?? null,
      row.output === undefined ? null : store.putBody(row.output),
      row.latencyMs ?? null,
      row.cached ? 1 : 0,
      row.tokens ?? null,
      row.cost ?? null,
      row.detail ?? null,
    );
  }
}

/** Inside a transaction. */
export function setProgress(store: Store, runId: string, done: number, total: number): void {
  store.run("UPDATE run SET done = ?, total = ? WHERE id = ?", done, total, runId);
}

export function endRun(store: Store, runId: string, end: { state: RunState; at: number; verdict?: string; report?: string }): void {
  store.write(() => {
    store.run("UPDATE run SET state = ?, ended_at = ?, verdict = ?, report = ? WHERE id = ?", end.state, end.at, end.verdict ?? null, end.report ?? null, runId);
    store.emit("run-ended", runId, end.at);
  });
}

interface RunRow {
  id: string;
  suite: string;
  trigger: RunTrigger;
  state: RunState;
  started_at: number;
  ended_at: number | null;
  version: string;
  commit_id: string | null;
  dirty: number;
  total: number;
  done: number;
  verdict: string | null;
  report: string | null;
}

export function findRun(store: Store, id: string): RunRecord | undefined {
  return store.all<RunRow>("SELECT * FROM run WHERE id = ?", id).map(toRecord)[0];
}

/** Newest first. Without a suite: of all suites. */
export function listRuns(store: Store, options: { suite?: string; limit: number }): RunRecord[] {
  const rows =
    options.suite === undefined
      ? store.all<RunRow>("SELECT * FROM run ORDER BY seq DESC LIMIT ?", options.limit)
      : store.all<RunRow>("SELECT * FROM run WHERE suite = ? ORDER BY seq DESC LIMIT ?", options.suite, options.limit);
  return rows.map(toRecord);
}

/** The newest run of all cases of a suite that came to a verdict. */
export function lastVerdict(store: Store, suite: string): RunRecord | undefined {
  return store
    .all<RunRow>("SELECT * FROM run WHERE suite = ? AND state = 'finished' AND partial = 0 ORDER BY seq DESC LIMIT 1", suite)
    .map(toRecord)[0];
}

/** Ids of the cases that did not pass in every run of the last verdict on a suite. */
export function failedCases(store: Store, suite: string): Set<string> {
  const last = lastVerdict(store, suite);
  if (!last) return new Set();
  const rows = store.all<{ case_id: string }>("SELECT DISTINCT case_id FROM result WHERE run = (SELECT seq FROM run WHERE id = ?) AND arm = 'current' AND status <> 'passed'", last.id);
  return new Set(rows.map((row) => row.case_id));
}

interface ResultRow {
  series: string;
  case_id: string;
  arm: "current" | "baseline";
  repeat: number;
  status: ResultRecord["status"];
  score: number | null;
  body: string | null;
  latency_ms: number | null;
  cached: number;
  tokens: number | null;
  cost: number | null;
  detail: string | null;
}

/** The current version's row of one question. */
export function findResult(store: Store, runId: string, { series, caseId, repeat }: Pick<ResultRecord, "series" | "caseId" | "repeat">): ResultRecord | undefined {
  return store
    .all<ResultRow>(`${SELECT_RESULTS} AND series = ? AND case_id = ? AND arm = 'current' AND repeat = ?`, runId, series, caseId, repeat)
    .map(toResult)[0];
}

export function resultsOf(store: Store, runId: string, caseId?: string): ResultRecord[] {
  const rows =
    caseId === undefined
      ? store.all<ResultRow>(`${SELECT_RESULTS} ORDER BY result.id`, runId)
      : store.all<ResultRow>(`${SELECT_RESULTS} AND case_id = ? ORDER BY result.id`, runId, caseId);
  return rows.map(toResult);
}

const SELECT_RESULTS = `SELECT series, case_id, arm, repeat, status, score, body, latency_ms, cached, tokens, cost, detail
  FROM result LEFT JOIN output ON output.id = result.output
  WHERE run = (SELECT seq FROM run WHERE id = ?)`;

function toResult(row: ResultRow): ResultRecord {
  return {
    series: row.series,
    caseId: row.case_id,
    arm: row.arm,
    repeat: row.repeat,
    status: row.status,
    score: row.score ?? undefined,
    output: row.body ?? undefined,
    latencyMs: row.latency_ms ?? undefined,
    cached: row.cached === 1,
    tokens: row.tokens ?? undefined,
    cost: row.cost ?? undefined,
    detail: row.detail ?? undefined,
  };
}

/**
 * Marks runs whose process is gone as interrupted: what a crash cut off is said, not left "running".
 * Only this host's processes can be asked.
 */
export function markInterrupted(store: Store, options: { host: string; isAlive: (pid: number) => boolean; at: number }): string[] {
  const running = store.all<{ id: string; pid: number }>("SELECT id, pid FROM run WHERE state = 'running' AND host = ?", options.host);
  const dead = running.filter((run) => !options.isAlive(run.pid));
  for (const run of dead) endRun(store, run.id, { state: "interrupted", at: options.at });
  return dead.map((run) => run.id);
}

function toRecord(row: RunRow): RunRecord {
  return {
    id: row.id,
    suite: row.suite,
    trigger: row.trigger,
    state: row.state,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    version: row.version,
    commit: row.commit_id ?? undefined,
    dirty: row.dirty === 1,
    total: row.total,
    done: row.done,
    verdict: row.verdict ?? undefined,
    report: row.report ?? undefined,
  };
}
