import { isOver } from "../../store/training/states.ts";
import { cancelTraining, trainingLog, trainingOf, type TrainingRecord } from "../../store/training/trainings.ts";
import { watchStore } from "../../store/watch.ts";
import { NothingToTrain, readDefinition } from "../../training/definition.ts";
import { followTraining } from "../../training/run/followTraining.ts";
import { startTraining } from "../../training/run/start.ts";
import { stateSentence } from "../../training/words.ts";
import type { StepKind, StepResult, StepTask } from "./stepKind.ts";

/**
 * Trains, and has passed when the new model is better. A repetition after a crash attaches to the training that the
 * step began; only one that failed is begun anew.
 */
export const train: StepKind = {
  effect: "repeatable",
  async run(task): Promise<StepResult> {
    const { context, definition, run, stage, step } = task;
    const { workspace } = context;
    const origin = `${run.key}/${stage.name}/${step.name}`;
    const known = trainingOf(workspace.store, origin);
    let key = known && (!isOver(known.state) || known.state === "better" || known.state === "not-better") ? known.key : undefined;
    try {
      if (key === undefined) {
        // What was agreed to is the run's definition; the data is that of the work tree.
        const now = await readDefinition(workspace, step.train);
        const asked = definition.trainings?.[step.train!];
        if (JSON.stringify(now.definition.config) !== JSON.stringify(asked)) return { passed: false, reason: `llmops.yaml has another training ${step.train} on disk than at the commit of this run: commit it, and run again.` };
      }
      key ??= await startTraining(workspace, { name: step.train!, origin, by: run.by });
    } catch (error) {
      if (!(error instanceof NothingToTrain)) throw error;
      return { passed: error.last?.state === "better", reason: error.message };
    }
    const training = await seeThrough(task, key);
    return { passed: training.state === "better", reason: stateSentence(training), evals: training.eval === undefined ? [] : [training.eval] };
  },
};

async function seeThrough({ context, log, run, signal }: StepTask, key: string): Promise<TrainingRecord> {
  const { store, host } = context.workspace;
  let seen = 0;
  const copyLog = (training: Pick<TrainingRecord, "id">) => {
    for (const { seq, line } of trainingLog(store, training, seen)) {
      log.note(line);
      seen = seq;
    }
  };
  const { id } = store.get<{ id: number }>("SELECT id FROM experiment_run WHERE key = ?", key)!;
  // A step that is cancelled or out of time ends its training; an engine that ends leaves it.
  const cancel = () => void cancelTraining(store, { id, key }, run.by ?? "the pipeline", host.clock.now());
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  const unwatch = watchStore(store, host.clock, () => copyLog({ id }));
  try {
    return await followTraining(context, key, new AbortController().signal);
  } finally {
    signal.removeEventListener("abort", cancel);
    unwatch();
    copyLog({ id });
  }
}
