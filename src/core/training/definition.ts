import { loadConfig } from "../config/load.ts";
import type { EndpointConfig, RunnersConfig, TrainingConfig } from "../config/schema.ts";
import { didYouMean } from "../config/suggest.ts";
import { matchesSuite, relativePosix } from "../config/settings.ts";
import { findSuites } from "../evals/suite/findSuites.ts";
import { ProblemError } from "../problem.ts";
import type { Workspace } from "../regression/workspace.ts";
import type { TrainingRecord } from "../store/training/trainings.ts";

/** All that decides a training; stored with it, which goes on by it whatever llmops.yaml says by then. */
export interface TrainingDefinition {
  readonly config: TrainingConfig;
  readonly endpoint: EndpointConfig;
  /** The environment that a better model goes to, where there is one. */
  readonly environment: string | undefined;
  /** Where it may run. */
  readonly runners?: RunnersConfig;
}

/** There is nothing to train. The message says why, and what there is. */
export class NothingToTrain extends Error {
  /** The training after which nothing is new. */
  readonly last: TrainingRecord | undefined;

  constructor(message: string, last?: TrainingRecord) {
    super(message);
    this.last = last;
  }
}

/** Reads one entry of `training:`; without a name the only one. @throws {NothingToTrain | ProblemError} */
export async function readDefinition({ root, disk }: Workspace, name: string | undefined): Promise<{ readonly name: string; readonly definition: TrainingDefinition }> {
  const loaded = await loadConfig({ snapshot: disk, root });
  const mistake = loaded.problems.find(({ severity }) => severity === "error");
  if (mistake) throw new ProblemError(mistake);
  const { training = {}, endpoints = {}, environments = {}, runners } = loaded.config ?? {};
  const names = Object.keys(training);
  if (names.length === 0) throw new NothingToTrain("llmops.yaml has no training. docs/training.md shows how to write one.");
  const chosen = name ?? (names.length === 1 ? names[0]! : undefined);
  if (chosen === undefined) throw new NothingToTrain(`Which training? There are ${names.join(", ")}.`);
  const config = training[chosen];
  if (!config) throw new NothingToTrain(`There is no training named ${JSON.stringify(chosen)}.${didYouMean(chosen, names)}`);
  return { name: chosen, definition: { config, endpoint: endpoints[config.endpoint]!, environment: config.environment ?? ("staging" in environments ? "staging" : undefined), ...(config.kind === "ray" && runners ? { runners } : {}) } };
}

/** Names of the trainings of `llmops.yaml`, with the data of each. Where the file has a mistake, none. */
export async function trainingsOf({ root, disk }: Pick<Workspace, "root" | "disk">): Promise<{ readonly name: string; readonly config: TrainingConfig }[]> {
  const { config } = await loadConfig({ snapshot: disk, root });
  return Object.entries(config?.training ?? {}).map(([name, entry]) => ({ name, config: entry }));
}

/** The suite that judges a training: an absolute path. @throws {NothingToTrain} when it is none, or several. */
export async function suiteOf({ root, disk }: Workspace, { suite }: TrainingConfig): Promise<string> {
  const found = (await findSuites(disk, root)).filter((file) => matchesSuite(suite, relativePosix(root, file)));
  if (found.length === 1) return found[0]!;
  throw new NothingToTrain(found.length === 0 ? `There is no suite in ${suite}.` : `${suite} has ${found.length} suites: name the one that judges the model.`);
}
