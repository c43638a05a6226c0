import * as z from "zod";
import { DEFAULT_ON_SAVE } from "./budget.ts";
import { BUILT_IN_METRICS, type Gate, parseGate } from "./gates.ts";
import { baseUrlMistake } from "./references.ts";
import { headers, named, relativePath, secretText, text } from "./schemaFields.ts";
import { alerts, experiments, features, notifications, observability } from "./schemaOperations.ts";
import { environment, stage } from "./schemaPipeline.ts";
import { rollouts } from "./schemaRollouts.ts";
import { runners } from "./schemaRunners.ts";
import { training } from "./schemaTraining.ts";

const samplingParameters = {
  temperature: z.number().min(0).max(2).optional().describe("Randomness of the answers, 0 … 2. 0 is the most repeatable."),
  top_p: z.number().min(0).max(1).optional().describe("Nucleus sampling, 0 … 1: only the most likely tokens up to this share are considered."),
  max_tokens: z.number().int().min(1).optional().describe("Upper limit of an answer's length, in tokens."),
  seed: z.number().int().optional().describe("Seed of the sampling, where the endpoint supports one."),
  stop: z.union([z.string(), z.array(z.string())], "Expected a text or a list of texts.").optional().describe("Text, or list of texts, at which the answer ends."),
  presence_penalty: z.number().min(-2).max(2).optional().describe("−2 … 2: positive values favour new topics."),
  frequency_penalty: z.number().min(-2).max(2).optional().describe("−2 … 2: positive values avoid repetition."),
};

const embeddingModel = () => text().optional().describe("Model that judges ask for embeddings (similar, answer-relevance).");
const moderationModel = () => text().optional().describe("Model that moderation asks, and that toxicity is measured by: one call an answer.");
const stream = () => z.boolean().optional().describe("true: answers are streamed, and the time to their first token is measured.");

const sandboxEndpoint = z
  .strictObject({
    kind: z.literal("sandbox").describe("The built-in model: offline, free and repeatable."),
    model: text().optional().describe("Name of a sandbox model."),
    embeddingModel: embeddingModel(),
    moderationModel: moderationModel(),
    stream: stream(),
    ...samplingParameters,
  })
  .describe("The built-in model: offline, free and repeatable.");

const price = z.strictObject({
  input: z.number().min(0).describe("USD per million tokens of the prompt."),
  output: z.number().min(0).describe("USD per million tokens of the answer."),
});

const openaiEndpoint = z
  .strictObject({
    kind: z.literal("openai").describe("A server that speaks OpenAI's chat completions: OpenAI, Azure, vLLM, Ollama, LM Studio, llama.cpp, …"),
    baseUrl: text()
      .superRefine((value, context) => {
        const message = baseUrlMistake(value);
        if (message) context.addIssue({ code: "custom", message });
      })
      .describe("Address up to and with the version, such as https://api.openai.com/v1 or http://127.0.0.1:11434/v1."),
    model: text().describe("Name of the model, as the endpoint knows it."),
    embeddingModel: embeddingModel(),
    moderationModel: moderationModel(),
    stream: stream(),
    apiKey: secretText().optional().describe("Always a reference such as ${secret:NAME}; in braces it must be quoted. The value is kept by the editor (LLMOps: Set Secret…) or in the environment variable NAME."),
    parameters: z.looseObject(samplingParameters).optional().describe("Sent with every call. Parameters that are not listed here are passed on as they are."),
    price: price.optional().describe("Price of the model, for the cost of a run and its budget."),
    headers: headers().optional().describe("Further HTTP headers of every call. Keys in them are written ${secret:NAME}."),
  })
  .describe("A server that speaks OpenAI's chat completions.");

const endpoint = z.discriminatedUnion("kind", [sandboxEndpoint, openaiEndpoint]);

const gateInput = z.strictObject({
  tolerance: z.union([z.string(), z.number()], "Expected a tolerance such as 2pt or 10%.").optional().describe("How far the metric may worsen against the baseline: 2pt (points of a rate) or 10% (relative)."),
  min: z.union([z.string(), z.number()], "Expected a bound such as 85%.").optional().describe("The metric must not be below this, whatever the baseline: 85% for rates, a number for a suite's own metrics."),
  max: z.union([z.string(), z.number()], "Expected a bound such as 2% or 800ms.").optional().describe("The metric must not be above this, whatever the baseline: 2% for rates, 800ms for latencies, a number for the others."),
  direction: z.enum(["higher", "lower"]).optional().describe("Which way is better. Only for a suite's own metrics; higher is the default."),
});

const builtInGates = Object.fromEntries(
  Object.entries(BUILT_IN_METRICS).map(([name, metric]) => [name, gateInput.optional().describe(`${metric.description} ${metric.direction === "higher" ? "Higher" : "Lower"} is better.`)]),
);

