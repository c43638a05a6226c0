import type { Workspace } from "../../regression/workspace.ts";
import { moveTraining, type TrainingRecord } from "../../store/training/trainings.ts";

/** A person says what became of a job of which nobody knows whether it was submitted. `again`: it was not. */
export function settleTraining({ store, host }: Workspace, training: TrainingRecord, as: "again" | "failed", by: string): void {
  const to = as === "again" ? "submitting" : "failed";
  store.write(() => moveTraining(store, training, to, { reason: as === "again" ? `To be submitted again, says ${by}.` : `It was given up by ${by}.` }, host.clock.now()));
}
