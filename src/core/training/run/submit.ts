import { CallError } from "../../evals/providers/provider.ts";
import { ApiError } from "../../restApi.ts";
import type { Clock } from "../../host.ts";
import type { Trainer, TrainTask } from "../trainers/trainer.ts";

/** How often a job is submitted whose answer was lost and that is then not found. */
const MOST_SUBMITS = 3;
const MOST_LOOKS = 8;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/**
 * Submits a job once. What may have been submitted before, by a process that ended or with an answer that was lost,
 * is looked for first: a job that is found is attached to. Where nobody can say whether there is one, a person must.
 * @throws {CallError} for what the trainer refused: then there is certainly no job.
 */
export async function submitJob(trainer: Trainer, task: TrainTask, clock: Clock): Promise<string | { readonly unknown: string }> {
  let failure: unknown;
  for (let submits = 0; submits < MOST_SUBMITS; submits++) {
    const known = await look(trainer, task, clock);
    if (typeof known === "object") return { unknown: `Whether the job was submitted is not known: ${known.failure}${failure ? ` (${(failure as Error).message})` : ""} Look there, then say so.` };
    if (known !== undefined) return known;
    try {
      return await trainer.submit(task);
    } catch (error) {
      if (task.signal.aborted || !mayHaveArrived(error)) throw error;
      failure = error;
      await clock.sleep(FIRST_WAIT_MS * 2 ** submits, task.signal);
    }
  }
  throw failure;
}

/** An answer that was lost says nothing of the question: it may have been acted on. */
function mayHaveArrived(error: unknown): boolean {
  return (error instanceof CallError && error.kind === "unanswered") || (error instanceof ApiError && error.passing);
}

async function look(trainer: Trainer, task: TrainTask, clock: Clock): Promise<string | undefined | { readonly failure: string }> {
  let message = "";
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    try {
      return await trainer.find(task);
    } catch (error) {
      if (task.signal.aborted) throw error;
      message = error instanceof Error ? error.message : String(error);
      await clock.sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** looks), task.signal);
    }
  }
  return { failure: message };
}
