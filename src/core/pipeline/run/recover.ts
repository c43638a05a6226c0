import type { Workspace } from "../../regression/workspace.ts";
import { endDeployment } from "../../store/pipeline/deployments.ts";
import type { AttemptRecord, RunRecord, StageRecord, StepRecord } from "../../store/pipeline/records.ts";
import { move } from "../../store/pipeline/transitions.ts";
import type { Definition } from "../definition.ts";
import { kindOf } from "../steps/kinds.ts";

const CUT_OFF = "The engine ended under it.";
const UNKNOWN = "The engine ended under it, and it must not happen twice: look how it ended, then say so.";

interface CutOff {
  readonly stage: StageRecord;
  readonly step: StepRecord;
  readonly attempt: AttemptRecord;
}

/**
 * Brings a run whose driver is gone into a state that one can go on from: what its processes left running
 * is ended, what can be repeated is queued again, and what must not be is marked as unknown, for a person.
 * The caller has the run's lock.
 */
export async function recover(workspace: Workspace, run: RunRecord, definition: Definition): Promise<void> {
  const { store, host } = workspace;
  for (const stage of run.stages) {
    for (const step of stage.steps) {
      const attempt = step.attempts.at(-1);
      // A job elsewhere goes on by itself, and is found again by its attempt's key.
      if (!attempt || step.effect === "attachable" || (attempt.state !== "intent" && attempt.state !== "running")) continue;
      if (attempt.machine === host.identity.machine) await host.commands.endLeftover({ marker: attempt.key, process: attempt.process });
      store.write(() => settle(workspace, run, { stage, step, attempt }, definition));
    }
  }
}

function settle({ store, host }: Workspace, run: RunRecord, { stage, step, attempt }: CutOff, definition: Definition): void {
  const at = host.clock.now();
  const stageConfig = definition.stages.find(({ name }) => name === stage.name)!;
  const config = stageConfig.steps.find(({ name }) => name === step.name)!;
  const outcome = step.effect === "repeatable" ? "not-begun" : kindOf(stageConfig, config).stored?.(store, attempt.key);
  switch (outcome) {
    case "not-begun":
      endDeployment(store, attempt.key, "failed", at);
      move(store, run.key, "attempt", attempt.id, "interrupted", at, { reason: CUT_OFF });
      move(store, run.key, "step", step.id, "queued", at);
      break;
    case "passed":
    case "failed":
      move(store, run.key, "attempt", attempt.id, outcome, at, { reason: `${CUT_OFF} It had ${outcome} by then.` });
      break;
    case undefined:
      move(store, run.key, "attempt", attempt.id, "unknown", at, { reason: UNKNOWN });
      move(store, run.key, "step", step.id, "unknown", at, { reason: UNKNOWN });
      move(store, run.key, "stage", stage.id, "unknown", at, { reason: `${step.name}: ${UNKNOWN}` });
  }
}
