import { randomUUID } from "node:crypto";
import type { Completion } from "./chat.ts";
import type { CompletionRequest } from "./request.ts";

export type Api = "chat" | "text";

/** The answer as one JSON body, in the shape of `/v1/chat/completions` or `/v1/completions`. */
export function toBody(api: Api, request: CompletionRequest, completion: Completion): string {
  const { text, finishReason: finish_reason, usage } = completion;
  const choice = api === "chat" ? { index: 0, message: { role: "assistant", content: text, refusal: null }, logprobs: null, finish_reason } : { index: 0, text, logprobs: null, finish_reason };
  return JSON.stringify({ ...head(api, request, completion, false), choices: [choice], usage });
}

/** The answer as server-sent events, a few words each, `[DONE]` last; usage in an event of its own if asked for. */
export function toEvents(api: Api, request: CompletionRequest, completion: Completion): string[] {
  const shared = head(api, request, completion, true);
  const chunk = (delta: object, finish_reason: string | null) => ({ ...shared, choices: [{ index: 0, ...delta, logprobs: null, finish_reason }] });
  const piece = (content: string) => (api === "chat" ? { delta: { content } } : { text: content });
  const pieces = completion.text.match(/[\s\S]{1,12}/gu) ?? [];
  const chunks: object[] = [
    ...(api === "chat" ? [chunk({ delta: { role: "assistant", content: "" } }, null)] : []),
    ...pieces.map((content) => chunk(piece(content), null)),
    chunk(api === "chat" ? { delta: {} } : { text: "" }, completion.finishReason),
    ...(request.includeUsage ? [{ ...shared, choices: [], usage: completion.usage }] : []),
  ];
  return [...chunks.map((data) => `data: ${JSON.stringify(data)}\n\n`), "data: [DONE]\n\n"];
}

function head(api: Api, request: CompletionRequest, { fingerprint }: Completion, streamed: boolean) {
  return {
    id: `${api === "chat" ? "chatcmpl" : "cmpl"}-${randomUUID()}`,
    object: api === "text" ? "text_completion" : streamed ? "chat.completion.chunk" : "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    system_fingerprint: fingerprint,
  };
}
