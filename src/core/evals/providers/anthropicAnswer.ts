import { z } from "zod";
import { parsedOr, recordOf } from "./apiServer.ts";
import { type AnswerReader, answerReader } from "./jsonApi.ts";

const count = z.number().nullish();

/** What a message of the Messages API must have, and what else is read of it. */
const schema = z.looseObject({
  model: z.string().nullish(),
  content: z.array(z.looseObject({ type: z.string() })),
  stop_reason: z.string().nullish(),
  usage: z.looseObject({ input_tokens: count, output_tokens: count, cache_read_input_tokens: count, cache_creation_input_tokens: count }).nullish(),
});

type Block = z.infer<typeof schema>["content"][number];

export function anthropicReader(showThinking: boolean): AnswerReader {
  return answerReader(schema, "a message of Anthropic's", ({ content, model, stop_reason, usage }, sent) => {
    const output = outputOf(content, showThinking);
    const format = recordOf(recordOf(sent["output_config"])["format"]);
    return {
      output: format["type"] === "json_schema" ? parsedOr(output) : output,
      // Read from and written into the vendor's cache: all of it was asked.
      usage: usage ? { input: (usage.input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0), output: usage.output_tokens ?? 0 } : undefined,
      finishReason: stop_reason ?? undefined,
      fingerprint: model ?? undefined,
    };
  });
}

/** As promptfoo writes it: texts with blank lines between, what was thought before them, and calls of tools as JSON. */
function outputOf(content: readonly Block[], showThinking: boolean): string {
  const plain = content.every(({ type }) => !["tool_use", "thinking", "redacted_thinking"].includes(type));
  if (plain) return content.map(({ text }) => (typeof text === "string" ? text : "")).join("\n\n");
  return content
    .map((block) => {
      if (block.type === "text") return String(block["text"] ?? "");
      if (block.type === "thinking") return showThinking && String(block["thinking"] ?? "").trim() !== "" ? `Thinking: ${String(block["thinking"])}\nSignature: ${String(block["signature"])}` : "";
      if (block.type === "redacted_thinking") return showThinking ? `Redacted Thinking: ${String(block["data"])}` : "";
      return JSON.stringify(block);
    })
    .filter((text) => text !== "")
    .join("\n\n");
}
