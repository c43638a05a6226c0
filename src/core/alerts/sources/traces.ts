import type { Traces } from "../../traces/db.ts";
import type { Reading, Rule } from "../rule.ts";

type Source = Extract<Rule["source"], { kind: "traces" }>;

/** Of the calls of models that began in the last `window`. Without any there is no rate and no latency. */
export function readTraces(metric: string, { window, model, service }: Source, traces: Traces, now: number): Reading[] {
  const { calls, failed, tokens, latency } = traces.measure({ since: (now - window) * 1000, until: now * 1000, model, service }, metric === "latency-p95" ? 0.95 : 0.5);
  const values: Readonly<Record<string, number | undefined>> = {
    calls,
    "error-rate": calls === 0 ? undefined : failed / calls,
    "latency-p50": latency,
    "latency-p95": latency,
    tokens,
  };
  return [{ labels: {}, value: values[metric] }];
}
