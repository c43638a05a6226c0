import * as z from "zod";
import { originOf } from "./approvals.ts";
import { metricInfo } from "./gates.ts";
import { duration, headers, named, rate, relativePath, text } from "./schemaFields.ts";

/** Shares of the traffic, percent. */
export const DEFAULT_STEPS = [5, 10, 25, 50, 100];
/** What target and metric source count by themselves, without a query. */
export const COUNTED = ["error-rate", "latency-p95"] as const;

const url = () =>
  text().superRefine((value, context) => {
    const { username, password } = URL.canParse(value) ? new URL(value) : { username: "", password: "" };
    const wrong = originOf(value) === undefined ? "Expected an address such as https://gateway.example." : username || password ? "Keys do not belong in files: put them into headers, as ${secret:NAME}." : undefined;
    if (wrong) context.addIssue({ code: "custom", message: wrong });
  });

const version = z.strictObject({
  errors: rate().prefault("0%").describe("Share of the requests that fail: 5%."),
  latency: duration().optional().describe("Time before every answer: 20ms."),
});

const sandboxTarget = z
  .strictObject({
    kind: z.literal("sandbox").describe("A gateway on this machine with two real variants and live traffic: to try a rollout out."),
    traffic: z.number().positive().max(1000).default(120).describe("Sessions a second."),
    stable: version.prefault({}).describe("How the stable version behaves."),
    versions: named(version).describe("Versions to roll out, and how each behaves."),
  })
  .describe("A gateway on this machine with two real variants and live traffic: to try a rollout out.");

const httpTarget = z
  .strictObject({
    kind: z.literal("http").describe("Any gateway that speaks the contract of docs/rollout-target.openapi.yaml."),
    url: url().describe("Address of the contract, without /targets."),
    target: text().describe("Name of the target there."),
    headers: headers().optional().describe("Headers of every request; keys in them are written ${secret:NAME}."),
    ttl: duration().optional().describe("Dead man's switch: time after which the gateway goes back to the stable version when nobody renews the weights. At least three polls."),
  })
  .describe("Any gateway that speaks the contract of docs/rollout-target.openapi.yaml.");

const haproxyTarget = z
  .strictObject({
    kind: z.literal("haproxy").describe("Weights of two servers of a backend, through HAProxy's runtime socket."),
    socket: text().describe("Path of the socket (level admin), or HOST:PORT."),
    backend: text().describe("Name of the backend."),
    stable: text().default("stable").describe("Name of the server with the stable version."),
    canary: text().default("canary").describe("Name of the server with the new version."),
    cookies: z.boolean().default(false).describe("Whether the backend keeps sessions by cookie: a rollback then also puts the canary into maintenance."),
  })
  .describe("Weights of two servers of a backend, through HAProxy's runtime socket.");

const envoyTarget = z
  .strictObject({
    kind: z.literal("envoy").describe("Weights of two clusters of a route, as runtime keys, through Envoy's admin interface."),
    url: url().describe("Address of the admin interface."),
    runtimePrefix: text().describe("runtime_key_prefix of the route's weighted_clusters."),
    stable: text().default("stable").describe("Name of the cluster with the stable version."),
    canary: text().default("canary").describe("Name of the cluster with the new version."),
  })
  .describe("Weights of two clusters of a route, as runtime keys, through Envoy's admin interface.");

const target = z.discriminatedUnion("kind", [sandboxTarget, httpTarget, haproxyTarget, envoyTarget]);

const targetMetrics = z
  .strictObject({ kind: z.literal("target").describe("What the target itself counts.") })
  .describe("What the target itself counts.");

const prometheusMetrics = z
  .strictObject({
    kind: z.literal("prometheus").describe("Raw counters and histograms, read from Prometheus."),
    url: url().describe("Address of Prometheus, without /api."),
    headers: headers().optional().describe("Headers of every request; keys in them are written ${secret:NAME}."),
    label: text().default("version").describe("Label that tells the versions apart."),
    stable: text().default("stable").describe("Its value for the stable version."),
    canary: text().default("canary").describe("Its value for the new version."),
    preset: z.enum(["vllm", "litellm", "otel-genai", "haproxy"]).optional().describe("Names of the series of error-rate and latency-p95, as this software exports them."),
  })
  .describe("Raw counters and histograms, read from Prometheus.");

const metrics = z.discriminatedUnion("kind", [targetMetrics, prometheusMetrics]);

const threshold = z.strictObject({
  ratio: z.number().positive().describe("Allowed ratio of the canary to the stable version: 1.2 is 20 % more, 0.98 is 2 % less."),
  direction: z.enum(["higher", "lower"]).optional().describe("Which way is better, for scores of your own. Without it: higher."),
  floor: rate().optional().describe("Of error-rate: a rate below which it is healthy whatever the ratio: 0.5%."),
  max: rate().optional().describe("Of error-rate: a rate above which the canary is rolled back, whatever the stable version does: 5%."),
  designEffect: z.number().min(1).optional().describe("Requests that share a fate, on average over the requests, where the source cannot count sessions."),
  detect: z.number().positive().optional().describe("For scores: the ratio that must not pass a step unseen. Without it 0.95 where higher is better, else the rollout's detect."),
  query: text().optional().describe("Prometheus: series of the requests (a counter), or of latency-p95 the buckets of a histogram. Raw: no rate(), no increase()."),
  errors: text().optional().describe("Prometheus: series of the requests that failed (a counter)."),
  source: z
    .strictObject({
      kind: z.enum(["probe", "sample"]).describe("probe: suite cases sent to both versions; sample: judged production traffic."),
      suite: relativePath().optional().describe("Suite whose cases are sent, or whose assertions judge the samples."),
      perMinute: z.number().positive().max(6000).default(10).describe("Cases or samples a minute, from each version."),
    })
    .optional()
    .describe("Where a metric comes from that the metric source does not know."),
});

