import type { Api } from "../targets/api.ts";
import { metricsAnswer, type MetricsAnswer } from "../targets/contract.ts";
import { type ArmReading, badRole, bucketRole, type Counter, type MetricSource, unitsRole } from "./source.ts";

/** The metrics of a gateway that speaks the contract. */
export function contractMetrics(api: Api, target: string): MetricSource {
  return {
    async read() {
      const { value } = await api.json("GET", `/targets/${encodeURIComponent(target)}/metrics`, metricsAnswer);
      return { at: value.at, stable: armOf(value.variants.stable), canary: armOf(value.variants.canary) };
    },
  };
}

function armOf(variant: MetricsAnswer["variants"]["stable"]): ArmReading | undefined {
  if (!variant) return undefined;
  const counter = (role: string, value: number): Counter => ({ role, instance: "", series: "", value });
  return {
    epoch: variant.epoch,
    counters: [
      counter(unitsRole("error-rate"), variant.units),
      counter(badRole("error-rate"), variant.unitErrors),
      ...(variant.latencyBuckets ?? []).map(([edge, count]) => counter(bucketRole("latency-p95", edge ?? Infinity), count)),
      ...Object.entries(variant.scores ?? {}).flatMap(([name, { n, sum }]) => [counter(`${name}/n`, n), counter(`${name}/sum`, sum)]),
    ],
  };
}
