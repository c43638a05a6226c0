import { loadConfig, type LoadedConfig } from "../config/load.ts";
import type { EnvironmentConfig, LlmopsConfig, RunnersConfig, StageConfig, TrainingConfig } from "../config/schema.ts";
import type { Snapshot } from "../config/snapshot.ts";
import { gitSnapshot } from "../git/gitSnapshot.ts";
import { ProblemError } from "../problem.ts";
import type { Workspace } from "../regression/workspace.ts";
import { contentHash } from "../store/store.ts";

/** All that decides what a run does; stored with the run, which goes on by it whatever llmops.yaml says by then. */
export interface Definition {
  readonly stages: readonly StageConfig[];
  readonly environments: Readonly<Record<string, EnvironmentConfig>>;
  /** By endpoint: with the prompts they are what a version consists of. */
  readonly models: Readonly<Record<string, string>>;
  /** Those that its steps name; `undefined` where none does. */
  readonly trainings?: Readonly<Record<string, TrainingConfig>>;
  /** `undefined`: none are written down. */
  readonly runners?: RunnersConfig;
}

export interface LoadedPipeline {
  readonly definition: Definition;
  readonly loaded: LoadedConfig;
}

/**
 * Reads the pipeline of one version of the workspace.
 * @throws {ProblemError} the first mistake of `llmops.yaml`, where it has one.
 */
export async function loadPipeline(root: string, snapshot: Snapshot): Promise<LoadedPipeline> {
  const loaded = await loadConfig({ snapshot, root });
  const mistake = loaded.problems.find(({ severity }) => severity === "error");
  if (mistake) throw new ProblemError(mistake);
  return { definition: definitionOf(loaded.config), loaded };
}

function definitionOf(config: LlmopsConfig | undefined): Definition {
  const models = Object.entries(config?.endpoints ?? {}).flatMap(([name, { model }]) => (model === undefined ? [] : [[name, model]]));
  return { stages: config?.pipeline ?? [], environments: config?.environments ?? {}, models: Object.fromEntries(models) as Record<string, string>, ...(config?.runners && { runners: config.runners }), ...trainingsIn(config) };
}

function trainingsIn(config: LlmopsConfig | undefined): Pick<Definition, "trainings"> {
  const named = new Set(config?.pipeline?.flatMap(({ steps }) => steps.flatMap(({ train }) => train ?? [])));
  const trainings = Object.entries(config?.training ?? {}).filter(([name]) => named.has(name));
  return trainings.length === 0 ? {} : { trainings: Object.fromEntries(trainings) };
}

/** What a person agrees to when a definition first runs here. */
export function definitionHash(definition: Definition): string {
  return contentHash(JSON.stringify(definition));
}

/** All that a definition may run, for a person who is asked: `stage/step: command`. */
export function commandsOf({ stages, environments, trainings = {} }: Definition): string[] {
  const steps = stages.flatMap((stage) => stage.steps.flatMap(({ name, command }) => (command === undefined ? [] : [`${stage.name}/${name}: ${command}`])).map((line) => (stage.runsOn === "local" ? line : `${line} (on ${stage.runsOn})`)));
  const trained = Object.entries(trainings).flatMap(([name, config]) => ("command" in config ? [`training ${name}: ${config.command}${config.kind === "ray" ? " (on ray)" : ""}`] : []));
  return [...steps, ...trained, ...Object.entries(environments).flatMap(([name, { deploy }]) => (deploy === undefined ? [] : [`deploy to ${name}: ${deploy}`]))];
}

/** Whether all that a run does is part of a definition. An approval more takes nothing away. */
export function includes(definition: Definition, part: Definition): boolean {
  const stages = new Set(definition.stages.map((stage) => JSON.stringify({ ...stage, approval: true })));
  const same = (key: "environments" | "runners" | "trainings") => JSON.stringify(part[key]) === JSON.stringify(definition[key]);
  return same("environments") && same("runners") && same("trainings") && part.stages.every((stage) => stages.has(JSON.stringify({ ...stage, approval: true })));
}

/** The workspace as a commit has it, for reading; commands run in the work tree all the same. Without a commit: as it is. */
export function atCommit(workspace: Workspace, commit: string | undefined): Workspace {
  const { repository } = workspace;
  return repository && commit !== undefined ? { ...workspace, repository: repository.at(commit), disk: gitSnapshot(repository, commit) } : workspace;
}
