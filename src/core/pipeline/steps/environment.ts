import type { StepTask } from "./stepKind.ts";

/** What a command is told of what it is part of. */
export function commandVariables(run: Pick<StepTask["run"], "key" | "commit">, stage: Pick<StepTask["stage"], "name" | "environment">, attempt: number): Record<string, string> {
  return {
    LLMOPS_RUN: run.key,
    LLMOPS_STAGE: stage.name,
    LLMOPS_ATTEMPT: String(attempt),
    ...(run.commit === undefined ? {} : { LLMOPS_COMMIT: run.commit }),
    ...(stage.environment === undefined ? {} : { LLMOPS_ENVIRONMENT: stage.environment }),
  };
}
