import { listTrainings, trainingLog } from "../../core/store/training/trainings.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { trainingNamed } from "./find.ts";
import { trainingJson, trainingText } from "./words.ts";

export async function listCommand(front: Front, { limit, json }: { limit?: number; json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const trainings = listTrainings(store, { limit: limit ?? 20 });
  if (json) front.print(JSON.stringify({ trainings: trainings.map((training) => trainingJson(store, training)) }));
  else if (trainings.length === 0) front.print('Nothing has been trained yet: "llmops train NAME" does.');
  for (const { key, name, state, model, startedAt } of json ? [] : trainings) front.print(`${key.slice(0, 8)}  ${new Date(startedAt).toISOString().slice(0, 16).replace("T", " ")}  ${name}  ${state}${model === undefined ? "" : `  ${model}`}`);
  return EXIT.ok;
}

export async function statusCommand(front: Front, key: string | undefined, { log, json }: { log?: boolean; json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const training = trainingNamed(store, key);
  if (json) front.print(JSON.stringify(trainingJson(store, training)));
  else front.print([trainingText(store, training), ...(log ? trainingLog(store, training).map(({ line }) => `  | ${line}`) : [])].join("\n"));
  return EXIT.ok;
}