export const rollouts = z
  .strictObject({
    target: target.describe("What splits the traffic between the versions. The other keys belong to its kind."),
    metrics: metrics.prefault({ kind: "target" }).describe("Where the metrics of both versions are read. The other keys belong to its kind."),
    steps: z
      .array(z.number().positive().max(100))
      .min(1)
      .refine((steps) => steps.every((weight, index) => index === 0 || weight > steps[index - 1]!), "The weights must rise from step to step.")
      .default(DEFAULT_STEPS)
      .describe("Shares of the traffic for the new version, in percent, rising. [100] is blue/green."),
    step: duration("minutes").prefault("30m").describe("Shortest time of a step: 30m. A bare number is minutes."),
    maxStep: duration("minutes").prefault("24h").describe("Time after which an undecided step waits for a person: 24h. A bare number is minutes."),
    poll: duration().optional().describe("Time between polls: 60s. Without it a minute, or a fifth of a shorter step, at least 1s."),
    onInsufficient: z.enum(["pause", "hold", "advance"]).default("pause").describe("What happens when a step has used up maxStep undecided: pause for a person, hold on, or go to the next step all the same."),
    alpha: z.number().gt(0).lt(1).default(0.05).describe("Chance that a healthy version is rolled back."),
    beta: z.number().gt(0).lt(1).default(0.2).describe("Chance that a version as bad as detect passes a step."),
    detect: z.number().gt(1).default(2).describe("Ratio of the metrics that must be found."),
    minRequests: z.number().int().min(1).default(20).describe("Fewest requests of the new version in each step."),
    holdback: rate().prefault("5%").describe("Share of the traffic that stays on the old version in the last step: 5%."),
    thresholds: named(threshold)
      .refine((thresholds) => Object.keys(thresholds).length > 0, "A rollout needs a threshold: without one it cannot see a bad version.")
      .describe("What the new version must keep, by metric."),
  })
  .superRefine((value, context) => {
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    const presets = value.metrics.kind === "prometheus" && value.metrics.preset === undefined ? [] : COUNTED;
    for (const [name, threshold] of Object.entries(value.thresholds)) {
      const at = ["thresholds", name];
      const isCounted = (COUNTED as readonly string[]).includes(name);
      const direction = threshold.direction ?? metricInfo(name).direction;
      if (threshold.query === undefined && threshold.source === undefined && !(presets as readonly string[]).includes(name)) issue(at, "Every threshold needs a source: give it a query or a source.");
      if (direction === "lower" && threshold.ratio < 1) issue([...at, "ratio"], `${name} is better lower: its ratio is 1 or more (1.1 allows 10 % more).`);
      if (direction === "higher" && threshold.ratio > 1) issue([...at, "ratio"], `${name} is better higher: its ratio is 1 or less (0.98 allows 2 % less).`);
      if (threshold.query !== undefined && /\b(?:rate|irate|increase|delta|histogram_quantile)\s*\(/.test(threshold.query)) issue([...at, "query"], "The query must give raw counters: what happened is counted here. Take rate(), increase() and the like out.");
      if (name === "error-rate" && threshold.query !== undefined && threshold.errors === undefined) issue([...at, "query"], 'Give it "errors", too: the series of the requests that failed.');
      if (name === "latency-p95" && (value.target.kind === "haproxy" || value.target.kind === "envoy") && value.metrics.kind === "target") issue(at, "The target gives no p95. Read it from Prometheus, or take it out.");
      if (!isCounted && threshold.query !== undefined) issue([...at, "query"], "Only error-rate and latency-p95 are counted by a query. Give it a source: probe or sample.");
      for (const key of ["floor", "max"] as const) if (threshold[key] !== undefined && name !== "error-rate") issue([...at, key], `Only error-rate has ${key === "max" ? "a max" : "a floor"}: it is a rate of its own. ${name} is compared with the stable version's.`);
      if (threshold.source?.kind === "probe" && threshold.source.suite === undefined) issue([...at, "source"], "A probe needs a suite, whose cases it sends.");
    }
    if (value.step > value.maxStep) issue(["maxStep"], "maxStep must not be shorter than step.");
    if (value.poll !== undefined && value.poll < 1000) issue(["poll"], "Polls are at least 1s apart.");
    const noStable = value.holdback === 0 && Object.values(value.thresholds).every(({ max }) => max === undefined);
    if (noStable) issue(["holdback"], "With no holdback nothing is left to compare with at 100 %: give a threshold a max, or keep a holdback.");
  });
