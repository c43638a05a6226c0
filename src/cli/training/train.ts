import type { TrainingContext } from "../../core/training/context.ts";
import { NothingToTrain } from "../../core/training/definition.ts";
import { followTraining } from "../../core/training/run/followTraining.ts";
import { settleTraining } from "../../core/training/run/settle.ts";
import { startTraining } from "../../core/training/run/start.ts";
import { personOf } from "../../core/regression/workspace.ts";
import { cancelTraining, openTrainings, type TrainingRecord } from "../../core/store/training/trainings.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { progressBar } from "../progress.ts";
import { UsageError } from "../usage.ts";
import { trainingNamed } from "./find.ts";
import { trainingJson, trainingText } from "./words.ts";

export async function startCommand(front: Front, name: string | undefined, { again, json }: { again?: boolean; json?: boolean }): Promise<number> {
  const context = await trainingContext(front);
  let key: string;
  try {
    key = await startTraining(context.workspace, { name, again, by: await personOf(context.workspace) });
  } catch (error) {
    throw error instanceof NothingToTrain ? new UsageError(error.message) : error;
  }
  return report(front, context, await see(front, context, key), json);
}

export async function resumeCommand(front: Front, { json }: { json?: boolean }): Promise<number> {
  const context = await trainingContext(front);
  const trainings: TrainingRecord[] = [];
  for (const { key } of openTrainings(context.workspace.store)) trainings.push(await see(front, context, key));
  if (json) front.print(JSON.stringify({ trainings: trainings.map((training) => trainingJson(context.workspace.store, training)) }));
  else front.print(trainings.length === 0 ? "No training is open." : trainings.map((training) => trainingText(context.workspace.store, training)).join("\n\n"));
  return trainings.map(exitCodeOf).find((code) => code !== EXIT.ok) ?? EXIT.ok;
}

export async function cancelCommand(front: Front, key: string | undefined, { json }: { json?: boolean }): Promise<number> {
  const context = await trainingContext(front);
  const { store, host } = context.workspace;
  const training = trainingNamed(store, key);
  if (!cancelTraining(store, training, await personOf(context.workspace), host.clock.now())) throw new UsageError(`The training ${training.key.slice(0, 8)} has ended: it is ${training.state}.`);
  // Where nobody drives it, this does.
  const ended = await see(front, context, training.key);
  if (json) front.print(JSON.stringify(trainingJson(store, ended)));
  else front.print(trainingText(store, ended));
  return ended.state === "cancelled" ? EXIT.ok : EXIT.error;
}

export async function settleCommand(front: Front, key: string, { as, json }: { as: string; json?: boolean }): Promise<number> {
  const context = await trainingContext(front);
  if (as !== "again" && as !== "failed") throw new UsageError(`--as is again or failed, not ${JSON.stringify(as)}.`);
  const training = trainingNamed(context.workspace.store, key);
  if (training.state !== "unknown") throw new UsageError(`Nothing of the training ${training.key.slice(0, 8)} is unknown: it is ${training.state}.`);
  settleTraining(context.workspace, training, as, await personOf(context.workspace));
  return report(front, context, await see(front, context, training.key), json);
}

async function trainingContext(front: Front): Promise<TrainingContext> {
  return { workspace: await front.workspace(), sandbox: front.sandbox };
}

/** Sees a training through, with a bar. Ctrl+C leaves it: its job goes on. */
async function see(front: Front, context: TrainingContext, key: string): Promise<TrainingRecord> {
  let doing = "";
  let bar = progressBar(front, "");
  const told: TrainingContext = {
    ...context,
    onProgress(progress) {
      if (progress.doing !== doing) {
        bar.clear();
        doing = progress.doing;
        bar = progressBar(front, doing);
        if (!front.interactive) front.say(`${doing} …`);
      }
      bar.update(progress.done, progress.total);
    },
  };
  try {
    return await followTraining(told, key, front.signal);
  } catch (error) {
    if (front.signal.aborted) front.say(`The training ${key.slice(0, 8)} goes on without this terminal: "llmops train resume" sees it through, "llmops train cancel" ends it.`);
    throw error;
  } finally {
    bar.clear();
  }
}

function report(front: Front, { workspace: { store } }: TrainingContext, training: TrainingRecord, json: boolean | undefined): number {
  front.print(json ? JSON.stringify(trainingJson(store, training)) : trainingText(store, training));
  if (training.state === "unknown") front.say(`Say how it is: llmops train settle ${training.key.slice(0, 8)} --as again|failed`);
  if (training.state === "better") front.say(`Promote it: llmops promote ENVIRONMENT --model ${training.name}`);
  return exitCodeOf(training);
}

function exitCodeOf({ state }: TrainingRecord): number {
  if (state === "better") return EXIT.ok;
  if (state === "cancelled") return EXIT.cancelled;
  return state === "not-better" || state === "refused" ? EXIT.regression : EXIT.error;
}
