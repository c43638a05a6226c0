import type { TrainTask } from "./trainer.ts";

/** Where a script finds and writes what is not a variable. */
export interface ScriptFiles {
  readonly data: string;
  readonly validation: string | undefined;
  readonly metrics: string;
  readonly result: string;
}

/** What a script reads of its training, wherever it runs; docs/training.md lists it. */
export function scriptVariables(task: TrainTask, { data, validation, metrics, result }: ScriptFiles): Record<string, string> {
  const { base, seed, hyperparameters } = task.config;
  return {
    LLMOPS_TRAINING: task.name,
    LLMOPS_KEY: task.key,
    LLMOPS_DATA: data,
    LLMOPS_DATA_HASH: task.data.hash,
    ...(validation === undefined ? {} : { LLMOPS_VALIDATION: validation }),
    LLMOPS_MODEL: proposedName(task),
    LLMOPS_METRICS: metrics,
    LLMOPS_RESULT: result,
    LLMOPS_HYPERPARAMETERS: JSON.stringify(hyperparameters),
    ...(base === undefined ? {} : { LLMOPS_BASE: base }),
    ...(seed === undefined ? {} : { LLMOPS_SEED: String(seed) }),
  };
}

/** The name that a script may give its model, unless it has a better one. */
export function proposedName({ name, key }: Pick<TrainTask, "name" | "key">): string {
  return `${name}-${key.slice(0, 8)}`;
}
