import type { StepConfig } from "../../config/schema.ts";
import { judgedVersions, type StageRecord, type StepRecord } from "../../store/pipeline/records.ts";
import { hasEnded, type Outcome } from "../../store/pipeline/states.ts";
import { move } from "../../store/pipeline/transitions.ts";
import { stageVersion } from "../version.ts";
import { type AttemptEnd, type AttemptTask, firstOf, runAttempt, TimeOver, withTimeout } from "./attempt.ts";

type StageTask = Omit<AttemptTask, "step" | "record" | "n">;

/** Runs the steps of a stage that have not ended, one after the other, and stores how it ended. */
export async function runStage(task: StageTask, record: StageRecord): Promise<void> {
  const { context, run, stage } = task;
  const { store, host } = context.workspace;
  if (record.state !== "running") store.write(() => move(store, run.key, "stage", record.id, "running", host.clock.now(), { reason: null }));
  const limit = withTimeout(task.signal, stage.timeout, host.clock);
  const outcomes: { step: StepConfig; outcome: Outcome }[] = [];
  try {
    for (const step of record.steps) {
      const config = stage.steps.find(({ name }) => name === step.name)!;
      const stopped = outcomes.some((past) => past.step.onFailure === "fail" && stops(past.outcome)) || limit.signal.aborted;
      const outcome = hasEnded(step.state) ? step.state : stopped ? leave(task, step, limit.signal) : await runStep({ ...task, signal: limit.signal }, config, step);
      outcomes.push({ step: config, outcome });
    }
  } finally {
    limit.end();
  }
  const { state, reason } = outcomeOf(outcomes, limit.signal);
  store.write(() => move(store, run.key, "stage", record.id, state, host.clock.now(), { reason, version: stageVersion(judgedVersions(store, record.id)) }));
}

/** Tries a step until it passes, or has failed once more than it may be tried again. What a crash cut off was no try. */
async function runStep(task: StageTask, step: StepConfig, record: StepRecord): Promise<Outcome> {
  const { store, host } = task.context.workspace;
  let failures = record.attempts.filter(({ state }) => state === "failed" || state === "timed-out").length;
  const before = record.attempts.at(-1);
  const open = before && (before.state === "intent" || before.state === "running") ? before : undefined;
  let end: AttemptEnd | undefined = before && isEnd(before.state) ? { state: before.state, reason: before.reason } : undefined;
  for (let n = open?.n ?? firstOf(record); end === undefined || (end.state !== "passed" && end.state !== "cancelled" && failures <= step.retryCount && !task.signal.aborted); n++) {
    end = await runAttempt({ ...task, step, record, n, open: n === open?.n ? open : undefined });
    if (end.state !== "passed") failures++;
  }
  const outcome = end.state !== "passed" && end.state !== "cancelled" && step.onFailure === "warn" ? "warned" : end.state;
  const tries = failures > 1 && outcome !== "passed" ? ` (attempt ${failures} of ${step.retryCount + 1})` : "";
  store.write(() => move(store, task.run.key, "step", record.id, outcome, host.clock.now(), { reason: end.reason === undefined ? null : end.reason + tries }));
  return outcome;
}

/** A step that is not reached any more. */
function leave({ context, run }: StageTask, { id }: StepRecord, signal: AbortSignal): Outcome {
  const { store, host } = context.workspace;
  const outcome = signal.aborted && !(signal.reason instanceof TimeOver) ? "cancelled" : "skipped";
  store.write(() => move(store, run.key, "step", id, outcome, host.clock.now()));
  return outcome;
}

function outcomeOf(outcomes: readonly { step: StepConfig; outcome: Outcome }[], signal: AbortSignal): { state: Exclude<Outcome, "skipped">; reason: string | null } {
  const failed = outcomes.filter(({ outcome }) => stops(outcome));
  if (signal.aborted && failed.length > 0) return signal.reason instanceof TimeOver ? { state: "timed-out", reason: signal.reason.message } : { state: "cancelled", reason: "Cancelled." };
  const fatal = failed.find(({ step }) => step.onFailure === "fail");
  if (fatal) return { state: fatal.outcome === "timed-out" ? "timed-out" : "failed", reason: `${fatal.step.name} ${fatal.outcome === "timed-out" ? "ran out of time" : "failed"}.` };
  const warned = outcomes.filter(({ outcome }) => outcome === "warned").map(({ step }) => step.name);
  if (warned.length > 0) return { state: "warned", reason: `${warned.join(", ")} failed, which is a warning only.` };
  return { state: "passed", reason: failed.length > 0 ? `${failed.map(({ step }) => step.name).join(", ")} failed, and may.` : null };
}

function stops(outcome: Outcome): boolean {
  return outcome === "failed" || outcome === "timed-out" || outcome === "cancelled";
}

function isEnd(state: string): state is AttemptEnd["state"] {
  return state === "passed" || state === "failed" || state === "timed-out" || state === "cancelled";
}
