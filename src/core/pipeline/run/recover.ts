import type { Workspace } from "../../regression/workspace.ts";
import type { AttemptRecord, RunRecord, StageRecord, StepRecord } from "../../store/pipeline/records.ts";
import { move } from "../../store/pipeline/transitions.ts";

const CUT_OFF = "The engine ended under it.";
const UNKNOWN = "The engine ended under it, and it must not happen twice: look how it ended, then say so.";

/**
 * Brings a run whose driver is gone into a state that one can go on from: what its processes left running
 * is ended, what can be repeated is queued again, and what must not be is marked as unknown, for a person.
 * The caller has the run's lock.
 */
export async function recover({ store, host }: Workspace, run: RunRecord): Promise<void> {
  for (const stage of run.stages) {
    for (const step of stage.steps) {
      const attempt = step.attempts.at(-1);
      if (!attempt || (attempt.state !== "intent" && attempt.state !== "running")) continue;
      if (attempt.machine === host.identity.machine) await host.commands.endLeftover({ marker: attempt.key, process: attempt.process });
      store.write(() => settleCutOff({ store, host }, run, { stage, step, attempt }));
    }
  }
}

function settleCutOff({ store, host }: Pick<Workspace, "store" | "host">, run: RunRecord, { stage, step, attempt }: { stage: StageRecord; step: StepRecord; attempt: AttemptRecord }): void {
  const at = host.clock.now();
  if (step.effect === "repeatable") {
    move(store, run.key, "attempt", attempt.id, "interrupted", at, { reason: CUT_OFF });
    move(store, run.key, "step", step.id, "queued", at);
    return;
  }
  move(store, run.key, "attempt", attempt.id, "unknown", at, { reason: UNKNOWN });
  move(store, run.key, "step", step.id, "unknown", at, { reason: UNKNOWN });
  move(store, run.key, "stage", stage.id, "unknown", at, { reason: `${step.name}: ${UNKNOWN}` });
}
