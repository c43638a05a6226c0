import { createHash } from "node:crypto";
import { startRollout } from "../../rollouts/start.ts";
import { actionsOf, findRollout, type RolloutRecord } from "../../store/rollouts/records.ts";
import { requestAction } from "../../store/rollouts/transitions.ts";
import { watchStore } from "../../store/watch.ts";
import type { StepKind, StepResult, StepTask } from "./stepKind.ts";

/**
 * Rolls a version out, and has passed when it is promoted. A repetition after a crash attaches to the rollout that the step began, also to one that was
 * rolled back: what production refused is not sent there again by itself.
 */
export const rollout: StepKind = {
  effect: "repeatable",
  async run(task): Promise<StepResult> {
    const { context, run, stage, step } = task;
    const { rollouts, workspace } = context;
    const id = createHash("sha256").update(`${run.key}/${stage.name}/${step.name}`).digest("hex").slice(0, 32);
    const begun = findRollout(workspace.store, id) ?? (await startRollout(rollouts.context, { id, name: step.rollout!, version: step.version ?? run.commit?.slice(0, 7), by: run.by ?? "the pipeline" }));
    if (begun.endedAt === undefined) await rollouts.ensureController();
    const { state, reason } = await seeThrough(task, begun);
    return { passed: state === "promoted", reason: `${state === "rolled-back" ? "rolled back" : state}${reason === undefined ? "" : `: ${reason}`}` };
  },
};

/** Until it has ended. A step that is cancelled, or out of time, has it rolled back. */
async function seeThrough({ context, log, run, signal }: StepTask, { id, seq }: RolloutRecord): Promise<RolloutRecord> {
  const { store, host } = context.workspace;
  const abort = () => void requestAction(store, findRollout(store, id)!, "abort", run.by ?? "the pipeline", host.clock.now());
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  let wake = () => {};
  const unwatch = watchStore(store, host.clock, () => wake());
  let seen = 0;
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => (wake = resolve));
      const rollout = findRollout(store, id)!;
      for (const { id: action, by, text } of actionsOf(store, seq, seen)) {
        log.note(`${by}: ${text}`);
        seen = action;
      }
      if (rollout.endedAt !== undefined) return rollout;
      await changed;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    unwatch();
  }
}
