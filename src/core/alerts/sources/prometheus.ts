import * as z from "zod";
import type { Http } from "../../host.ts";
import type { Reading, Rule } from "../rule.ts";

type Source = Extract<Rule["source"], { kind: "prometheus" }>;

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 4 * 2 ** 20;
const MOST_SERIES = 1000;
const number = z.tuple([z.number(), z.string()]);
/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
const answer = z.union([
  z.object({ status: z.literal("success"), data: z.union([z.object({ resultType: z.literal("vector"), result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: number })) }), z.object({ resultType: z.literal("scalar"), result: number })]) }),
  z.object({ status: z.literal("error"), error: z.string() }),
]);

/** An instant query: a reading for each series of its vector. @throws with what Prometheus says. */
export async function readPrometheus({ url, query }: Source, http: Pick<Http, "send">): Promise<Reading[]> {
  const { status, body } = await http.send({ method: "POST", url: `${url.replace(/\/+$/, "")}/api/v1/query`, headers: { "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams({ query }).toString(), timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES });
  const parsed = answer.safeParse(parse(body));
  if (!parsed.success) throw new Error(`${url} does not answer as Prometheus does (status ${status}). The query must give a vector or a scalar.`);
  if (parsed.data.status === "error") throw new Error(`Prometheus refuses ${JSON.stringify(query)}: ${parsed.data.error.slice(0, 500)}`);
  const { data } = parsed.data;
  if (data.resultType === "scalar") return [{ labels: {}, value: valueOf(data.result) }];
  if (data.result.length > MOST_SERIES) throw new Error(`${JSON.stringify(query)} gives ${data.result.length} series: aggregate them to ${MOST_SERIES} at most.`);
  return data.result.map(({ metric: { __name__: _name, ...labels }, value }) => ({ labels, value: valueOf(value) }));
}

function valueOf([, text]: [number, string]): number | undefined {
  const value = Number(text.replace("Inf", "Infinity"));
  return Number.isNaN(value) ? undefined : value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
