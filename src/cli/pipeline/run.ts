import type { PipelineContext, StepOutput } from "../../core/pipeline/context.ts";
import { follow } from "../../core/pipeline/follow.ts";
import { launch, type LaunchRequest } from "../../core/pipeline/launch.ts";
import { NothingToRun } from "../../core/pipeline/start.ts";
import type { Trigger } from "../../core/store/pipeline/records.ts";
import { openPipelineRuns, type RunRecord } from "../../core/store/pipeline/records.ts";
import { pipelineRollouts } from "../../engine/controller/context.ts";
import { engineFiles } from "../../engine/ownFiles.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { runJson, runTree } from "./words.ts";

const TRIGGERS: readonly string[] = ["on-commit", "on-schedule", "on-data-change", "manual"] satisfies Trigger[];

interface Options {
  trigger?: string;
  commit?: string;
  stage?: string[];
  again?: boolean;
  json?: boolean;
}

export async function runCommand(front: Front, options: Options): Promise<number> {
  const trigger = options.trigger ?? (options.stage?.length ? "manual" : "on-commit");
  if (!TRIGGERS.includes(trigger)) throw new UsageError(`There is no trigger ${JSON.stringify(trigger)}. Possible: ${TRIGGERS.join(", ")}.`);
  const request: LaunchRequest = { trigger: trigger as Trigger, commit: options.commit, stages: options.stage?.length ? options.stage : undefined, again: options.again };
  const context = await pipelineContext(front);
  let key: string;
  try {
    const started = await launch(context.workspace, request);
    key = started.key;
    if (!started.isNew) front.say(`The run ${key.slice(0, 8)} is of the same occasion. "--again" makes a new one.`);
  } catch (error) {
    throw error instanceof NothingToRun ? new UsageError(error.message) : error;
  }
  return report(front, await follow(context, key, front.signal), options.json);
}

/** Goes on with runs that a crash cut off, and with those that a decision has set free. */
export async function resumeCommand(front: Front, options: { json?: boolean }): Promise<number> {
  const context = await pipelineContext(front);
  const runs: RunRecord[] = [];
  for (const { key } of openPipelineRuns(context.workspace.store)) runs.push(await follow(context, key, front.signal));
  if (options.json) front.print(JSON.stringify({ runs: runs.map(runJson) }));
  else front.print(runs.length === 0 ? "No run is open." : runs.map(runTree).join("\n"));
  return runs.map(exitCodeOf).find((code) => code !== EXIT.ok) ?? EXIT.ok;
}

export async function pipelineContext(front: Front): Promise<PipelineContext> {
  const workspace = await front.workspace();
  return { workspace, sandbox: front.sandbox, engineFiles, rollouts: pipelineRollouts(workspace, process.argv[1] as string), onOutput: lines(front) };
}

export function report(front: Front, run: RunRecord, json: boolean | undefined): number {
  front.print(json ? JSON.stringify(runJson(run)) : runTree(run));
  const waiting = run.stages.filter(({ state }) => state === "waiting").map(({ name }) => name);
  for (const name of waiting) front.say(`${name} waits for approval: llmops pipeline approve ${run.key.slice(0, 8)} ${JSON.stringify(name)}`);
  for (const { name } of run.stages.filter(({ state }) => state === "unknown")) front.say(`How ${name} ended is not known: llmops pipeline settle ${run.key.slice(0, 8)} ${JSON.stringify(name)} --as passed|failed|again`);
  return exitCodeOf(run);
}

/** What waits for a person has no verdict yet: a script must not go on as if it had passed. */
function exitCodeOf({ state }: RunRecord): number {
  if (state === "passed" || state === "warned" || state === "skipped") return EXIT.ok;
  if (state === "cancelled") return EXIT.cancelled;
  return state === "waiting" ? EXIT.error : EXIT.regression;
}

/** What steps write, line by line, each with whose it is: stages run side by side. */
function lines(front: Front): (output: StepOutput) => void {
  const open = new Map<string, string>();
  return ({ stage, step, text }) => {
    const name = `${stage}/${step}`;
    const parts = ((open.get(name) ?? "") + text).split("\n");
    open.set(name, parts.pop()!);
    if (parts.length > 0) front.say(parts.map((line) => `${name} | ${line}`).join("\n"));
  };
}
