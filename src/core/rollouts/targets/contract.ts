import * as z from "zod";

/** The HTTP contract of docs/rollout-target.openapi.yaml, as far as the engine reads it. */

const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

export const splitAnswer = z.object({
  weights: z.object({ stable: z.number().min(0).max(100), canary: z.number().min(0).max(100) }),
  reason: z.string().max(200).optional(),
});

const variant = z.object({
  /** Another one after a restart, with which the counters begin again. */
  epoch: z.string().max(200),
  units: count,
  unitErrors: count,
  requests: count.optional(),
  errors: count.optional(),
  /** Cumulative; upper edges in ms, the last null. */
  latencyBuckets: z.array(z.tuple([z.number().min(0).nullable(), count])).max(500).optional(),
  scores: z.record(z.string().max(100), z.object({ n: count, sum: z.number() })).optional(),
});

export const metricsAnswer = z.object({
  /** Milliseconds since the epoch, by the target's clock. */
  at: z.number(),
  unit: z.enum(["session", "request"]),
  variants: z.object({ stable: variant.optional(), canary: variant.optional() }),
});

export const samplesAnswer = z.object({
  samples: z
    .array(
      z.object({
        id: z.number(),
        at: z.number(),
        variant: z.enum(["stable", "canary"]),
        status: z.number(),
        latencyMs: z.number().optional(),
        input: z.string().max(100_000),
        output: z.string().max(100_000),
      }),
    )
    .max(10_000),
  next: z.number(),
});

export type MetricsAnswer = z.output<typeof metricsAnswer>;
export type SamplesAnswer = z.output<typeof samplesAnswer>;
