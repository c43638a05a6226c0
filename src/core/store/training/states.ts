/**
 * The states of a training, and which may follow which. `submitting` is stored before the job is: what a crash
 * cut off there is looked for before anything is submitted again.
 */
export const TRAINING_STATES = ["preparing", "submitting", "training", "evaluating", "better", "not-better", "refused", "failed", "cancelled", "unknown"] as const;
export type TrainingState = (typeof TRAINING_STATES)[number];

/** How a training ended; `refused`: the data must not be learnt from. */
export const TRAINING_ENDS = ["better", "not-better", "refused", "failed", "cancelled"] as const;
export type TrainingEnd = (typeof TRAINING_ENDS)[number];

const NEXT: Readonly<Record<TrainingState, readonly TrainingState[]>> = {
  preparing: ["submitting", "refused", "failed", "cancelled"],
  submitting: ["training", "unknown", "failed", "cancelled"],
  training: ["evaluating", "failed", "cancelled"],
  evaluating: ["better", "not-better", "failed", "cancelled"],
  // Nobody can say whether the job was submitted: a person does.
  unknown: ["submitting", "failed", "cancelled"],
  better: [],
  "not-better": [],
  refused: [],
  failed: [],
  cancelled: [],
};

export function mayFollow(from: TrainingState, to: TrainingState): boolean {
  return NEXT[from].includes(to);
}

export function isOver(state: TrainingState): state is TrainingEnd {
  return (TRAINING_ENDS as readonly string[]).includes(state);
}
