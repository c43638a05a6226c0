import * as z from "zod";
import { duration, glob, rate, relativePath, text, tolerance, variables } from "./schemaFields.ts";

/** What a check of training data finds, by the code that its diagnostic carries. Each can be given another weight. */
export const DATA_CHECKS = [
  "duplicate-rows",
  "near-duplicates",
  "leakage",
  "contradictory-labels",
  "label-balance",
  "missing-values",
  "long-rows",
  "personal-data",
  "secrets",
  "profanity",
  "language",
  "drift",
] as const;
export type DataCheck = (typeof DATA_CHECKS)[number];

export const WEIGHTS = ["error", "warning", "information", "off"] as const;
export type Weight = (typeof WEIGHTS)[number];

export const checks = z.strictObject({
  weights: z.partialRecord(z.enum(DATA_CHECKS), z.enum(WEIGHTS)).default({}).describe("How much a finding weighs: error (nothing is trained), warning, information or off."),
  similarity: rate().prefault("80%").describe("Share of common text (Jaccard) from which two rows are near duplicates."),
  maxTokens: z.number().int().min(1).default(16_384).describe("Tokens that a row may have, about 4 characters each."),
  minShare: rate().prefault("5%").describe("A label with a smaller share of the rows is told."),
});

const common = {
  data: relativePath().describe("Training data: JSONL of chats, completions or preferences, or CSV with a column for the question and one for the answer."),
  validation: relativePath().optional().describe("Data of the same form that the trainer measures its loss on, and does not learn from."),
  suite: relativePath().describe("Suite that judges the new model against the one in use."),
  endpoint: text().describe("Name of an entry in endpoints, where the new model and the one in use are asked."),
  production: text().optional().describe("Model in use. Without it: the one promoted to the environment below, else the endpoint's model."),
  environment: text().optional().describe("Name of an entry in environments that a better model is promoted to. Without it: staging, where there is one."),
  metric: text().default("accuracy").describe("The metric that must improve."),
  minImprovement: tolerance().default({ points: 0 }).describe("How much better the new model must be: 1pt (points of a rate) or 1% (relative)."),
  nonInferior: z.literal("required").optional().describe("required: of every other gate it must be shown that it is not worse, however many cases that takes."),
  repeat: z.number().int().min(1).max(100).optional().describe("How often each case runs, with both models. Without it as the suite says."),
  hyperparameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}).describe("Passed on to the trainer, such as n_epochs: 4."),
  seed: z.number().int().optional().describe("Seed of the training."),
  timeout: duration("minutes").prefault("24h").describe("Time after which a training is ended: 24h. A bare number is minutes."),
  checks: checks.prefault({}).describe("Checks of the data before anything is trained."),
};

const openaiFineTune = z.strictObject({ kind: z.literal("openai-finetune").describe("Fine-tuning by OpenAI's protocol, at the endpoint."), base: text().describe("Model to start from."), method: z.enum(["supervised", "dpo"]).default("supervised").describe("supervised, or dpo for preferences."), ...common }).describe("Fine-tuning by OpenAI's protocol, at the endpoint.");

const command = z
  .strictObject({ kind: z.literal("command").describe("Any script. It reads LLMOPS_DATA and writes the model's name."), command: text().describe("Command line, run by the shell (sh; cmd.exe on Windows), in the folder of llmops.yaml. docs/training.md lists the variables that it reads."), env: variables().optional().describe("Environment variables of the command. Keys in them are written ${secret:NAME}."), base: text().optional().describe("Model to start from, for the command to read."), ...common })
  .describe("Any script, as a process of its own.");

const ray = z
  .strictObject({ kind: z.literal("ray").describe("Any script, on the Ray cluster of runners."), command: text().describe("Command line, run by the shell, in a folder with files and the data."), files: z.array(glob()).default([]).describe("Globs of files that go along, such as train.py."), env: variables().optional().describe("Environment variables of the command. Keys in them are written ${secret:NAME}."), base: text().optional().describe("Model to start from, for the command to read."), ...common })
  .describe("Any script, on the Ray cluster of runners.");

export const training = z.discriminatedUnion("kind", [openaiFineTune, command, ray]);
