import { randomUUID } from "node:crypto";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { didYouMean } from "../config/suggest.ts";
import { type Problem, ProblemError, START } from "../problem.ts";
import type { RolloutRecord } from "../store/rollouts/records.ts";
import { createRollout } from "../store/rollouts/transitions.ts";
import type { RolloutContext } from "./context.ts";
import { freshProgress } from "./controller/progress.ts";
import { planOf, type RolloutPlan, weightOf } from "./plan/plan.ts";
import { preflight } from "./plan/preflight.ts";

export interface StartRequest {
  /** Of an entry in rollouts. */
  readonly name: string;
  readonly version: string | undefined;
  readonly by: string;
  /** Of what started it: a second start with the same id attaches to the first. */
  readonly id?: string;
}

/** The preflight found what would make the rollout blind or harmful. */
export class PreflightFailed extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The preflight failed:\n${problems.map((problem) => `  ✗ ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/** Reads what llmops.yaml says about a rollout. @throws {ProblemError} */
export async function loadPlan({ workspace: { disk, root } }: RolloutContext, name: string, version: string | undefined): Promise<RolloutPlan> {
  const loaded = await loadConfig({ snapshot: disk, root });
  const mistake = loaded.problems.find(({ severity }) => severity === "error");
  if (mistake) throw new ProblemError(mistake);
  const config = loaded.config?.rollouts?.[name];
  if (!config) throw new ProblemError(unknown(loaded, name, Object.keys(loaded.config?.rollouts ?? {})));
  if (config.target.kind === "sandbox" && !(version !== undefined && Object.hasOwn(config.target.versions, version))) {
    const versions = Object.keys(config.target.versions);
    const message = version === undefined ? `Which version? The sandbox target of ${name} has ${versions.join(", ")}: name one.` : `The sandbox target of ${name} has no version ${JSON.stringify(version)}.${didYouMean(version, versions)}`;
    throw new ProblemError({ severity: "error", code: "unknown-version", message, location: loaded.locate(["rollouts", name, "target"]) });
  }
  return planOf(name, config, version);
}

function unknown({ file, locate, document }: LoadedConfig, name: string, names: readonly string[]): Problem {
  const message = names.length === 0 ? "There are no rollouts in llmops.yaml." : `There is no rollout named ${JSON.stringify(name)} in llmops.yaml.${didYouMean(name, names)}`;
  return { severity: "error", code: "unknown-rollout", message, location: document ? locate(["rollouts"]) : { file, range: START } };
}

/**
 * Stores a rollout after its preflight. Nobody drives it yet: see `controller/run.ts`.
 * @throws {ProblemError | PreflightFailed | TargetTaken}
 */
export async function startRollout(context: RolloutContext, { name, version, by, id = randomUUID() }: StartRequest): Promise<RolloutRecord> {
  const { store, host } = context.workspace;
  const plan = await loadPlan(context, name, version);
  const { problems, target } = await preflight(context, plan);
  if (problems.length > 0 || target === undefined) throw new PreflightFailed(problems);
  return createRollout(store, { id, name, version, target: target.key, plan: JSON.stringify(plan), progress: JSON.stringify(freshProgress(plan)), weight: weightOf(plan, 0), by, at: host.clock.now() });
}

