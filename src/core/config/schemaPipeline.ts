import * as z from "zod";
import { duration, glob, relativePath, text, variables } from "./schemaFields.ts";

/** What a step can do; a step does exactly one. */
export const STEP_KINDS = ["command", "eval", "train", "rollout", "promote", "drift"] as const;

/** Names are used in file names, variables and commands. */
const name = () => text().regex(/^[\p{L}\p{N}][\p{L}\p{N}_. -]*$/u, "A name consists of letters, digits, “-”, “_”, “.” and spaces, and starts with a letter or digit.");

const step = z
  .strictObject({
    name: name().describe("Name of the step, unique in its stage."),
    command: text().optional().describe("Command line, run by the shell (sh; cmd.exe on Windows). It may run again after a crash: what must not belongs into deploy of an environment."),
    eval: relativePath().optional().describe("Suite, or folder of suites, to evaluate against its baseline. A regression or a missed gate fails the step."),
    train: text().optional().describe("Name of an entry in training."),
    rollout: text().optional().describe("Name of an entry in rollouts."),
    version: text().optional().describe("What a rollout is of, as the record calls it. Without it: the commit."),
    promote: text().optional().describe("Name of an environment to promote the version to."),
    model: text().optional().describe("With promote: the name of an entry in training. Its newest better model goes there, or with NAME@3 that version."),
    drift: relativePath().optional().describe("Suite, or folder of suites, whose production traffic is compared with."),
    timeout: duration("minutes").optional().describe("Time after which an attempt and all its processes are ended: 5m. A bare number is minutes."),
    retryCount: z.number().int().min(0).max(10).default(0).describe("How often a failed step is tried again."),
    onFailure: z.enum(["fail", "warn", "continue"]).default("fail").describe("fail: the stage fails; warn: it goes on and passes with warnings; continue: it goes on."),
    env: variables().optional().describe("Environment variables of a command. Keys in them are written ${secret:NAME}."),
    cwd: relativePath().optional().describe("Folder of a command, relative to that of llmops.yaml."),
  })
  .superRefine((value, context) => {
    const given = STEP_KINDS.filter((kind) => value[kind] !== undefined);
    if (value.version !== undefined && value.rollout === undefined) context.addIssue({ code: "custom", path: ["version"], message: "Only a step with a rollout has a version." });
    if (given.length !== 1) {
      const what = given.length === 0 ? "does nothing" : `has ${given.length} actions (${given.join(", ")})`;
      context.addIssue({ code: "custom", message: `The step ${what}. Give it exactly one of ${STEP_KINDS.join(", ")}.` });
    } else if (value.promote !== undefined && value.retryCount > 0) {
      context.addIssue({ code: "custom", path: ["retryCount"], message: "A promotion is not tried again by itself: a person decides." });
    } else if (value.model !== undefined && value.promote === undefined) {
      context.addIssue({ code: "custom", path: ["model"], message: "Only a step that promotes has a model." });
    } else if (value.command === undefined) {
      for (const key of ["env", "cwd"] as const) if (value[key] !== undefined) context.addIssue({ code: "custom", path: [key], message: `Only a step with a command has ${key}.` });
    }
  });

/** The key that a trigger cannot do without; it belongs to no other trigger. */
const NEEDS = { "on-schedule": "schedule", "on-data-change": "data", "on-commit": undefined, manual: undefined } as const;

export const stage = z
  .strictObject({
    name: name().describe("Name of the stage. Stages and environments share one set of names."),
    trigger: z.enum(["on-commit", "on-schedule", "on-data-change", "manual"]).describe("What starts the stage."),
    schedule: text().optional().describe("When an on-schedule stage runs, as a cron expression in local time: 0 3 * * *."),
    data: glob().optional().describe("File, or glob of files, whose change starts an on-data-change stage."),
    needs: z.array(text()).default([]).describe("Stages that must have passed before."),
    skipOn: z.array(glob()).optional().describe("Globs. A commit that changes only such files does not start the stage."),
    timeout: duration("minutes").optional().describe("Time after which the stage is ended: 20m. A bare number is minutes."),
    environment: text().optional().describe("Name of an entry in environments: its endpoint is asked by eval steps."),
    approval: z.boolean().default(false).describe("Whether a person must approve before the stage runs."),
    runsOn: z.enum(["local", "ray", "github-actions", "kubernetes"]).default("local").describe("Where the steps run: on this machine, or on one of runners."),
    shards: z.number().int().min(1).max(1000).optional().describe("How many machines share the cases of an eval step, where the stage does not run locally."),
    steps: z.array(step).min(1, "A stage needs at least one step.").describe("What the stage does, in this order."),
  })
  .superRefine((value, context) => {
    const needed = NEEDS[value.trigger];
    if (needed && value[needed] === undefined) context.addIssue({ code: "custom", path: ["trigger"], message: `The trigger ${value.trigger} needs "${needed}".` });
    for (const key of ["schedule", "data"] as const) {
      if (value[key] !== undefined && needed !== key) context.addIssue({ code: "custom", path: [key], message: `${key} has no effect with the trigger ${value.trigger}.` });
    }
    if (value.shards !== undefined && value.runsOn === "local") context.addIssue({ code: "custom", path: ["shards"], message: "Only a stage that runs elsewhere has shards: give it runsOn." });
    if (value.skipOn && value.trigger !== "on-commit") context.addIssue({ code: "custom", path: ["skipOn"], message: `skipOn has no effect with the trigger ${value.trigger}: only commits have changed files.` });
  });

export const environment = z.strictObject({
  endpoint: text().describe("Name of an entry in endpoints."),
  requires: z.array(text()).default([]).describe("Stages and environments that a version must have passed."),
  approval: z.boolean().default(false).describe("Whether a person must approve a promotion."),
  deploy: text().optional().describe("Command line that deploys the version. It is never started twice for one promotion."),
  rollout: text().optional().describe("Name of an entry in rollouts, by which the version gets there."),
});
