import { parsedOr, recordOf } from "./apiServer.ts";
import { answerReader } from "./jsonApi.ts";
import { answerSchema } from "./openaiAnswer.ts";

/** OpenAI's answer, read as promptfoo reads Azure's: a text, even an empty one, goes before calls, and JSON is parsed where it was asked for. */
export const azureReader = answerReader(answerSchema, "a chat completion", ({ choices, usage, model, system_fingerprint }, sent) => {
  const [choice] = choices;
  const message = choice?.message;
  const content = message?.content ?? message?.tool_calls ?? message?.function_call ?? null;
  const format = recordOf(sent["response_format"])["type"];
  return {
    output: typeof content === "string" && (format === "json_schema" || format === "json_object") ? parsedOr(content) : content,
    usage: usage ? { input: usage.prompt_tokens ?? 0, output: usage.completion_tokens ?? 0 } : undefined,
    finishReason: choice?.finish_reason ?? undefined,
    fingerprint: [model, system_fingerprint].filter(Boolean).join(" ") || undefined,
  };
});
