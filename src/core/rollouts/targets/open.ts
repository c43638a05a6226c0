import { originOf } from "../../config/approvals.ts";
import { Redactor } from "../../config/redactor.ts";
import { resolveReferences, UnresolvedReference } from "../../config/references.ts";
import { openRollouts } from "../../store/rollouts/records.ts";
import type { RolloutContext } from "../context.ts";
import { contractMetrics } from "../metrics/contract.ts";
import { prometheusMetrics } from "../metrics/prometheus.ts";
import type { MetricSource } from "../metrics/source.ts";
import type { RolloutPlan } from "../plan/plan.ts";
import { type Api, jsonApi } from "./api.ts";
import { envoyTarget } from "./envoy.ts";
import { haproxyTarget } from "./haproxy.ts";
import { httpTarget } from "./http.ts";
import { type Target, TargetError } from "./target.ts";

/** What a plan steers, and what it is judged by. */
export interface Opened {
  readonly target: Target;
  readonly source: MetricSource;
  /** The contract, where the target speaks it: for samples and probes. */
  readonly contract: { readonly api: Api; readonly target: string } | undefined;
}

/** The only target of the sandbox's gateway. */
const SANDBOX_TARGET = "llm";
const GATEWAY_IDLE_MS = 30_000;
const GATEWAY_IDLE_POLLS = 5;

/** @throws {TargetError} where even the address cannot be had. */
export async function openPlan(context: RolloutContext, plan: RolloutPlan): Promise<Opened> {
  const { target, contract, metrics } = await openTarget(context, plan);
  return { target, contract, source: plan.metrics.kind === "target" ? metrics : prometheusMetrics(jsonApi(context.workspace.host.http, { url: plan.metrics.url, headers: headersOf(context, plan.metrics.url, plan.metrics.headers), who: "Prometheus" }), plan.metrics, plan.thresholds) };
}

async function openTarget(context: RolloutContext, { name, version, pollMs, target: config }: RolloutPlan): Promise<{ target: Target; metrics: MetricSource; contract: Opened["contract"] }> {
  switch (config.kind) {
    case "sandbox": {
      const begins = !openRollouts(context.workspace.store).some((open) => open.name === name);
      const url = await context.gateway({ name, target: config, version, begins, idleMs: GATEWAY_IDLE_MS + GATEWAY_IDLE_POLLS * pollMs }).catch((error: unknown) => {
        throw new TargetError(`The sandbox's gateway cannot be started: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      });
      const api = jsonApi(context.workspace.host.http, { url, who: "The sandbox's gateway" });
      // Its port is another one after a restart, but there is one gateway a name.
      return { target: { ...httpTarget(api, { url, target: SANDBOX_TARGET, label: `sandbox ${name}` }), key: `sandbox ${context.workspace.root} ${name}` }, metrics: contractMetrics(api, SANDBOX_TARGET), contract: { api, target: SANDBOX_TARGET } };
    }
    case "http": {
      const api = jsonApi(context.workspace.host.http, { url: config.url, headers: headersOf(context, config.url, config.headers), who: `The target ${config.target}` });
      return { target: httpTarget(api, { url: config.url, target: config.target, ttlMs: config.ttl, label: `${config.target} at ${config.url}` }), metrics: contractMetrics(api, config.target), contract: { api, target: config.target } };
    }
    case "envoy": {
      const { kind: _kind, ...options } = config;
      return { ...envoyTarget(context.workspace.host.http, { ...options, now: context.workspace.host.clock.now }), contract: undefined };
    }
    case "haproxy": {
      const { kind: _kind, ...options } = config;
      return { ...haproxyTarget({ ...options, now: context.workspace.host.clock.now }), contract: undefined };
    }
  }
}

/** Headers with their secrets, as they are at each call. */
export function headersOf({ workspace: { host } }: RolloutContext, url: string, headers: Readonly<Record<string, string>> | undefined): () => Promise<Readonly<Record<string, string>>> {
  const origin = originOf(url) ?? url;
  const get = (name: string) => host.secrets.get(name, origin);
  return async () => {
    if (!headers) return {};
    try {
      return await resolveReferences(headers, origin, { secret: get, env: get }, new Redactor());
    } catch (error) {
      throw error instanceof UnresolvedReference ? new TargetError(error.message, { cause: error }) : error;
    }
  };
}
