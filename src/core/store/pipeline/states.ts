/**
 * The states of a pipeline's run, its stages, their steps and the attempts at those, and which may follow
 * which. A transition that is not listed is a bug, and throws before anything is stored.
 */

export type RunState = "queued" | "running" | "waiting" | Outcome;
/** `unknown`: a crash cut off what must not happen twice; a person says how it ended. */
export type StageState = "queued" | "waiting" | "running" | "unknown" | Outcome;
export type StepState = "queued" | "running" | "unknown" | Outcome;
/** `intent`: it is about to start; `interrupted`: the engine ended under it. */
export type AttemptState = "intent" | "running" | "interrupted" | "unknown" | "passed" | "failed" | "timed-out" | "cancelled";

/** How a run, stage or step may have ended. */
export type Outcome = "passed" | "warned" | "failed" | "timed-out" | "cancelled" | "skipped";

/** What a repetition would do: nothing new, or what must not happen twice. `attachable`: it goes on elsewhere, and is found again. */
export type Effect = "repeatable" | "attachable" | "once";

const ENDED: readonly Outcome[] = ["passed", "warned", "failed", "timed-out", "cancelled", "skipped"];

const NEXT = {
  run: { queued: ["running", "cancelled"], running: ["waiting", ...ENDED], waiting: ["running", ...ENDED] },
  stage: {
    queued: ["waiting", "running", "failed", "cancelled", "skipped"],
    waiting: ["running", "failed", "cancelled"],
    running: ["unknown", "passed", "warned", "failed", "timed-out", "cancelled"],
    unknown: ["running", "cancelled"],
  },
  step: {
    queued: ["running", "skipped", "cancelled"],
    running: ["queued", "unknown", "passed", "warned", "failed", "timed-out", "cancelled"],
    unknown: ["queued", "passed", "warned", "failed", "cancelled"],
  },
  attempt: {
    intent: ["running", "interrupted", "unknown", "passed", "failed", "timed-out", "cancelled"],
    running: ["interrupted", "unknown", "passed", "failed", "timed-out", "cancelled"],
    unknown: ["passed", "failed", "cancelled"],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>;

export type Level = keyof typeof NEXT;
export type StateOf = { run: RunState; stage: StageState; step: StepState; attempt: AttemptState };

/** The states from which one may follow. */
export function before<L extends Level>(level: L, to: StateOf[L]): string[] {
  return Object.entries(NEXT[level] as Record<string, readonly string[]>).filter(([, next]) => next.includes(to)).map(([from]) => from);
}

export function hasEnded(state: string): state is Outcome {
  return (ENDED as readonly string[]).includes(state);
}

/** Whether what needs it may go on. */
export function isGood(state: string): boolean {
  return state === "passed" || state === "warned";
}
