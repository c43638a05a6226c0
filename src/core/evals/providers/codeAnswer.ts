import type { Answer } from "../model.ts";
import { CallError } from "./provider.ts";

/** What code can be asked for. */
export type CodeKind = "text" | "embedding";

type Read = Omit<Answer, "cached" | "latencyMs">;

/**
 * What code of a suite's returned for a question: promptfoo's `{output, error, tokenUsage, cost, …}`, or `{embedding}`.
 * @param strict without an output or an error it is no answer; else it is one without an output, as in promptfoo.
 * @throws {CallError} when it says an error, or is no answer.
 */
export function codeAnswer(value: unknown, { subject, gives, strict }: { subject: string; gives: CodeKind; strict: boolean }): Read {
  const said = isRecord(value) ? value : undefined;
  if (said?.["error"]) throw new CallError("unanswered", `${subject} says: ${String(said["error"])}`);
  if (gives === "embedding") {
    const vector = said?.["embedding"];
    if (!Array.isArray(vector) || vector.length === 0 || !vector.every(Number.isFinite)) throw new CallError("unanswered", `${subject} returned no {embedding: [numbers]}.`);
    return { ...about(said), output: vector };
  }
  if (!said || (strict && !("output" in said))) throw new CallError("unanswered", `${subject} returned ${described(value)}. Return {output: …}, or {error: …}.`);
  return { ...about(said), output: said["output"] ?? null };
}

function about(said: Readonly<Record<string, unknown>> = {}): Read {
  const usage = isRecord(said["tokenUsage"]) ? said["tokenUsage"] : {};
  const [input, output, total] = [count(usage["prompt"]), count(usage["completion"]), count(usage["total"])];
  const logProbs = said["logProbs"];
  return {
    output: null,
    usage: input !== undefined && output !== undefined ? { input, output } : total === undefined ? undefined : { input: input ?? total - (output ?? 0), output: output ?? 0 },
    cost: count(said["cost"]),
    finishReason: typeof said["finishReason"] === "string" ? said["finishReason"].toLowerCase() : undefined,
    fingerprint: undefined,
    ...(Array.isArray(logProbs) && logProbs.every(Number.isFinite) ? { logProbs: logProbs as number[] } : {}),
  };
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function described(value: unknown): string {
  return value === undefined || value === null ? "nothing" : (JSON.stringify(value) ?? String(value)).slice(0, 200);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
