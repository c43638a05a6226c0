import { z } from "zod";

/** A file is from somewhere: what a part must have before anything of it is stored or judged. */
const sample = z.object({
  status: z.enum(["passed", "failed", "rejected", "error"]),
  score: z.number(),
  latencyMs: z.number().optional(),
  cached: z.boolean(),
  cost: z.number().optional(),
  tokens: z.number().optional(),
  metrics: z.record(z.string(), z.number()),
  measured: z.object({ values: z.record(z.string(), z.number()), kept: z.array(z.boolean().nullable()) }).optional(),
  preview: z.string(),
  reason: z.string(),
  fingerprint: z.string().optional(),
});
const stored = sample.extend({ body: z.string().optional(), detail: z.string().optional() });

const tolerance = z.union([z.object({ points: z.number() }), z.object({ relative: z.number() })]);
const gate = z.object({ metric: z.string(), direction: z.enum(["higher", "lower"]), tolerance: tolerance.optional(), min: z.number().optional(), max: z.number().optional() });

const instruction = z.object({
  rule: z.string(),
  sentence: z.string(),
  origin: z.enum(["baseline", "prompt", "suite"]),
  line: z.number().int().min(0).optional(),
});

export const headerSchema = z.object({
  llmops: z.literal("part"),
  version: z.literal(1),
  shard: z.object({ index: z.number().int().min(1), of: z.number().int().min(1).max(10_000) }),
  report: z.object({
    runId: z.string(),
    suite: z.string(),
    baseline: z.object({ kind: z.enum(["accepted", "git", "first-edit", "model"]), commit: z.string().optional(), label: z.string(), at: z.number().optional() }).optional(),
    version: z.string(),
    commit: z.string().optional(),
    dirty: z.boolean(),
    startedAt: z.number(),
    durationMs: z.number(),
    calls: z.number(),
    cached: z.number(),
    cost: z.number(),
    hasAbsoluteGate: z.boolean(),
    origins: z.array(z.string()),
    notices: z.array(z.string()).optional(),
  }),
  repeats: z.number().int().min(1),
  gates: z.array(gate),
  series: z.array(z.object({ key: z.string(), prompt: z.string(), label: z.string(), provider: z.string(), model: z.string().optional(), hasBaseline: z.boolean(), changed: z.boolean(), instructions: z.array(instruction).optional() })),
});

export const caseSchema = z.object({
  series: z.number().int().min(0),
  case: z.string(),
  current: z.array(stored.nullable()),
  baseline: z.array(z.union([stored, z.literal("same"), z.null()])),
  confirmed: z.object({ current: z.array(sample.nullable()), baseline: z.array(z.union([sample, z.literal("same"), z.null()])) }).optional(),
});
