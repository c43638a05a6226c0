import { randomUUID } from "node:crypto";
import { cannotRun } from "../config/pipelineChecks.ts";
import type { StageConfig } from "../config/schema.ts";
import { didYouMean } from "../config/suggest.ts";
import { type Problem, ProblemError } from "../problem.ts";
import type { Trigger } from "../store/pipeline/records.ts";
import { createPipelineRun } from "../store/pipeline/transitions.ts";
import { contentHash } from "../store/store.ts";
import type { Workspace } from "../regression/workspace.ts";
import { type Definition, type LoadedPipeline } from "./definition.ts";
import { effectOf } from "./steps/kinds.ts";
import { isSkipped } from "./triggers/skip.ts";

export interface StartRequest {
  readonly trigger: Trigger;
  /** Full id; `undefined` without git, or without commits. */
  readonly commit: string | undefined;
  /** Files that the commit changed, relative to the root; `undefined`: not known. */
  readonly changed: readonly string[] | undefined;
  /** Only these stages; `undefined`: all of the trigger's (of `manual`: all of that kind). */
  readonly stages?: readonly string[];
  /**
   * What happened, beside the commit: the data's hash, the instant of the schedule. The same occasion of the
   * same stages is one run, whoever sees it first.
   */
  readonly occasion: string;
  readonly by: string | undefined;
}

/** There is nothing to run. The message says why, and what there is. */
export class NothingToRun extends Error {}

/**
 * Stores a run that nobody drives yet; where the same occasion has one, that one.
 * @throws {NothingToRun | ProblemError} the latter at a stage that this version cannot run.
 */
export function startPipeline({ store, host }: Workspace, { definition, loaded }: LoadedPipeline, request: StartRequest): { readonly key: string; readonly isNew: boolean } {
  const stages = selected(definition, request).map((stage) => ({ ...stage, approval: stage.approval || stage.steps.some(({ promote }) => promote !== undefined && definition.environments[promote]?.approval === true) }));
  for (const stage of stages) {
    const reason = cannotRun(stage, definition);
    if (!reason) continue;
    const path = ["pipeline", definition.stages.findIndex(({ name }) => name === stage.name), ...reason.path];
    throw new ProblemError({ severity: "error", code: "not-yet", message: reason.message, location: loaded.locate(path, "key") } satisfies Problem);
  }
  const chosen: Definition = { ...definition, stages };
  return createPipelineRun(store, {
    key: randomUUID(),
    trigger: request.trigger,
    triggerKey: contentHash(JSON.stringify([chosen, request.trigger, request.commit ?? "", request.occasion])),
    commit: request.commit,
    definition: JSON.stringify(chosen),
    startedBy: request.by,
    at: host.clock.now(),
    stages: stages.map((stage) => ({
      name: stage.name,
      skipped: isSkipped(stage.skipOn, request.changed) ? `Only files of skipOn changed (${count(request.changed!.length)}).` : undefined,
      steps: stage.steps.map((step) => ({ name: step.name, effect: effectOf(stage, step, definition) })),
    })),
  });
}

function selected({ stages }: Definition, { trigger, stages: names }: StartRequest): StageConfig[] {
  if (stages.length === 0) throw new NothingToRun("llmops.yaml has no pipeline. docs/pipeline.md shows how to write one.");
  if (names) {
    for (const name of names) {
      if (!stages.some((stage) => stage.name === name)) throw new NothingToRun(`There is no stage named ${JSON.stringify(name)}.${didYouMean(name, stages.map((stage) => stage.name))}`);
    }
    return stages.filter((stage) => names.includes(stage.name));
  }
  const found = stages.filter((stage) => stage.trigger === trigger);
  if (found.length > 0) return found;
  throw new NothingToRun(`No stage has the trigger ${trigger}. There are: ${stages.map((stage) => `${stage.name} (${stage.trigger})`).join(", ")}.`);
}

function count(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}
