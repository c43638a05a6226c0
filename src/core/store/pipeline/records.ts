import type { Store } from "../store.ts";
import type { AttemptState, Effect, RunState, StageState, StepState } from "./states.ts";

export type Trigger = "on-commit" | "on-schedule" | "on-data-change" | "manual";

/** A run of the pipeline; times are milliseconds since the epoch. */
export interface RunHead {
  readonly id: number;
  readonly key: string;
  readonly trigger: Trigger;
  readonly commit: string | undefined;
  readonly state: RunState;
  readonly reason: string | undefined;
  readonly startedBy: string | undefined;
  /** Who asked for its end; it ends as soon as whoever drives it sees that. */
  readonly cancelledBy: string | undefined;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
}

export interface RunRecord extends RunHead {
  readonly stages: readonly StageRecord[];
}

export interface StageRecord {
  readonly id: number;
  readonly name: string;
  readonly state: StageState;
  readonly reason: string | undefined;
  readonly version: string | undefined;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly approval: ApprovalRecord | undefined;
  readonly steps: readonly StepRecord[];
}

export interface ApprovalRecord {
  readonly evidence: string;
  readonly state: "pending" | "approved" | "rejected";
  readonly by: string | undefined;
  readonly at: number | undefined;
  readonly comment: string | undefined;
}

export interface StepRecord {
  readonly id: number;
  readonly name: string;
  readonly effect: Effect;
  readonly state: StepState;
  readonly reason: string | undefined;
  readonly attempts: readonly AttemptRecord[];
}

export interface AttemptRecord {
  readonly id: number;
  readonly key: string;
  /** From 1. */
  readonly n: number;
  readonly state: AttemptState;
  readonly reason: string | undefined;
  readonly intentAt: number;
  readonly endedAt: number | undefined;
  /** By a clock that never jumps. */
  readonly durationMs: number | undefined;
  readonly machine: string;
  readonly process: { readonly pid: number; readonly start: string | undefined; readonly boot: string | undefined } | undefined;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly logBytes: number;
  /** Of the log's middle, which was too long to be kept. */
  readonly droppedBytes: number;
  /** Ids of the runs of suites that it made. */
  readonly evals: readonly string[];
}

const RUN = "id, key, trigger, commit_id AS 'commit', state, reason, started_by AS startedBy, cancelled_by AS cancelledBy, created_at AS createdAt, started_at AS startedAt, ended_at AS endedAt";

/** A run with all that it did. `key`: its id, or the beginning of it that no other has. */
export function findPipelineRun(store: Store, key: string): RunRecord | undefined {
  const found = store.all<RunHead>(`SELECT ${RUN} FROM pipeline_run WHERE key = ? OR substr(key, 1, ?) = ? LIMIT 2`, key, key.length, key);
  const head = found.find((candidate) => candidate.key === key) ?? (found.length === 1 ? found[0] : undefined);
  return head && { ...defined(head), stages: stagesOf(store, head.id) };
}

/** Newest first; a page ends before the run `before`. */
export function listPipelineRuns(store: Store, { before, limit }: { before?: number; limit: number }): RunHead[] {
  return store.all<RunHead>(`SELECT ${RUN} FROM pipeline_run WHERE id < ? ORDER BY id DESC LIMIT ?`, before ?? Number.MAX_SAFE_INTEGER, limit).map(defined);
}

/** Runs that have not ended, oldest first. */
export function openPipelineRuns(store: Store): RunHead[] {
  return store.all<RunHead>(`SELECT ${RUN} FROM pipeline_run WHERE ended_at IS NULL ORDER BY id`).map(defined);
}

/** What the eval steps of a stage judged: the version of each one's last attempt that has one, in the order of the steps. */
export function judgedVersions(store: Store, stage: number): string[] {
  const rows = store.all<{ version: string }>(
    `SELECT a.version AS version FROM pipeline_attempt a JOIN pipeline_step p ON p.id = a.step
     WHERE p.stage = ? AND a.n = (SELECT max(n) FROM pipeline_attempt WHERE step = p.id AND version IS NOT NULL) ORDER BY p.ordinal`,
    stage,
  );
  return rows.map(({ version }) => version);
}

