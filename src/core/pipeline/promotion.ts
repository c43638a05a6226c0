import { randomUUID } from "node:crypto";
import { personOf, type Workspace } from "../regression/workspace.ts";
import { deployedIn, type Deployment } from "../store/pipeline/deployments.ts";
import { modelVersions } from "../store/training/models.ts";
import { didYouMean } from "../config/suggest.ts";
import { atCommit, loadPipeline } from "./definition.ts";
import { NothingToRun, startPipeline } from "./start.ts";

export interface PromoteRequest {
  readonly environment: string;
  /** A revision; `undefined`: HEAD. */
  readonly commit?: string;
  /** A trained model that goes there as well: `NAME`, or `NAME@VERSION`. */
  readonly model?: string;
  /** Back to what was there before. */
  readonly undo?: boolean;
  readonly by?: string;
}

/**
 * Stores a run that promotes one version, outside of the pipeline's own stages: with the same checks,
 * approval, log and behaviour after a crash. Nobody drives it yet.
 * @throws {NothingToRun | ProblemError}
 */
export async function startPromotion(workspace: Workspace, { environment, commit: revision, model: wanted, undo, by }: PromoteRequest): Promise<string> {
  const { repository, root, store } = workspace;
  const [, before] = deployedIn(store, environment, 2);
  if (undo && !before) throw new NothingToRun(`There is nothing to go back to: ${environment} has held no other version.`);
  const commit = undo ? before!.commit : await repository?.resolve(revision ?? "HEAD");
  if (revision !== undefined && commit === undefined) throw new NothingToRun(`There is no commit ${JSON.stringify(revision)} here.`);
  // How it is deployed is today's to say, also for a version of yesterday.
  const head = await repository?.resolve("HEAD");
  const pipeline = await loadPipeline(root, atCommit(workspace, head).disk);
  const { environments } = pipeline.definition;
  if (!(environment in environments)) throw new NothingToRun(`There is no environment named ${JSON.stringify(environment)}${head === undefined ? "" : ` at ${head.slice(0, 7)}`}.${didYouMean(environment, Object.keys(environments))}`);
  const model = undo ? versionNamed(store, before!.model) : wanted;
  const name = `promote to ${environment}`;
  const stage = { name, trigger: "manual", needs: [], approval: false, runsOn: "local", steps: [{ name: "promote", promote: environment, ...(model === undefined ? {} : { model }), retryCount: 0, onFailure: "fail" }] } as const;
  const ownStage = { ...pipeline, definition: { ...pipeline.definition, stages: [{ ...stage, needs: [], steps: [...stage.steps] }] } };
  return startPipeline(workspace, ownStage, { trigger: "manual", commit, changed: undefined, occasion: randomUUID(), by: by ?? (await personOf(workspace)) }).key;
}

/** `NAME@VERSION` of a model that a training made. */
function versionNamed(store: Workspace["store"], model: string | undefined): string | undefined {
  const found = modelVersions(store).find((version) => version.model === model);
  return found && `${found.name}@${found.version}`;
}

export interface EnvironmentState {
  readonly name: string;
  readonly current: Deployment | undefined;
  readonly previous: Deployment | undefined;
}

/** The environments of `llmops.yaml` on disk, with what is in each. @throws {ProblemError} */
export async function environmentStates(workspace: Workspace): Promise<EnvironmentState[]> {
  const { definition } = await loadPipeline(workspace.root, workspace.disk);
  return Object.keys(definition.environments).map((name) => {
    const [current, previous] = deployedIn(workspace.store, name, 2);
    return { name, current, previous };
  });
}
