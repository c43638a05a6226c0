import { z } from "zod";
import { answerReader } from "./jsonApi.ts";
import { CallError } from "./provider.ts";

const count = z.number().nullish();
/** What was written was withheld. */
const WITHHELD: ReadonlySet<string> = new Set(["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII"]);

/** What an answer of generateContent must have, and what else is read of it. */
const schema = z
  .looseObject({
    modelVersion: z.string().nullish(),
    candidates: z.array(z.looseObject({ content: z.looseObject({ parts: z.array(z.looseObject({})).nullish() }).nullish(), finishReason: z.string().nullish() })).nullish(),
    promptFeedback: z.looseObject({ blockReason: z.string().nullish() }).nullish(),
    usageMetadata: z.looseObject({ promptTokenCount: count, candidatesTokenCount: count, thoughtsTokenCount: count, toolUsePromptTokenCount: count }).nullish(),
  })
  .refine(({ candidates, promptFeedback }) => candidates?.length || promptFeedback, { path: ["candidates"], message: "there is none, and no promptFeedback" });

/** A question or an answer that is blocked is refused, as a bad request is: the prompt may have caused it. */
export const googleReader = answerReader(schema, "an answer of the Gemini API", ({ candidates, promptFeedback, usageMetadata, modelVersion }, _sent, host) => {
  const candidate = candidates?.[0];
  if (!candidate) throw new CallError("rejected", `${host} blocked the prompt (${promptFeedback?.blockReason ?? "no reason given"}).`);
  const { finishReason, content } = candidate;
  if (finishReason && WITHHELD.has(finishReason)) throw new CallError("rejected", `${host} withheld the answer (${finishReason}).`);
  return {
    output: outputOf(content?.parts ?? []),
    usage: usageMetadata
      ? { input: (usageMetadata.promptTokenCount ?? 0) + (usageMetadata.toolUsePromptTokenCount ?? 0), output: (usageMetadata.candidatesTokenCount ?? 0) + (usageMetadata.thoughtsTokenCount ?? 0) }
      : undefined,
    finishReason: finishReason?.toLowerCase(),
    fingerprint: modelVersion ?? undefined,
  };
});

/** The text where there is nothing else, as promptfoo; else the parts, with the calls of functions among them. */
function outputOf(parts: readonly Record<string, unknown>[]): unknown {
  if (parts.length === 0) return null;
  return parts.every((part) => "text" in part) ? parts.map((part) => String(part["text"])).join("") : parts;
}
