import { follow } from "../../core/pipeline/follow.ts";
import { environmentStates, type PromoteRequest, startPromotion } from "../../core/pipeline/promotion.ts";
import { NothingToRun } from "../../core/pipeline/start.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { pipelineContext, report } from "./run.ts";

export async function promoteCommand(front: Front, environment: string, options: { commit?: string; model?: string; undo?: boolean; json?: boolean }): Promise<number> {
  const context = await pipelineContext(front);
  const request: PromoteRequest = { environment, commit: options.commit, model: options.model, undo: options.undo };
  let key: string;
  try {
    key = await startPromotion(context.workspace, request);
  } catch (error) {
    throw error instanceof NothingToRun ? new UsageError(error.message) : error;
  }
  const run = await follow(context, key, front.signal);
  if (run.state === "passed" && !options.undo) front.say('If this version is what changes are to be compared with from now on: "llmops baseline accept", then commit llmops.baseline.json.');
  return report(front, run, options.json);
}

export async function environmentsCommand(front: Front, options: { json?: boolean }): Promise<number> {
  const environments = await environmentStates(await front.workspace());
  if (options.json) front.print(JSON.stringify({ environments }));
  else if (environments.length === 0) front.print("There are no environments in llmops.yaml.");
  for (const { name, current } of options.json ? [] : environments) {
    const since = current && new Date(current.at).toISOString().slice(0, 16).replace("T", " ");
    front.print(`${name.padEnd(12)} ${current ? `${current.commit?.slice(0, 7) ?? "–"}  since ${since}, by ${current.by ?? "somebody"}${current.model === undefined ? "" : `, ${current.model}`}` : "nothing yet"}`);
  }
  return EXIT.ok;
}
