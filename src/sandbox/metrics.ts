import type { Usage } from "./chat.ts";
import type { FaultKind } from "./faults.ts";
import type { Api } from "./stream.ts";

export interface Stats {
  /** Completions asked for, whatever became of them. */
  readonly requests: number;
  /** Of them, answered with status 200 and a body that was sent to its end. */
  readonly answered: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Upper edges in seconds. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  begin(): void;
  fault(kind: FaultKind): void;
  tokens(usage: Usage): void;
  /** @param status HTTP status; 0 when the client got no whole answer. @param seconds since the request began */
  end(api: Api, status: number, seconds: number): void;
  stats(): Stats;
  /** Prometheus text format 0.0.4, in the names that FastAPI's instrumentation (vLLM) uses for HTTP. */
  text(): string;
}

export function createMetrics(): Metrics {
  const responses = new Map<string, number>();
  const faults: Record<string, number> = {};
  const buckets = BUCKETS.map(() => 0);
  let seconds = 0;
  let finished = 0;
  let requests = 0;
  let answered = 0;
  let inFlight = 0;
  let maxInFlight = 0;
  let promptTokens = 0;
  let completionTokens = 0;
  return {
    begin() {
      requests++;
      maxInFlight = Math.max(maxInFlight, ++inFlight);
    },
    fault(kind) {
      faults[kind] = (faults[kind] ?? 0) + 1;
    },
    tokens(usage) {
      promptTokens += usage.prompt_tokens;
      completionTokens += usage.completion_tokens;
    },
    end(api, status, took) {
      const handler = api === "chat" ? "/v1/chat/completions" : "/v1/completions";
      const key = `handler="${handler}",method="POST",status="${status === 0 ? "none" : `${Math.floor(status / 100)}xx`}"`;
      responses.set(key, (responses.get(key) ?? 0) + 1);
      inFlight--;
      finished++;
      seconds += took;
      if (status === 200) answered++;
      for (const [i, edge] of BUCKETS.entries()) if (took <= edge) buckets[i]!++;
    },
    stats: () => ({ requests, answered, inFlight, maxInFlight, faults: { ...faults }, promptTokens, completionTokens }),
    text: () =>
      [
        ...family("http_requests_total", "counter", "Completions by handler and class of status.", [...responses].map(([labels, count]) => `{${labels}} ${count}`)),
        ...family("http_request_duration_seconds", "histogram", "Seconds from request to the end of the answer.", [
          ...BUCKETS.map((edge, i) => `_bucket{le="${edge}"} ${buckets[i]}`),
          `_bucket{le="+Inf"} ${finished}`,
          `_sum ${seconds}`,
          `_count ${finished}`,
        ]),
        ...family("sandbox_requests_in_flight", "gauge", "Completions being answered.", [` ${inFlight}`]),
        ...family("sandbox_faults_total", "counter", "Faults injected on purpose.", Object.entries(faults).map(([kind, count]) => `{kind="${kind}"} ${count}`)),
        ...family("sandbox_prompt_tokens_total", "counter", "Tokens read.", [` ${promptTokens}`]),
        ...family("sandbox_completion_tokens_total", "counter", "Tokens written.", [` ${completionTokens}`]),
      ].join("\n") + "\n",
  };
}

function family(name: string, type: string, help: string, samples: readonly string[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map((sample) => `${name}${sample}`)];
}
