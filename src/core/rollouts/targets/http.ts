import { type Api } from "./api.ts";
import { splitAnswer } from "./contract.ts";
import type { SplitReading, Target } from "./target.ts";

export interface HttpTargetOptions {
  readonly url: string;
  readonly target: string;
  /** Milliseconds; `undefined`: no dead man's switch. */
  readonly ttlMs?: number;
  readonly label: string;
}

/** A gateway that speaks the contract. Its ETag keeps two writers apart; a rollback goes before all writers. */
export function httpTarget(api: Api, { url, target, ttlMs, label }: HttpTargetOptions): Target {
  const path = `/targets/${encodeURIComponent(target)}`;
  return {
    key: `http ${url} ${target}`,
    label,
    byHand: `curl -X POST ${url}${path}/rollback -H 'Idempotency-Key: by-hand'`,
    rounded: (canary) => canary,
    renews: ttlMs !== undefined,
    async read(): Promise<SplitReading> {
      const { value, response } = await api.json("GET", `${path}/split`, splitAnswer);
      return { canary: value.weights.canary, ...(value.reason === undefined || value.reason === "set" ? {} : { reason: value.reason }), ...(response.headers["etag"] === undefined ? {} : { version: response.headers["etag"] }) };
    },
    async write(canary, seen) {
      const body = { weights: { stable: 100 - canary, canary }, ...(ttlMs === undefined ? {} : { ttlSeconds: ttlMs / 1000, fallback: { weights: { stable: 100, canary: 0 } } }) };
      await api.json("PUT", `${path}/split`, splitAnswer, { body: JSON.stringify(body), headers: seen.version === undefined ? {} : { "if-match": seen.version } });
    },
    async rollBack(seen) {
      await api.json("POST", `${path}/rollback`, splitAnswer, { body: "{}", headers: { "idempotency-key": `rollback ${target} ${seen?.version ?? ""}` } });
    },
  };
}
