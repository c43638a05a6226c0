import { recordOf } from "./apiServer.ts";
import { brokenOff, cutOff, eventOf, sseData } from "./sse.ts";

/**
 * The chunks of `streamGenerateContent?alt=sse` as `generateContent` would have sent them in one piece: texts that
 * follow each other are one. Source: the Gemini API's reference, "GenerateContentResponse". @throws {CallError}
 */
export function assembledContent(body: string, host: string): unknown {
  const chunks = sseData(body).map((data) => recordOf(eventOf(data, host)));
  const failed = chunks.find((chunk) => chunk["error"] !== undefined);
  if (failed) throw brokenOff(host, recordOf(failed["error"])["message"]);
  const candidates = chunks.flatMap(({ candidates: all }) => (Array.isArray(all) && all.length > 0 ? [recordOf(all[0])] : []));
  const finish = candidates.findLast(({ finishReason }) => finishReason)?.["finishReason"];
  const last = (key: string) => chunks.findLast((chunk) => chunk[key] !== undefined)?.[key];
  if (finish === undefined && last("promptFeedback") === undefined) throw cutOff(host);
  const parts = joined(candidates.flatMap(({ content }) => (Array.isArray(recordOf(content)["parts"]) ? (recordOf(content)["parts"] as unknown[]).map(recordOf) : [])));
  return { modelVersion: last("modelVersion"), usageMetadata: last("usageMetadata"), promptFeedback: last("promptFeedback"), ...(candidates.length > 0 ? { candidates: [{ content: { parts }, finishReason: finish }] } : {}) };
}

function joined(parts: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown>[] {
  const all: Record<string, unknown>[] = [];
  for (const part of parts) {
    const before = all.at(-1);
    const follows = typeof part["text"] === "string" && typeof before?.["text"] === "string" && part["thought"] === before["thought"];
    if (follows) before["text"] = `${before["text"] as string}${part["text"] as string}`;
    else all.push({ ...part });
  }
  return all;
}
