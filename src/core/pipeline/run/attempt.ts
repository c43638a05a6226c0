import { randomUUID } from "node:crypto";
import { Redactor } from "../../config/redactor.ts";
import type { StageConfig, StepConfig } from "../../config/schema.ts";
import type { AttemptRecord, StepRecord } from "../../store/pipeline/records.ts";
import type { AttemptState } from "../../store/pipeline/states.ts";
import { storedLog } from "../../store/pipeline/logs.ts";
import { addAttempt, move } from "../../store/pipeline/transitions.ts";
import type { PipelineContext } from "../context.ts";
import type { Definition } from "../definition.ts";
import { kindOf } from "../steps/kinds.ts";
import type { StepResult, StepTask } from "../steps/stepKind.ts";
import { AttemptLog } from "./attemptLog.ts";

/** Why a signal was aborted: time was over, which is a result, or somebody cancelled. */
export class TimeOver extends Error {}

export interface AttemptTask {
  readonly context: PipelineContext;
  readonly definition: Definition;
  readonly run: StepTask["run"];
  readonly stage: StageConfig;
  readonly step: StepConfig;
  readonly record: StepRecord;
  /** From 1. */
  readonly n: number;
  /** An attempt that goes on elsewhere, under an engine that is gone. */
  readonly open?: AttemptRecord;
  readonly signal: AbortSignal;
}

export interface AttemptEnd {
  readonly state: Extract<AttemptState, "passed" | "failed" | "timed-out" | "cancelled">;
  readonly reason: string | undefined;
}

/** Tries a step once, or sees an open attempt through. That it will is stored before it does, and how it ended before anybody is told. */
export async function runAttempt(task: AttemptTask): Promise<AttemptEnd> {
  const { context, run, stage, step, n, open } = task;
  const { store, host } = context.workspace;
  const { clock } = host;
  const key = open?.key ?? randomUUID();
  const id = open?.id ?? store.write(() => {
    if (task.record.state === "queued" && n === firstOf(task.record)) move(store, run.key, "step", task.record.id, "running", clock.now());
    return addAttempt(store, run.key, { key, step: task.record.id, n, machine: host.identity.machine }, clock.now());
  });
  const log = new AttemptLog({ store, clock, attempt: id, stored: storedLog(store, id), redactor: new Redactor(), told: (text) => context.onOutput?.({ run: run.key, stage: stage.name, step: step.name, attempt: n, text }) });
  const limit = withTimeout(task.signal, step.timeout, clock);
  const started = clock.monotonic();
  let result: StepResult;
  try {
    result = await kindOf(stage, step).run({
      ...task,
      attempt: { key, n },
      log,
      signal: limit.signal,
      spawned: (process) => {
        if (open?.state !== "running") store.write(() => move(store, run.key, "attempt", id, "running", clock.now(), { pid: process?.pid, process_start: process?.start, boot: process?.boot }));
      },
    });
  } catch (error) {
    result = { passed: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    limit.end();
  }
  const end = endOf(result, limit.signal);
  const reason = end.reason && log.redactor.redact(end.reason);
  if (reason !== undefined) log.note(reason);
  log.close();
  const { exitCode, signal, evals, version } = result;
  store.write(() =>
    move(store, run.key, "attempt", id, end.state, clock.now(), { reason, duration_ms: open ? undefined : clock.monotonic() - started, exit_code: exitCode, signal, evals: evals && JSON.stringify(evals), version }),
  );
  return { state: end.state, reason };
}

/** The number of the next attempt. */
export function firstOf({ attempts }: Pick<StepRecord, "attempts">): number {
  return (attempts.at(-1)?.n ?? 0) + 1;
}

function endOf({ passed, reason }: StepResult, signal: AbortSignal): { state: AttemptEnd["state"]; reason: string | undefined } {
  // A command that is asked to end may well exit with 0.
  if (!signal.aborted) return { state: passed ? "passed" : "failed", reason };
  return signal.reason instanceof TimeOver ? { state: "timed-out", reason: signal.reason.message } : { state: "cancelled", reason: "Cancelled." };
}

/** A signal that is also aborted when `ms` are over. */
export function withTimeout(outer: AbortSignal, ms: number | undefined, clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> }): { readonly signal: AbortSignal; end(): void } {
  if (ms === undefined) return { signal: outer, end() {} };
  const timer = new AbortController();
  const over = new AbortController();
  clock.sleep(ms, timer.signal).then(
    () => over.abort(new TimeOver(`It took longer than ${seconds(ms)} and was ended.`)),
    () => {},
  );
  return { signal: AbortSignal.any([outer, over.signal]), end: () => timer.abort() };
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${ms / 1000} s` : `${Math.round(ms / 6000) / 10} min`;
}
