import { formatDuration } from "../../core/regression/words.ts";
import type { AttemptRecord, RunHead, RunRecord, StageRecord, StepRecord } from "../../core/store/pipeline/records.ts";

const MARKS: Readonly<Record<string, string>> = { passed: "✓", warned: "!", failed: "✗", "timed-out": "✗", cancelled: "–", skipped: "○", waiting: "●", unknown: "?", queued: "◌", running: "◌" };

/** A run as a tree, a line a stage and a step. */
export function runTree(run: RunRecord): string {
  return [runLine(run), ...run.stages.flatMap((stage) => [stageLine(stage), ...stage.steps.map(stepLine)])].join("\n");
}

/** `3f2a91c  on-commit  passed   2026-11-25 16:40  Ann` */
export function runLine(run: RunHead): string {
  const at = new Date(run.createdAt).toISOString().slice(0, 16).replace("T", " ");
  return `${run.key.slice(0, 8)}  ${at}  ${(run.commit?.slice(0, 7) ?? "–").padEnd(7)}  ${run.trigger.padEnd(14)}  ${run.state}${run.reason ? `: ${run.reason}` : ""}`;
}

function stageLine(stage: StageRecord): string {
  const took = stage.startedAt !== undefined && stage.endedAt !== undefined ? ` · ${formatDuration(Math.max(0, stage.endedAt - stage.startedAt))}` : "";
  const by = stage.approval?.state === "approved" ? ` · approved by ${stage.approval.by}${stage.approval.comment ? ` (${stage.approval.comment})` : ""}` : "";
  return `  ${MARKS[stage.state]} ${stage.name}   ${stage.state}${took}${stage.reason ? ` · ${stage.reason}` : ""}${by}`;
}

function stepLine(step: StepRecord): string {
  const tries = step.attempts.length > 1 ? ` · ${step.attempts.length} attempts` : "";
  return `    ${MARKS[step.state]} ${step.name}   ${step.state}${tries}${step.reason ? ` · ${step.reason}` : ""}`;
}

/** What `--json` prints of a run; its shape is part of the interface (docs/pipeline.md). */
export function runJson(run: RunRecord): object {
  return {
    ...runHeadJson(run),
    stages: run.stages.map((stage) => ({
      name: stage.name,
      state: stage.state,
      reason: stage.reason,
      version: stage.version,
      startedAt: stage.startedAt,
      endedAt: stage.endedAt,
      approval: stage.approval,
      steps: stage.steps.map(({ name, state, reason, attempts }) => ({ name, state, reason, attempts: attempts.map(attemptJson) })),
    })),
  };
}

export function runHeadJson({ key, trigger, commit, state, reason, startedBy, createdAt, startedAt, endedAt }: RunHead): object {
  return { runId: key, trigger, commit, state, reason, startedBy, createdAt, startedAt, endedAt };
}

function attemptJson({ n, state, reason, durationMs, exitCode, signal, evals, logBytes, droppedBytes }: AttemptRecord): object {
  return { n, state, reason, durationMs, exitCode, signal, evals, logBytes, droppedBytes };
}
