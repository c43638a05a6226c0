import { DecisionRefused, decideStage, settleUnknown } from "../../core/pipeline/decisions.ts";
import { follow } from "../../core/pipeline/follow.ts";
import { personOf } from "../../core/regression/workspace.ts";
import type { RunRecord } from "../../core/store/pipeline/records.ts";
import { requestCancel } from "../../core/store/pipeline/transitions.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { findOrThrow } from "./look.ts";
import { pipelineContext, report } from "./run.ts";

interface DecideOptions {
  comment?: string;
  json?: boolean;
}

export async function approveCommand(front: Front, key: string, stage: string | undefined, options: DecideOptions): Promise<number> {
  return decide(front, key, stage, true, options);
}

export async function rejectCommand(front: Front, key: string, stage: string | undefined, options: DecideOptions): Promise<number> {
  return decide(front, key, stage, false, options);
}

async function decide(front: Front, key: string, name: string | undefined, approved: boolean, { comment, json }: DecideOptions): Promise<number> {
  const { workspace } = await pipelineContext(front);
  const run = findOrThrow(workspace.store, key);
  const stage = theStage(run, name, "waiting");
  const by = await personOf(workspace);
  refused(() => decideStage(workspace, { run: run.key, stage, approved, by, comment }));
  return goOn(front, run.key, json);
}

export async function settleCommand(front: Front, key: string, name: string | undefined, options: { as: string; json?: boolean }): Promise<number> {
  const { as } = options;
  if (as !== "passed" && as !== "failed" && as !== "again") throw new UsageError("--as takes passed, failed or again.");
  const { workspace } = await pipelineContext(front);
  const run = findOrThrow(workspace.store, key);
  const by = await personOf(workspace);
  refused(() => settleUnknown(workspace, { run: run.key, stage: theStage(run, name, "unknown"), as, by }));
  return goOn(front, run.key, options.json);
}

export async function cancelCommand(front: Front, key: string, options: { json?: boolean }): Promise<number> {
  const { workspace } = await pipelineContext(front);
  const run = findOrThrow(workspace.store, key);
  if (!requestCancel(workspace.store, run.key, await personOf(workspace), front.host.clock.now())) throw new UsageError(`The run ${run.key.slice(0, 8)} has ended already: ${run.state}.`);
  await goOn(front, run.key, options.json);
  return 0;
}

/** Whoever drives the run goes on with it; when nobody does, this process. */
async function goOn(front: Front, key: string, json: boolean | undefined): Promise<number> {
  return report(front, await follow(await pipelineContext(front), key, front.signal), json);
}

function theStage(run: RunRecord, name: string | undefined, state: "waiting" | "unknown"): string {
  if (name !== undefined) return name;
  const [first, ...others] = run.stages.filter((stage) => stage.state === state).map((stage) => stage.name);
  if (first === undefined) throw new UsageError(state === "waiting" ? "No stage of this run waits for approval." : "Nothing of this run is unknown.");
  if (others.length > 0) throw new UsageError(`Several stages do: name one of ${[first, ...others].join(", ")}.`);
  return first;
}

function refused(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof DecisionRefused ? new UsageError(error.message) : error;
  }
}
