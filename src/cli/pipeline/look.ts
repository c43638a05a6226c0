import { findPipelineRun, listPipelineRuns, type RunRecord } from "../../core/store/pipeline/records.ts";
import { readLog } from "../../core/store/pipeline/logs.ts";
import { loadConfig } from "../../core/config/load.ts";
import type { Store } from "../../core/store/store.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { runHeadJson, runJson, runLine, runTree } from "./words.ts";

/** Pieces of a log that are read at a time. */
const LOG_PAGE = 50;

export async function validateCommand(front: Front, options: { json?: boolean }): Promise<number> {
  const workspace = await front.workspace();
  const { problems, config } = await loadConfig({ snapshot: workspace.disk, root: workspace.root });
  for (const problem of problems) front.problem(problem);
  const invalid = problems.some(({ severity }) => severity === "error");
  if (options.json) front.print(JSON.stringify({ valid: !invalid, problems }));
  else if (!invalid) {
    const stages = config?.pipeline ?? [];
    front.print(stages.length === 0 ? "There is no pipeline in llmops.yaml." : `The pipeline is valid: ${stages.map(({ name, trigger }) => `${name} (${trigger})`).join(", ")}.`);
  }
  return invalid ? EXIT.usage : EXIT.ok;
}

export async function listCommand(front: Front, options: { limit?: number; json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const runs = listPipelineRuns(store, { limit: options.limit ?? 20 });
  if (options.json) front.print(JSON.stringify({ runs: runs.map(runHeadJson) }));
  else front.print(runs.length === 0 ? 'No runs yet. "llmops pipeline run" makes the first.' : runs.map(runLine).join("\n"));
  return EXIT.ok;
}

export async function showCommand(front: Front, key: string | undefined, options: { json?: boolean }): Promise<number> {
  const run = findOrThrow((await front.workspace()).store, key);
  front.print(options.json ? JSON.stringify(runJson(run)) : runTree(run));
  return EXIT.ok;
}

/** Prints the log of a step's last attempt, or of all steps of a stage or run. */
export async function logsCommand(front: Front, key: string, what: string | undefined): Promise<number> {
  const { store } = await front.workspace();
  const run = findOrThrow(store, key);
  const [stageName, stepName] = what?.split("/") ?? [];
  const steps = run.stages.filter(({ name }) => stageName === undefined || name === stageName).flatMap((stage) => stage.steps.filter(({ name }) => stepName === undefined || name === stepName).map((step) => ({ stage, step })));
  if (steps.length === 0) throw new UsageError(`The run ${key} has no ${what}. It has: ${run.stages.flatMap((stage) => stage.steps.map((step) => `${stage.name}/${step.name}`)).join(", ")}.`);
  for (const { stage, step } of steps) {
    const attempt = step.attempts.at(-1);
    if (!attempt) continue;
    if (steps.length > 1) front.print(`== ${stage.name}/${step.name}, attempt ${attempt.n}`);
    let seq = 0;
    for (let page = readLog(store, attempt.id, 0, LOG_PAGE); page.length > 0; page = readLog(store, attempt.id, seq, LOG_PAGE)) {
      for (const chunk of page) {
        if (chunk.seq > seq + 1) front.say(`… ${attempt.droppedBytes} bytes were not kept …`);
        seq = chunk.seq;
        front.write(chunk.text);
      }
    }
  }
  return EXIT.ok;
}

export function findOrThrow(store: Store, key: string | undefined): RunRecord {
  const run = findPipelineRun(store, key ?? listPipelineRuns(store, { limit: 1 })[0]?.key ?? "");
  if (!run || key === "") throw new UsageError(key === undefined ? 'No runs yet. "llmops pipeline run" makes the first.' : `There is no run ${key}, or several begin so. "llmops pipeline list" shows them.`);
  return run;
}
