import type { StageConfig } from "../../config/schema.ts";
import type { RunRecord, StageRecord } from "../../store/pipeline/records.ts";
import { hasEnded, isGood, type Outcome, type StageState } from "../../store/pipeline/states.ts";

/** What is to be done next with a stage. */
export type Action =
  | { readonly kind: "start"; readonly stage: StageRecord }
  | { readonly kind: "ask"; readonly stage: StageRecord }
  | { readonly kind: "skip"; readonly stage: StageRecord; readonly reason: string }
  | { readonly kind: "fail"; readonly stage: StageRecord; readonly reason: string };

export interface Situation {
  readonly run: RunRecord;
  readonly definitions: readonly StageConfig[];
  /** Names of the stages that this process is running now. */
  readonly active: ReadonlySet<string>;
  /** Most stages at a time. */
  readonly most: number;
  /** How a stage that this run does not have last ended at its commit. */
  readonly elsewhere: (name: string) => StageState | undefined;
}

/** The rules of a run, from what is stored alone: they give the same after a crash as before it. */
export function decide({ run, definitions, active, most, elsewhere }: Situation): Action[] {
  const byName = new Map(run.stages.map((stage) => [stage.name, stage]));
  const actions: Action[] = [];
  let free = most - active.size;
  for (const { name, needs, approval } of definitions) {
    const stage = byName.get(name);
    if (!stage || hasEnded(stage.state) || stage.state === "unknown" || active.has(name)) continue;
    const start = () => {
      if (free-- > 0) actions.push({ kind: "start", stage });
    };
    if (stage.state === "running") start();
    else if (stage.state === "waiting") {
      if (stage.approval?.state === "approved") start();
      else if (stage.approval?.state === "rejected") actions.push({ kind: "fail", stage, reason: rejection(stage) });
    } else {
      const obstacle = obstacleOf(needs, byName, elsewhere);
      if (obstacle) actions.push({ ...obstacle, stage });
      else if (needs.every((needed) => !byName.has(needed) || isGood(byName.get(needed)!.state))) {
        if (approval) actions.push({ kind: "ask", stage });
        else start();
      }
    }
  }
  return actions;
}

/** How a run has ended whose stages all have; `undefined` as long as one has not. */
export function outcomeOf(run: RunRecord): Outcome | undefined {
  const states = run.stages.map(({ state }) => state);
  if (!states.every(hasEnded)) return undefined;
  return (["failed", "timed-out", "cancelled", "warned", "passed"] as const).find((state) => states.includes(state)) ?? "skipped";
}

/** What keeps a stage from ever starting in this run. */
function obstacleOf(needs: readonly string[], stages: ReadonlyMap<string, StageRecord>, elsewhere: Situation["elsewhere"]): { kind: "skip" | "fail"; reason: string } | undefined {
  for (const name of needs) {
    const needed = stages.get(name);
    if (needed && hasEnded(needed.state) && !isGood(needed.state)) return { kind: "skip", reason: `It needs ${name}, which ${ENDINGS[needed.state]}.` };
    const state = needed ? undefined : elsewhere(name);
    if (!needed && (state === undefined || !isGood(state))) return { kind: "fail", reason: `It needs ${name}, which ${state === undefined ? "has not run" : "did not pass"} at this commit: run that first.` };
  }
  return undefined;
}

const ENDINGS: Readonly<Record<Outcome, string>> = {
  passed: "passed",
  warned: "passed with warnings",
  failed: "failed",
  "timed-out": "ran out of time",
  cancelled: "was cancelled",
  skipped: "was skipped",
};

function rejection({ approval }: StageRecord): string {
  return `Rejected by ${approval?.by ?? "somebody"}${approval?.comment ? `: ${approval.comment}` : ""}`;
}
