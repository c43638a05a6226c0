import * as z from "zod";
import { duration, named, rate, relativePath, text, tolerance } from "./schemaFields.ts";

const ACTIONS = ["command", "eval", "train", "rollout", "promote"] as const;

const step = z
  .strictObject({
    name: text().describe("Name of the step, unique in its stage."),
    command: text().optional().describe("Command line to run in the folder of llmops.yaml."),
    eval: relativePath().optional().describe("Suite, or folder of suites, to evaluate."),
    train: text().optional().describe("Name of an entry in training."),
    rollout: text().optional().describe("Name of an entry in rollouts."),
    promote: text().optional().describe("Name of an environment to promote the version to."),
    timeout: duration("minutes").optional().describe("Time after which the step and all its processes are ended: 5m. A bare number is minutes."),
    retryCount: z.number().int().min(0).max(10).default(0).describe("How often a failed step is tried again."),
    onFailure: z.enum(["fail", "warn", "continue"]).default("fail").describe("fail: the stage fails; warn: it goes on and is marked; continue: it goes on."),
  })
  .superRefine((value, context) => {
    const given = ACTIONS.filter((action) => value[action] !== undefined);
    if (given.length === 1) return;
    const what = given.length === 0 ? "does nothing" : `has ${given.length} actions (${given.join(", ")})`;
    context.addIssue({ code: "custom", message: `The step ${what}. Give it exactly one of ${ACTIONS.join(", ")}.` });
  });

const stage = z
  .strictObject({
    name: text().describe("Name of the stage. Stages and environments share one set of names."),
    trigger: z.enum(["on-commit", "on-schedule", "on-data-change", "manual"]).describe("What starts the stage."),
    schedule: text().optional().describe("When an on-schedule stage runs, as a cron expression: 0 3 * * *."),
    data: relativePath().optional().describe("Data whose change starts an on-data-change stage."),
    skipOn: z.array(relativePath()).optional().describe("Globs. A commit that changes only such files does not start the stage."),
    timeout: duration("minutes").optional().describe("Time after which the stage is ended: 20m. A bare number is minutes."),
    approval: z.boolean().default(false).describe("Whether a person must approve before the stage runs."),
    runsOn: z.enum(["local", "ray", "github-actions", "kubernetes"]).default("local").describe("Where the steps run."),
    steps: z.array(step).min(1, "A stage needs at least one step.").describe("What the stage does, in this order."),
  })
  .superRefine((value, context) => {
    const needs = { "on-schedule": "schedule", "on-data-change": "data", "on-commit": undefined, manual: undefined } as const;
    const key = needs[value.trigger];
    if (key && value[key] === undefined) context.addIssue({ code: "custom", path: ["trigger"], message: `The trigger ${value.trigger} needs "${key}".` });
  });

export const pipeline = z.array(stage);

export const training = z.looseObject({
  kind: text().describe("How the model is trained, such as openai-finetune."),
  endpoint: text().optional().describe("Name of an entry in endpoints."),
  base: text().optional().describe("Model to start from."),
  data: relativePath().describe("Training data (JSONL)."),
  suite: relativePath().describe("Suite, or folder of suites, that judges the new model against the one in use."),
  minImprovement: tolerance().optional().describe("How much better the new model must be: 1pt (points of a rate) or 1% (relative)."),
});

export const environments = z.strictObject({
  endpoint: text().describe("Name of an entry in endpoints."),
  requires: z.array(text()).default([]).describe("Stages and environments that a version must have passed."),
  approval: z.boolean().default(false).describe("Whether a person must approve a promotion."),
  deploy: text().optional().describe("Command line that deploys the version."),
  rollout: text().optional().describe("Name of an entry in rollouts, by which the version gets there."),
});

const threshold = z
  .strictObject({
    ratio: z.number().positive().describe("Allowed ratio of the canary to the stable version: 1.2 is 20 % more."),
    floor: rate().optional().describe("A rate below which the metric is healthy whatever the ratio: 0.5%."),
    query: text().optional().describe("Query in the metric source's language."),
    source: z
      .strictObject({
        kind: z.enum(["probe", "sample"]).describe("probe: suite cases sent to both versions; sample: judged production traffic."),
        suite: relativePath().optional().describe("Suite whose cases are sent."),
        perMinute: z.number().positive().optional().describe("Cases or samples a minute, from each version."),
      })
      .optional()
      .describe("Where a metric comes from that the metric source does not know."),
  })
  .refine((value) => value.query !== undefined || value.source !== undefined, "Every threshold needs a source: give it a query or a source.");

export const rollouts = z.strictObject({
  target: z.looseObject({ kind: text().describe("What splits the traffic, such as http, haproxy, envoy or kubernetes.") }).describe("What splits the traffic between the versions. The other keys belong to its kind."),
  metrics: z.looseObject({ kind: text().describe("Where metrics are read, such as http or prometheus.") }).describe("Where the metrics of both versions are read. The other keys belong to its kind."),
  steps: z
    .array(z.number().positive().max(100))
    .min(1)
    .refine((steps) => steps.every((weight, index) => index === 0 || weight > steps[index - 1]!), "The weights must rise from step to step.")
    .default([5, 10, 25, 50, 100])
    .describe("Shares of the traffic for the new version, in percent, rising."),
  step: duration("minutes").prefault("30m").describe("Shortest time of a step: 30m. A bare number is minutes."),
  maxStep: duration("minutes").prefault("24h").describe("Time after which an undecided step waits for a person: 24h. A bare number is minutes."),
  alpha: z.number().gt(0).lt(1).default(0.05).describe("Chance that a healthy version is rolled back."),
  beta: z.number().gt(0).lt(1).default(0.2).describe("Chance that a version as bad as detect passes a step."),
  detect: z.number().gt(1).default(2).describe("Ratio of the metrics that must be found."),
  minRequests: z.number().int().min(1).default(20).describe("Fewest requests of the new version in each step."),
  holdback: rate().prefault("5%").describe("Share of the traffic that stays on the old version after the last step: 5%."),
  thresholds: named(threshold).describe("What the new version must keep, by metric."),
});
