import * as z from "zod";
import type { Http } from "../../host.ts";
import { badRole, type Counter, type MetricSource, unitsRole } from "../metrics/source.ts";
import { type Api, jsonApi } from "./api.ts";
import { type Target, TargetError } from "./target.ts";

export interface EnvoyOptions {
  /** Of the admin interface. */
  readonly url: string;
  /** `runtime_key_prefix` of the route's weighted_clusters. */
  readonly runtimePrefix: string;
  /** Names of the clusters. */
  readonly stable: string;
  readonly canary: string;
  /** What the time is: Envoy counts in its own process, so that every reading is new. */
  readonly now: () => number;
}

/** https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--runtime */
const runtime = z.object({ entries: z.record(z.string(), z.object({ final_value: z.string() })) });
/** https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--stats?format=json */
const stats = z.object({ stats: z.array(z.object({ name: z.string().optional(), value: z.number().optional() })).max(10_000) });

const TIMEOUT_MS = 5000;
const MAX_BYTES = 1_000_000;

/** Two clusters of a route whose weights are runtime keys. They are relative to their sum: both are always set in one call, to 100 together. */
export function envoyTarget(http: Http, { url, runtimePrefix, stable, canary, now }: EnvoyOptions): { readonly target: Target; readonly metrics: MetricSource } {
  const api = jsonApi(http, { url, who: "Envoy's admin interface" });
  const keys = { stable: `${runtimePrefix}.${stable}`, canary: `${runtimePrefix}.${canary}` };
  const query = (percent: number) => `${encodeURIComponent(keys.stable)}=${100 - percent}&${encodeURIComponent(keys.canary)}=${percent}`;
  const set = async (percent: number): Promise<void> => {
    const response = await http.send({ method: "POST", url: `${url}/runtime_modify?${query(percent)}`, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES }).catch((error: unknown) => {
      throw new TargetError(`Envoy's admin interface: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    if (response.status !== 200) throw new TargetError(`Envoy does not change its runtime (HTTP ${response.status}: ${response.body.slice(0, 200).trim()}). It needs a layer of the kind admin_layer.`);
  };
  const target: Target = {
    key: `envoy ${url} ${runtimePrefix}`,
    label: `envoy ${runtimePrefix}`,
    byHand: `curl -X POST '${url}/runtime_modify?${query(0)}'`,
    rounded: (percent) => whole(percent),
    async read() {
      const { entries } = (await api.json("GET", "/runtime?format=json", runtime)).value;
      const weight = (key: string) => (entries[key] === undefined ? NaN : Number(entries[key].final_value));
      const [s, c] = [weight(keys.stable), weight(keys.canary)];
      // Before the first change there are no such keys: the weights are then the file's, which no call tells.
      if (entries[keys.stable] === undefined && entries[keys.canary] === undefined) return { canary: 0 };
      if (!(s >= 0 && c >= 0 && s + c > 0)) throw new TargetError(`Envoy's runtime keys ${keys.stable} and ${keys.canary} are no weights (${entries[keys.stable]?.final_value}, ${entries[keys.canary]?.final_value}).`);
      return { canary: (100 * c) / (s + c) };
    },
    write: (percent) => set(whole(percent)),
    rollBack: () => set(0),
  };
  return { target, metrics: { read: () => readStats(api, { stable, canary }, now) } };
}

/** Whole percents, and never nothing for something. */
function whole(percent: number): number {
  return percent > 0 && percent < 1 ? 1 : Math.round(percent);
}

/** Requests and 5xx of both clusters; a connection that fails is a 5xx of its cluster, too. */
async function readStats(api: Api, clusters: { readonly stable: string; readonly canary: string }, now: () => number): ReturnType<MetricSource["read"]> {
  const { value } = await api.json("GET", `/stats?format=json&filter=${encodeURIComponent("^cluster\\..*\\.upstream_rq_(completed|5xx)$")}`, stats);
  const found = new Map(value.stats.map(({ name, value: count }) => [name ?? "", count ?? 0]));
  const arm = (cluster: string) => {
    const units = found.get(`cluster.${cluster}.upstream_rq_completed`);
    if (units === undefined) return undefined;
    const counter = (role: string, count: number): Counter => ({ role, instance: "", series: "", value: count });
    return { epoch: "", counters: [counter(unitsRole("error-rate"), units), counter(badRole("error-rate"), found.get(`cluster.${cluster}.upstream_rq_5xx`) ?? 0)] };
  };
  return { at: now(), stable: arm(clusters.stable), canary: arm(clusters.canary) };
}
