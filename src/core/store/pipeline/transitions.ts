import type { SQLInputValue } from "node:sqlite";
import type { Store } from "../store.ts";
import type { Trigger } from "./records.ts";
import { before, type Effect, hasEnded, type Level, type StateOf } from "./states.ts";

export interface NewPipelineRun {
  /** A UUID. */
  readonly key: string;
  readonly trigger: Trigger;
  readonly triggerKey: string;
  readonly commit: string | undefined;
  /** JSON of the stages. */
  readonly definition: string;
  readonly startedBy: string | undefined;
  readonly at: number;
  readonly stages: readonly {
    readonly name: string;
    /** Why it has nothing to do in this run; it is then skipped from the beginning. */
    readonly skipped: string | undefined;
    readonly steps: readonly { readonly name: string; readonly effect: Effect }[];
  }[];
}

/** Stores a run with all its stages and steps, unless there is one of this `triggerKey`; returns the key of the one there is. */
export function createPipelineRun(store: Store, run: NewPipelineRun): { readonly key: string; readonly isNew: boolean } {
  return store.write(() => {
    const known = store.get<{ key: string }>("SELECT key FROM pipeline_run WHERE trigger_key = ?", run.triggerKey);
    if (known) return { key: known.key, isNew: false };
    const { lastId } = store.run(
      "INSERT INTO pipeline_run (key, trigger, trigger_key, commit_id, definition, state, started_by, created_at) VALUES (?, ?, ?, ?, ?, 'queued', ?, ?)",
      run.key,
      run.trigger,
      run.triggerKey,
      run.commit ?? null,
      store.putBody(run.definition),
      run.startedBy ?? null,
      run.at,
    );
    for (const [ordinal, { name, skipped, steps }] of run.stages.entries()) {
      const state = skipped === undefined ? "queued" : "skipped";
      const stage = store.run("INSERT INTO pipeline_stage (run, ordinal, name, state, reason, ended_at) VALUES (?, ?, ?, ?, ?, ?)", lastId, ordinal, name, state, skipped ?? null, skipped === undefined ? null : run.at);
      for (const [at, step] of steps.entries()) store.run("INSERT INTO pipeline_step (stage, ordinal, name, effect, state) VALUES (?, ?, ?, ?, ?)", stage.lastId, at, step.name, step.effect, state);
    }
    store.emit("pipeline-changed", run.key, run.at);
    return { key: run.key, isNew: true };
  });
}

/** The stages as they were when the run began: JSON. */
export function definitionOf(store: Store, key: string): string {
  return store.get<{ body: string }>("SELECT body FROM output JOIN pipeline_run run ON run.definition = output.id WHERE run.key = ?", key)!.body;
}

/** What is stored with a transition; `undefined` leaves a column as it is. */
export interface Facts {
  readonly reason?: string | null;
  readonly version?: string;
  readonly exit_code?: number | null;
  readonly signal?: string | null;
  readonly duration_ms?: number;
  readonly pid?: number;
  readonly process_start?: string;
  readonly boot?: string;
  readonly evals?: string;
}

/** Whoever wanted the transition had an old picture: another process moved the row, or there is a bug. */
export class IllegalTransition extends Error {}

/**
 * Moves one row to its next state, inside a transaction, and tells.
 * @throws {IllegalTransition} when it is in none of the states that this one may follow.
 */
export function move<L extends Level>(store: Store, run: string, level: L, id: number, to: StateOf[L], at: number, facts: Facts = {}): void {
  const columns: [string, SQLInputValue][] = Object.entries(facts).filter(([, value]) => value !== undefined) as [string, SQLInputValue][];
  if (level === "attempt" && to === "running") columns.push(["spawned_at", at]);
  if (level !== "step" && hasEnded(to)) columns.push(["ended_at", at]);
  else if (level === "attempt" && to !== "running") columns.push(["ended_at", at]);
  const from = before(level, to);
  const set = ["state = ?", ...columns.map(([name]) => `${name} = ?`), ...(to === "running" && (level === "run" || level === "stage") ? ["started_at = coalesce(started_at, ?)"] : [])];
  const values = [to, ...columns.map(([, value]) => value), ...(set.length > columns.length + 1 ? [at] : [])];
  const { changes } = store.run(`UPDATE pipeline_${level} SET ${set.join(", ")} WHERE id = ? AND state IN (${from.map(() => "?").join(", ")})`, ...values, id, ...from);
  if (changes === 0) throw new IllegalTransition(`The ${level} ${id} of run ${run} cannot become ${to} from what it is.`);
  store.emit("pipeline-changed", run, at);
}

/** Stores that a step is about to be tried, before anything happens. Inside a transaction; returns the attempt's id. */
export function addAttempt(store: Store, run: string, attempt: { readonly key: string; readonly step: number; readonly n: number; readonly machine: string }, at: number): number {
  const { lastId } = store.run("INSERT INTO pipeline_attempt (key, step, n, state, intent_at, machine) VALUES (?, ?, ?, 'intent', ?, ?)", attempt.key, attempt.step, attempt.n, at, attempt.machine);
  store.emit("pipeline-changed", run, at);
  return lastId;
}

/** Asks whoever drives the run to end it. `false`: it has ended already. */
export function requestCancel(store: Store, run: string, by: string, at: number): boolean {
  return store.write(() => {
    const { changes } = store.run("UPDATE pipeline_run SET cancelled_by = coalesce(cancelled_by, ?) WHERE key = ? AND ended_at IS NULL", by, run);
    if (changes > 0) store.emit("pipeline-changed", run, at);
    return changes > 0;
  });
}
