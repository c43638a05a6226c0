import { newState, type DecisionState } from "../decision/state.ts";
import { FRESH_SOURCE, type SourceState } from "../metrics/observe.ts";
import type { RolloutPlan } from "../plan/plan.ts";

/** What a rollout has come to, as JSON in the store: another process goes on from it. */
export interface Progress {
  readonly decision: DecisionState;
  readonly source: SourceState;
  /** It is decided that the canary gets everything: once the target has it, the rollout ends. */
  readonly finishing?: string;
  /** It was said that the target cannot be reached. */
  readonly alerted?: boolean;
}

export function freshProgress(plan: RolloutPlan): Progress {
  return { decision: newState(plan.rules), source: FRESH_SOURCE };
}
