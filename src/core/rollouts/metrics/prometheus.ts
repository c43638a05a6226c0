import * as z from "zod";
import type { RolloutConfig } from "../../config/schema.ts";
import type { Api } from "../targets/api.ts";
import { TargetError } from "../targets/target.ts";
import { type ArmReading, badRole, bucketRole, type Counter, type MetricSource, unitsRole } from "./source.ts";

type Config = Extract<RolloutConfig["metrics"], { kind: "prometheus" }>;

/** Raw series, as software exports them. */
interface Series {
  readonly units: string;
  readonly bad: string;
  readonly buckets: string | undefined;
}

const PRESETS: Readonly<Record<NonNullable<Config["preset"]>, Series>> = {
  vllm: { units: "http_requests_total", bad: 'http_requests_total{status="5xx"}', buckets: "vllm:e2e_request_latency_seconds_bucket" },
  litellm: { units: "litellm_deployment_total_requests_total", bad: "litellm_deployment_failure_responses_total", buckets: "litellm_request_total_latency_metric_bucket" },
  "otel-genai": { units: "gen_ai_client_operation_duration_seconds_count", bad: 'gen_ai_client_operation_duration_seconds_count{error_type!=""}', buckets: "gen_ai_client_operation_duration_seconds_bucket" },
  haproxy: { units: "haproxy_server_http_responses_total", bad: 'haproxy_server_http_responses_total{code="5xx"}', buckets: undefined },
};

/** What Prometheus' HTTP API answers: https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
const answer = z.object({
  status: z.string(),
  error: z.string().max(2000).optional(),
  data: z.object({ resultType: z.string(), result: z.unknown() }).optional(),
});
const vector = z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })).max(100_000);
const scalar = z.tuple([z.number(), z.string()]);

interface Query {
  readonly text: string;
  readonly role: (le: number) => string;
}

/**
 * Raw counters of both versions at one instant, by Prometheus' own clock. What happened between two polls is counted here: `increase()`
 * extrapolates, and `or vector(0)` takes a target that is down for one without errors.
 */
export function prometheusMetrics(api: Api, config: Config, thresholds: RolloutConfig["thresholds"]): MetricSource {
  const queries = Object.entries(thresholds).flatMap(([name, { query, errors, source }]): Query[] => {
    const preset = config.preset && PRESETS[config.preset];
    if (source) return [];
    if (name !== "error-rate") return [{ text: query ?? preset?.buckets ?? "", role: (le) => bucketRole(name, le) }];
    return [
      { text: query ?? preset?.units ?? "", role: () => unitsRole(name) },
      { text: errors ?? preset?.bad ?? "", role: () => badRole(name) },
    ];
  });
  const ask = async <T extends z.ZodType>(query: string, time: string | undefined, shape: T): Promise<z.output<T>> => {
    const body = new URLSearchParams({ query, ...(time === undefined ? {} : { time }) }).toString();
    const { value } = await api.json("POST", "/api/v1/query", answer, { body, headers: { "content-type": "application/x-www-form-urlencoded" } });
    if (value.status !== "success") throw new TargetError(`Prometheus refuses ${query}: ${value.error ?? value.status}`);
    const result = shape.safeParse(value.data?.result);
    if (!result.success) throw new TargetError(`${query} gives Prometheus' ${value.data?.resultType ?? "nothing"}: it must give an instant vector of counters.`);
    return result.data;
  };
  return {
    async read() {
      const [, time] = await ask("time()", undefined, scalar);
      const counters: Record<"stable" | "canary", Counter[]> = { stable: [], canary: [] };
      for (const { text, role } of queries) {
        for (const { metric, value } of await ask(text, time, vector)) {
          const { le, instance = "", [config.label]: version, ...labels } = metric;
          const arm = version === config.stable ? "stable" : version === config.canary ? "canary" : undefined;
          const number = Number(value[1]);
          if (arm === undefined || !Number.isFinite(number)) continue;
          const edge = le === undefined || le === "+Inf" ? Infinity : Number(le);
          counters[arm].push({ role: role(edge), instance, series: JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))), value: number });
        }
      }
      const arm = (name: "stable" | "canary"): ArmReading | undefined => (counters[name].length === 0 ? undefined : { epoch: "", counters: counters[name] });
      return { at: Number(time), stable: arm("stable"), canary: arm("canary") };
    },
  };
}
