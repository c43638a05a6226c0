import { randomUUID } from "node:crypto";
import { CONFIG_FILE } from "../config/root.ts";
import { personOf, type Workspace } from "../regression/workspace.ts";
import { findPipelineRun, type Trigger } from "../store/pipeline/records.ts";
import { isGood } from "../store/pipeline/states.ts";
import type { Store } from "../store/store.ts";
import { atCommit, type Definition, loadPipeline } from "./definition.ts";
import { NothingToRun, startPipeline } from "./start.ts";
import { changedSince } from "./triggers/changed.ts";
import { dataHash } from "./triggers/data.ts";

export interface LaunchRequest {
  readonly trigger: Trigger;
  /** A revision; `undefined`: HEAD. */
  readonly commit?: string;
  readonly stages?: readonly string[];
  /** A new run, though the same occasion has had one. */
  readonly again?: boolean;
  /** When an on-schedule run was due, milliseconds since the epoch; `undefined`: now. */
  readonly due?: number;
  /** Who started it; `undefined`: the person that git knows. */
  readonly by?: string;
}

/**
 * Stores a run for what happened, by the definition of its commit; where the same occasion has one, that one.
 * Nobody drives it yet.
 * @throws {NothingToRun | ProblemError}
 */
export async function launch(workspace: Workspace, request: LaunchRequest): Promise<{ readonly key: string; readonly isNew: boolean }> {
  const { repository, root, disk } = workspace;
  const commit = await repository?.resolve(request.commit ?? "HEAD");
  if (request.commit !== undefined && commit === undefined) throw new NothingToRun(repository ? `There is no commit ${JSON.stringify(request.commit)} here.` : `${JSON.stringify(request.commit)} names a commit, but this is no git repository.`);
  const pipeline = await loadPipeline(root, atCommit(workspace, commit).disk);
  if (commit !== undefined && pipeline.definition.stages.length === 0 && (await loadPipeline(root, disk)).definition.stages.length > 0) {
    throw new NothingToRun(`${CONFIG_FILE} has no pipeline at ${commit.slice(0, 7)}: the one on disk has. Commit it first.`);
  }
  const chosen = pipeline.definition.stages.filter((stage) => request.stages?.includes(stage.name) ?? stage.trigger === request.trigger);
  const occasion = request.again ? randomUUID() : await occasionOf(workspace, request, chosen.map(({ data }) => data));
  return startPipeline(workspace, pipeline, {
    trigger: request.trigger,
    stages: request.stages,
    commit,
    changed: request.trigger === "on-commit" ? await changedSince(workspace, commit) : undefined,
    occasion,
    by: request.by ?? (await personOf(workspace)),
  });
}

/** What a run at a revision (`undefined`: HEAD) would take. @throws {ProblemError} */
export async function definitionAt(workspace: Workspace, revision: string | undefined): Promise<Definition> {
  const commit = await workspace.repository?.resolve(revision ?? "HEAD");
  return (await loadPipeline(workspace.root, atCommit(workspace, commit).disk)).definition;
}

/** Once more what did not pass in a run, at the same commit. @throws {NothingToRun} */
export function rerunRequest(store: Store, key: string): LaunchRequest {
  const run = findPipelineRun(store, key);
  const stages = run?.stages.filter(({ state }) => !isGood(state)).map(({ name }) => name) ?? [];
  if (!run || stages.length === 0) throw new NothingToRun(run ? "Every stage of this run passed." : `There is no run ${key}.`);
  return { trigger: run.trigger, commit: run.commit, stages, again: true };
}

/** A commit is an occasion by itself; a person's wish is a new one each time. */
async function occasionOf(workspace: Workspace, { trigger, due }: LaunchRequest, data: readonly (string | undefined)[]): Promise<string> {
  switch (trigger) {
    case "on-commit":
      return "";
    case "manual":
      return randomUUID();
    case "on-schedule":
      return String(Math.floor((due ?? workspace.host.clock.now()) / 60_000));
    case "on-data-change":
      return (await Promise.all([...new Set(data)].map((glob) => (glob === undefined ? "" : dataHash(workspace, glob))))).join();
  }
}
