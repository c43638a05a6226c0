import { addDeployment, deployedIn, deploymentOf, endDeployment, wasDeployed } from "../../store/pipeline/deployments.ts";
import { lastStage } from "../../store/pipeline/records.ts";
import { isGood } from "../../store/pipeline/states.ts";
import type { Store } from "../../store/store.ts";
import { type ModelVersion, modelVersions } from "../../store/training/models.ts";
import { findTraining } from "../../store/training/trainings.ts";
import type { Definition } from "../definition.ts";
import { runCommand } from "./command.ts";
import type { StepKind, StepTask } from "./stepKind.ts";

/**
 * Brings the run's version into an environment: checks that it has passed what the environment requires,
 * deploys it, and keeps what is there now. A deployment that a crash cut off is never begun again by itself.
 */
export const promote: StepKind = {
  effect: (step, environments) => (environments[step.promote!]?.deploy === undefined ? "repeatable" : "once"),
  stored(store, attempt) {
    const deployment = deploymentOf(store, attempt);
    if (!deployment) return "not-begun";
    return deployment.state === "deploying" ? undefined : deployment.state === "deployed" ? "passed" : "failed";
  },
  async run(task) {
    const { context, definition, run, step, attempt } = task;
    const { store, host } = context.workspace;
    const name = step.promote!;
    const environment = definition.environments[name]!;
    const trained = step.model === undefined ? undefined : trainedModel(store, step.model);
    if (typeof trained === "string") return { passed: false, reason: trained };
    const model = trained?.model ?? definition.models[environment.endpoint];
    const [current] = deployedIn(store, name, 1);
    if (current && current.commit === run.commit && run.commit !== undefined && (!trained || current.model === model)) return { passed: true, reason: `${trained ? `${trained.name}@${trained.version}` : shown(run.commit)} is in ${name} already.` };
    // What was there once had passed then, so that going back to it is not held up.
    const missing = wasDeployed(store, name, run.commit) ? undefined : missingFor(store, definition, name, run.commit);
    if (missing) return { passed: false, reason: missing };
    const version = environment.requires.map((required) => lastStage(store, required, run.commit)?.version).find((found) => found !== undefined);
    store.write(() => addDeployment(store, { key: attempt.key, environment: name, commit: run.commit, version, model, run: run.key, by: run.by, at: host.clock.now() }));
    const result = environment.deploy === undefined ? { passed: true } : await deploy(task, name, environment.deploy, { LLMOPS_PREVIOUS_COMMIT: current?.commit, LLMOPS_MODEL: model, LLMOPS_PREVIOUS_MODEL: current?.model });
    store.write(() => endDeployment(store, attempt.key, result.passed && !task.signal.aborted ? "deployed" : "failed", host.clock.now()));
    if (!result.passed) return result;
    const reason = trained ? `${trained.name}@${trained.version} (${trained.model}) is in ${name}${current?.model === undefined ? "" : `, in the place of ${current.model}`}.` : `${shown(run.commit)} is in ${name}${current ? `, in the place of ${shown(current.commit)}` : ""}.`;
    return { ...result, reason };
  },
};

/** The command is told what to deploy: which commit is checked out does not matter to it. */
function deploy(task: StepTask, environment: string, command: string, known: Readonly<Record<string, string | undefined>>): ReturnType<StepKind["run"]> {
  const told = Object.fromEntries(Object.entries(known).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return runCommand(task, command, { anywhere: true, env: { LLMOPS_ENVIRONMENT: environment, ...told } });
}

/** The version of a trained model that `model:` means; in words, why there is none. A person who names a version has looked at it. */
function trainedModel(store: Store, wanted: string): ModelVersion | string {
  const [, name = "", version] = /^(.+?)(?:@(\d+))?$/.exec(wanted) ?? [];
  const versions = modelVersions(store, name);
  if (versions.length === 0) return `No training of ${name} has made a model yet.`;
  if (version !== undefined) return versions.find((one) => one.version === Number(version)) ?? `${name} has no version ${version}.`;
  const isBetter = ({ training }: ModelVersion) => {
    const record = findTraining(store, training);
    return record !== undefined && record !== "several" && record.state === "better";
  };
  return versions.find(isBetter) ?? `No model of ${name} is proven better than the one in use. Name a version (${name}@${versions[0]!.version}) to promote it all the same.`;
}

/** What a commit has not passed that an environment requires, in words. */
export function missingFor(store: Store, { environments }: Pick<Definition, "environments">, name: string, commit: string | undefined): string | undefined {
  for (const required of environments[name]!.requires) {
    if (required in environments) {
      if (!wasDeployed(store, required, commit)) return `${name} requires ${required}, where ${shown(commit)} has not been.`;
      continue;
    }
    const state = lastStage(store, required, commit)?.state;
    if (state === undefined || !isGood(state)) return `${name} requires ${required}, which ${shown(commit)} ${state === undefined ? "has not run" : "did not pass"}.`;
  }
  return undefined;
}

function shown(commit: string | undefined): string {
  return commit?.slice(0, 7) ?? "this version";
}
