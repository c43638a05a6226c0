import type { Store } from "./store.ts";

/** A provider's answer as it is kept, by the hash of everything that decides it. */
export interface StoredAnswer {
  /** JSON of the output. */
  readonly body: string;
  /** When it was received, milliseconds since the epoch. */
  readonly at: number;
  readonly latencyMs: number;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly cost: number | undefined;
  readonly finish: string | undefined;
  readonly fingerprint: string | undefined;
  /** Of each token, where they were asked for. */
  readonly logProbs?: readonly number[];
}

interface Row {
  body: string;
  at: number;
  latency_ms: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost: number | null;
  finish: string | null;
  fingerprint: string | null;
  log_probs: string | null;
}

export function findAnswer(store: Store, key: string): StoredAnswer | undefined {
  const row = store.get<Row>(
    `SELECT body, at, latency_ms, input_tokens, output_tokens, cost, finish, fingerprint, log_probs
     FROM answer JOIN output ON output.id = answer.output WHERE key = ?`,
    key,
  );
  return (
    row && {
      body: row.body,
      at: row.at,
      latencyMs: row.latency_ms,
      inputTokens: row.input_tokens ?? undefined,
      outputTokens: row.output_tokens ?? undefined,
      cost: row.cost ?? undefined,
      finish: row.finish ?? undefined,
      fingerprint: row.fingerprint ?? undefined,
      logProbs: row.log_probs === null ? undefined : (JSON.parse(row.log_probs) as number[]),
    }
  );
}

/** Inside a transaction. A newer answer replaces the one kept under the same key. */
export function putAnswer(store: Store, key: string, answer: StoredAnswer): void {
  store.run(
    `INSERT INTO answer (key, output, at, latency_ms, input_tokens, output_tokens, cost, finish, fingerprint, log_probs)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET output = excluded.output, at = excluded.at, latency_ms = excluded.latency_ms,
       input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens, cost = excluded.cost,
       finish = excluded.finish, fingerprint = excluded.fingerprint, log_probs = excluded.log_probs`,
    key,
    store.putBody(answer.body),
    answer.at,
    answer.latencyMs,
    answer.inputTokens ?? null,
    answer.outputTokens ?? null,
    answer.cost ?? null,
    answer.finish ?? null,
    answer.fingerprint ?? null,
    answer.logProbs === undefined ? null : JSON.stringify(answer.logProbs),
  );
}
