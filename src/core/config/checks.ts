import { alertFindings } from "./alertChecks.ts";
import { isLoopback } from "./approvals.ts";
import { pipelineFindings } from "./pipelineChecks.ts";
import { secretsIn } from "./references.ts";
import type { LlmopsConfig } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import type { Path } from "./yaml.ts";

/** Something a schema cannot see, by its path in `llmops.yaml`. */
export interface Finding {
  readonly severity: "error" | "warning" | "information";
  readonly code: string;
  readonly message: string;
  readonly path: Path;
  readonly part: "key" | "value";
}

/** Read and checked by this version, but without effect. A part that comes to life leaves this list. */
const NOT_YET = ["features", "observability"] as const;

/** What is wrong, or may surprise, in a configuration that follows the schema. */
export function checkConfig(config: LlmopsConfig): Finding[] {
  return [...names(config), ...duplicates(config), ...openKeys(config), ...pipelineFindings(config), ...alertFindings(config), ...notYet(config)];
}

function* names(config: LlmopsConfig): Iterable<Finding> {
  const endpoints = Object.keys(config.endpoints ?? {});
  const trainings = Object.keys(config.training ?? {});
  const rollouts = Object.keys(config.rollouts ?? {});
  const environments = Object.keys(config.environments ?? {});
  const stages = (config.pipeline ?? []).map((stage) => stage.name);

  for (const [index, suite] of (config.suites ?? []).entries()) {
    yield* known("endpoint", suite.endpoint, endpoints, ["suites", index, "endpoint"]);
    yield* known("endpoint", suite.judge, endpoints, ["suites", index, "judge"]);
  }
  for (const [index, stage] of (config.pipeline ?? []).entries()) {
    for (const [at, needed] of stage.needs.entries()) yield* known("stage", needed, stages, ["pipeline", index, "needs", at]);
    yield* known("environment", stage.environment, environments, ["pipeline", index, "environment"]);
    for (const [at, step] of stage.steps.entries()) {
      const path = ["pipeline", index, "steps", at];
      yield* known("training", step.train, trainings, [...path, "train"]);
      yield* known("training", step.model?.replace(/@\d+$/, ""), trainings, [...path, "model"]);
      yield* known("rollout", step.rollout, rollouts, [...path, "rollout"]);
      yield* known("environment", step.promote, environments, [...path, "promote"]);
    }
  }
  for (const [name, training] of Object.entries(config.training ?? {})) {
    yield* known("endpoint", training.endpoint, endpoints, ["training", name, "endpoint"]);
    yield* known("environment", training.environment, environments, ["training", name, "environment"]);
    if (training.kind === "ray" && !config.runners?.ray) yield { severity: "error", code: "config-unknown-name", message: "A training on Ray needs the cluster's address: runners: { ray: { address: … } }.", path: ["training", name, "kind"], part: "value" };
  }
  for (const [name, environment] of Object.entries(config.environments ?? {})) {
    yield* known("endpoint", environment.endpoint, endpoints, ["environments", name, "endpoint"]);
    yield* known("rollout", environment.rollout, rollouts, ["environments", name, "rollout"]);
    for (const [index, required] of environment.requires.entries()) {
      const others = [...stages, ...environments.filter((other) => other !== name)];
      yield* known("stage or environment", required, others, ["environments", name, "requires", index]);
    }
  }
}

function* known(what: string, name: string | undefined, names: readonly string[], path: Path): Iterable<Finding> {
  if (name === undefined || names.includes(name)) return;
  const hint = names.length > 0 ? didYouMean(name, names) : "";
  yield { severity: "error", code: "config-unknown-name", message: `There is no ${what} named ${JSON.stringify(name)} in llmops.yaml.${hint}`, path, part: "value" };
}

function* duplicates(config: LlmopsConfig): Iterable<Finding> {
  const seen = new Set(Object.keys(config.environments ?? {}));
  for (const [index, stage] of (config.pipeline ?? []).entries()) {
    if (seen.has(stage.name)) {
      const message = `The name ${JSON.stringify(stage.name)} is used twice. Stages and environments share one set of names: rename one of them.`;
      yield { severity: "error", code: "config-duplicate-name", message, path: ["pipeline", index, "name"], part: "value" };
    }
    seen.add(stage.name);
  }
}

function* openKeys(config: LlmopsConfig): Iterable<Finding> {
  for (const [name, endpoint] of Object.entries(config.endpoints ?? {})) {
    if (endpoint.kind !== "openai" || !endpoint.baseUrl.startsWith("http://") || isLoopback(endpoint.baseUrl)) continue;
    if (secretsIn([endpoint.apiKey, endpoint.headers]).length === 0) continue;
    const message = "The key is sent over http: everybody on the way can read it. Use https.";
    yield { severity: "warning", code: "config-key-over-http", message, path: ["endpoints", name, "baseUrl"], part: "value" };
  }
}

function* notYet(config: LlmopsConfig): Iterable<Finding> {
  for (const section of NOT_YET) {
    if (config[section] === undefined) continue;
    const message = `${section}: is checked, but this version of LLMOps does not act on it yet.`;
    yield { severity: "information", code: "config-not-yet", message, path: [section], part: "key" };
  }
}
