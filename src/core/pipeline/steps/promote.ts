import { addDeployment, deployedIn, deploymentOf, endDeployment, wasDeployed } from "../../store/pipeline/deployments.ts";
import { lastStage } from "../../store/pipeline/records.ts";
import { isGood } from "../../store/pipeline/states.ts";
import type { Store } from "../../store/store.ts";
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
    const [current] = deployedIn(store, name, 1);
    if (current && current.commit === run.commit && run.commit !== undefined) return { passed: true, reason: `${shown(run.commit)} is in ${name} already.` };
    // What was there once had passed then, so that going back to it is not held up.
    const missing = wasDeployed(store, name, run.commit) ? undefined : missingFor(store, definition, name, run.commit);
    if (missing) return { passed: false, reason: missing };
    const version = environment.requires.map((required) => lastStage(store, required, run.commit)?.version).find((found) => found !== undefined);
    store.write(() => addDeployment(store, { key: attempt.key, environment: name, commit: run.commit, version, model: definition.models[environment.endpoint], run: run.key, by: run.by, at: host.clock.now() }));
    const result = environment.deploy === undefined ? { passed: true } : await deploy(task, name, environment.deploy, current?.commit);
    store.write(() => endDeployment(store, attempt.key, result.passed && !task.signal.aborted ? "deployed" : "failed", host.clock.now()));
    return result.passed ? { ...result, reason: `${shown(run.commit)} is in ${name}${current ? `, in the place of ${shown(current.commit)}` : ""}.` } : result;
  },
};

/** The command is told what to deploy: which commit is checked out does not matter to it. */
function deploy(task: StepTask, environment: string, command: string, before: string | undefined): ReturnType<StepKind["run"]> {
  return runCommand(task, command, { anywhere: true, env: { LLMOPS_ENVIRONMENT: environment, ...(before === undefined ? {} : { LLMOPS_PREVIOUS_COMMIT: before }) } });
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
