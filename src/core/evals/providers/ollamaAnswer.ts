import { z } from "zod";
import { type AnswerReader, answerReader } from "./jsonApi.ts";
import { CallError } from "./provider.ts";

const words = z.string().nullish();

/** What an answer of /api/chat or /api/generate must have, and what else is read of it. */
const schema = z
  .looseObject({
    model: words,
    error: words,
    response: words,
    thinking: words,
    message: z.looseObject({ content: words, thinking: words, tool_calls: z.array(z.looseObject({ function: z.looseObject({ name: z.string(), arguments: z.unknown() }) })).nullish() }).nullish(),
    done_reason: words,
    prompt_eval_count: z.number().optional(),
    eval_count: z.number().optional(),
  })
  .refine(({ message, response, error }) => message || typeof response === "string" || error, { path: ["message"], message: "there is none, and no response" });

type Body = z.infer<typeof schema>;

export function ollamaReader(showThinking: boolean): AnswerReader {
  return answerReader(schema, "an answer of Ollama's", (body, _sent, host) => {
    if (body.error) throw new CallError("unanswered", `${host} failed: ${body.error}`);
    const { prompt_eval_count: input, eval_count: output } = body;
    return {
      output: outputOf(body, showThinking),
      usage: input === undefined && output === undefined ? undefined : { input: input ?? 0, output: output ?? 0 },
      finishReason: body.done_reason ?? undefined,
      fingerprint: body.model ?? undefined,
    };
  });
}

/** As promptfoo: calls of tools in OpenAI's form, else the text, with what was thought before it. */
function outputOf({ message, response, thinking }: Body, showThinking: boolean): unknown {
  const content = message ? (message.content ?? "") : (response ?? "");
  const calls = (message?.tool_calls ?? []).map(({ function: { name, arguments: given } }) => ({ function: { name, arguments: typeof given === "string" ? given : JSON.stringify(given) } }));
  if (calls.length > 0) return content.trim() === "" ? calls : { content, tool_calls: calls };
  const thought = message?.thinking || thinking;
  if (!thought || !showThinking) return content;
  return `Thinking: ${thought}${content === "" ? "" : `\n\n${content}`}`;
}