/** Commits that an on-commit run went through to its end, whatever that was. */
export function judgedCommits(store: Store): Set<string> {
  const rows = store.all<{ commit_id: string }>("SELECT DISTINCT commit_id FROM pipeline_run WHERE trigger = 'on-commit' AND commit_id IS NOT NULL AND state IN ('passed', 'warned', 'failed', 'timed-out', 'skipped')");
  return new Set(rows.map((row) => row.commit_id));
}

/** The run that a stage was last part of: at this commit, where there is one of it. */
export function newestStage(store: Store, name: string, commit: string | undefined): string | undefined {
  return store.get<{ key: string }>(
    "SELECT run.key AS key FROM pipeline_stage stage JOIN pipeline_run run ON run.id = stage.run WHERE stage.name = ? ORDER BY run.commit_id IS ? DESC, stage.id DESC LIMIT 1",
    name,
    commit ?? null,
  )?.key;
}

/** How a stage last ended at a commit (`undefined`: without git), in whatever run. */
export function lastStage(store: Store, name: string, commit: string | undefined): { readonly state: StageState; readonly version: string | undefined } | undefined {
  const found = store.get<{ state: StageState; version: string | null }>(
    `SELECT stage.state AS state, version FROM pipeline_stage stage JOIN pipeline_run run ON run.id = stage.run
     WHERE stage.name = ? AND run.commit_id IS ? AND stage.state IN ('passed', 'warned', 'failed', 'timed-out') ORDER BY stage.id DESC LIMIT 1`,
    name,
    commit ?? null,
  );
  return found && { state: found.state, version: found.version ?? undefined };
}

type AttemptRow = Omit<AttemptRecord, "process" | "evals"> & { step: number; pid: number | null; start: string | null; boot: string | null; evals: string | null };

function stagesOf(store: Store, run: number): StageRecord[] {
  const attempts = store.all<AttemptRow>(
    `SELECT a.id AS id, step, key, n, a.state AS state, a.reason AS reason, intent_at AS intentAt, a.ended_at AS endedAt, duration_ms AS durationMs, machine, pid, process_start AS start, boot,
       exit_code AS exitCode, signal, log_bytes AS logBytes, dropped_bytes AS droppedBytes, evals
     FROM pipeline_attempt a JOIN pipeline_step p ON p.id = a.step JOIN pipeline_stage s ON s.id = p.stage WHERE s.run = ? ORDER BY a.n`,
    run,
  );
  const steps = store.all<StepRecord & { stage: number }>("SELECT p.id AS id, stage, p.name AS name, effect, p.state AS state, p.reason AS reason FROM pipeline_step p JOIN pipeline_stage s ON s.id = p.stage WHERE s.run = ? ORDER BY p.ordinal", run);
  const approvals = store.all<ApprovalRecord & { stage: number }>("SELECT stage, evidence, a.state AS state, decided_by AS 'by', decided_at AS at, comment FROM pipeline_approval a JOIN pipeline_stage s ON s.id = a.stage WHERE s.run = ?", run);
  const stages = store.all<StageRecord>("SELECT id, name, state, reason, version, started_at AS startedAt, ended_at AS endedAt FROM pipeline_stage WHERE run = ? ORDER BY ordinal", run);
  const attemptsOf = Map.groupBy(attempts, ({ step }) => step);
  const stepsOf = Map.groupBy(steps, ({ stage }) => stage);
  const approvalOf = new Map(approvals.map(({ stage, ...approval }) => [stage, defined(approval)]));
  return stages.map((stage) => ({
    ...defined(stage),
    approval: approvalOf.get(stage.id),
    steps: (stepsOf.get(stage.id) ?? []).map(({ stage: _stage, ...step }) => ({ ...defined(step), attempts: (attemptsOf.get(step.id) ?? []).map(toAttempt) })),
  }));
}

function toAttempt({ step: _step, pid, start, boot, evals, ...row }: AttemptRow): AttemptRecord {
  const process = pid === null ? undefined : { pid, start: start ?? undefined, boot: boot ?? undefined };
  return { ...defined(row), process, evals: JSON.parse(evals ?? "[]") as string[] };
}

/** SQL's NULL is a key without a value. */
function defined<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as T;
}
