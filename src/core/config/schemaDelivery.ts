import * as z from "zod";
import { duration, named, rate, relativePath, text } from "./schemaFields.ts";

/** Shares of the traffic, percent. */
export const DEFAULT_STEPS = [5, 10, 25, 50, 100];

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
    .default(DEFAULT_STEPS)
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