/** `gate:` → the list of its gates, built-in metrics first. */
const gate = z
  .object(builtInGates)
  .catchall(gateInput)
  .transform((inputs, context): readonly Gate[] => {
    const gates: Gate[] = [];
    for (const [metric, input] of Object.entries(inputs)) {
      if (!input) continue;
      const { gate: parsed, mistakes } = parseGate(metric, input);
      gates.push(parsed);
      for (const { key, message } of mistakes) context.addIssue({ code: "custom", path: key === undefined ? [metric] : [metric, key], message });
    }
    return gates;
  });

const instructions = z.strictObject({
  derive: z.boolean().optional().describe("false: nothing is read out of the prompts, only the instructions under also are checked."),
  except: z.array(text()).optional().describe("What is read out of the prompts and not to be checked: rules (json, words, …) or whole sentences."),
  also: z.array(text()).optional().describe('Further instructions that every answer must keep, a sentence each, such as "Do not mention competitors."'),
});

const suite = z.strictObject({
  path: relativePath().describe("The suites this entry is for: a glob of suite files (promptfooconfig*.yaml, *.prompt.yml), or of their folders. A suite takes the first entry that matches."),
  endpoint: text().optional().describe("Name of an entry in endpoints. It replaces the suite's own providers; without it those are used."),
  judge: text().optional().describe("Name of the entry in endpoints that judges, for assertions and tests that name no provider of their own. Without it the endpoint above does."),
  repeat: z.number().int().min(1).max(100).optional().describe("How often each case runs. Several runs find smaller regressions. Without it the suite's own evaluateOptions.repeat is used, else 1."),
  gate: gate.optional().describe("Conditions a change must meet, by metric. Any metric that a suite names can be gated. {}: none. Without it: accuracy may fall by 2pt; with fewer than 20 cases, no case may break."),
  instructions: instructions.optional().describe("Which instructions instruction-following checks. Without it: those that can be read out of the baseline's prompts."),
  toxicity: z.boolean().optional().describe("false: answers are not sent to the moderation model, and the list of profanities is shown instead. Without it they are, where the endpoint or judge has a moderation model."),
  affects: z.array(relativePath()).optional().describe("Globs of further files that this suite is about: saving one of them runs the suite."),
});

const onSave = z.strictObject({
  maxCalls: z.number().int().min(0).default(DEFAULT_ON_SAVE.maxCalls).describe("Most calls of an endpoint after one save. Beyond it the run pauses and says so."),
  maxCost: z.number().min(0).default(DEFAULT_ON_SAVE.maxCost).describe("Most money to be spent after one save, in USD. Beyond it the run pauses and says so."),
});

/** `llmops.yaml`, version 1. Durations come out in milliseconds, rates as 0 … 1. */
export const llmopsSchema = z
  .strictObject({
    version: z.literal(1).describe("Version of this format: 1."),
    endpoints: named(endpoint).optional().describe("Models to call, by a name of your choice."),
    suites: z.array(suite).optional().describe("Settings of suites. The suites themselves stay in promptfoo's or GitHub's own format."),
    onSave: onSave.prefault({}).describe("Budget of what runs by itself after a save."),
    pipeline: z.array(stage).optional().describe("Stages from a commit to production."),
    runners: runners.optional().describe("Where stages can run beside this machine."),
    training: named(training).optional().describe("Trainings, by a name of your choice."),
    environments: named(environment).optional().describe("Where versions are deployed, such as staging and production."),
    rollouts: named(rollouts).optional().describe("Canary rollouts, by a name of your choice."),
    experiments: experiments.optional().describe("Where else runs are tracked."),
    features: features.optional().describe("Feature store that fills {{features.*}} in prompts."),
    observability: observability.optional().describe("Where traces, metrics and logs go."),
    alerts: z.array(alerts).optional().describe("Rules that tell somebody when a metric leaves its bounds."),
    notifications: notifications.optional().describe("Addresses of those whom alerts tell."),
  })
  .describe("Configuration of LLMOps for the folder it stands in.");

export type LlmopsConfig = z.output<typeof llmopsSchema>;
export type EndpointConfig = z.output<typeof endpoint>;
export type SandboxEndpointConfig = z.output<typeof sandboxEndpoint>;
export type OpenaiEndpointConfig = z.output<typeof openaiEndpoint>;
export type SuiteConfig = z.output<typeof suite>;
export type InstructionsConfig = z.output<typeof instructions>;
export type StageConfig = z.output<typeof stage>;
export type StepConfig = StageConfig["steps"][number];
export type RunnersConfig = NonNullable<LlmopsConfig["runners"]>;
export type RolloutConfig = z.output<typeof rollouts>;
export type EnvironmentConfig = z.output<typeof environment>;
export type AlertConfig = z.output<typeof alerts>;
export type NotificationsConfig = z.output<typeof notifications>;
export type TrainingConfig = z.output<typeof training>;
