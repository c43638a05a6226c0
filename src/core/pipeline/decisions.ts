import type { Workspace } from "../regression/workspace.ts";
import { decideApproval } from "../store/pipeline/approvals.ts";
import { endDeployment } from "../store/pipeline/deployments.ts";
import { findPipelineRun, type RunRecord, type StageRecord } from "../store/pipeline/records.ts";
import { move } from "../store/pipeline/transitions.ts";

/** A decision that cannot be taken (any more); the message says why. */
export class DecisionRefused extends Error {}

export interface ApprovalDecision {
  readonly run: string;
  readonly stage: string;
  readonly approved: boolean;
  readonly by: string;
  readonly comment?: string;
  /** Hash of the evidence that the person saw; without one, that of now. */
  readonly evidence?: string;
}

/** Approves or rejects a stage that waits. Whoever drives the run goes on by it. @throws {DecisionRefused} */
export function decideStage({ store, host }: Workspace, { run: key, stage: name, evidence, ...decision }: ApprovalDecision): void {
  const { run, stage } = find(store, key, name);
  if (stage.state !== "waiting" || !stage.approval) throw new DecisionRefused(`The stage ${name} does not wait for approval: it is ${stage.state}.`);
  const stored = decideApproval(store, run.key, stage.id, { ...decision, comment: decision.comment, evidence: evidence ?? stage.approval.evidence, at: host.clock.now() });
  if (stored === "stale") throw new DecisionRefused(`The evidence for ${name} has changed since you looked: look again.`);
  if (stored === "decided") throw new DecisionRefused(`The stage ${name} was ${find(store, key, name).stage.approval?.state} already.`);
}

/**
 * A person says what became of a step that a crash cut off and that must not happen twice; `again` starts it
 * once more. @throws {DecisionRefused}
 */
export function settleUnknown({ store, host }: Workspace, { run: key, stage: name, as, by }: { readonly run: string; readonly stage: string; readonly as: "passed" | "failed" | "again"; readonly by: string }): void {
  const { run, stage } = find(store, key, name);
  const step = stage.steps.find(({ state }) => state === "unknown");
  if (!step) throw new DecisionRefused(`Nothing of the stage ${name} is unknown: it is ${stage.state}.`);
  store.write(() => {
    const at = host.clock.now();
    const reason = as === "again" ? `To be started again, says ${by}.` : `It ${as}, says ${by}.`;
    const attempt = step.attempts.at(-1);
    if (attempt) endDeployment(store, attempt.key, as === "passed" ? "deployed" : "failed", at);
    if (attempt?.state === "unknown" && as !== "again") move(store, run.key, "attempt", attempt.id, as, at, { reason });
    move(store, run.key, "step", step.id, as === "again" ? "queued" : as, at, { reason });
    move(store, run.key, "stage", stage.id, "running", at, { reason });
  });
}

function find(store: Workspace["store"], key: string, name: string): { run: RunRecord; stage: StageRecord } {
  const run = findPipelineRun(store, key);
  const stage = run?.stages.find((candidate) => candidate.name === name);
  if (!run || !stage) throw new DecisionRefused(run ? `The run ${key} has no stage named ${JSON.stringify(name)}.` : `There is no run ${key} of the pipeline.`);
  return { run, stage };
}
