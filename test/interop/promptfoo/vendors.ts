import type http from "node:http";
import { type AnsweringEndpoint, listen } from "./listen.ts";

/**
 * Endpoints that speak vendors' protocols, written from their documents. Each answers with the request itself as
 * sorted JSON: what a provider sends is then what a row's output is. A last message `CALL` is answered with a call of
 * a tool, `THINK` with a thought before the text, `NOTHING` with no text.
 */
export function startVendors(): Promise<AnsweringEndpoint> {
  return listen((request, body) => ({ json: answerTo(request, JSON.parse(body) as Record<string, unknown>) }));
}

function answerTo({ url = "", headers }: http.IncomingMessage, body: Record<string, unknown>): object {
  // Ollama streams unless it is told not to; what an answer says is the same.
  const { stream: _stream, ...request } = body;
  const shown = { url, version: headers["anthropic-version"], beta: headers["anthropic-beta"], request };
  const asked = /\b(CALL|THINK|NOTHING)\b/.exec(JSON.stringify(request))?.[1];
  const text = asked === "NOTHING" ? "" : sortedJson(shown);
  if (url === "/v1/messages") return { id: "msg", type: "message", role: "assistant", model: body["model"], stop_reason: "end_turn", usage: { input_tokens: 1, output_tokens: 1 }, content: claudeContent(asked, text) };
  if (url.startsWith("/openai/deployments/")) {
    const message = asked === "CALL" ? { content: null, tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }] } : { content: text };
    return { model: "m", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", ...message } }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
  }
  if (url.endsWith(":generateContent")) {
    const parts = asked === "CALL" ? [{ functionCall: { name: "f", args: {} } }] : asked === "THINK" ? [{ text: "Hm.", thought: true }, { text }] : [{ text }];
    return { candidates: [{ content: { role: "model", parts }, finishReason: "STOP" }], usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 } };
  }
  const done = { model: body["model"], done: true, done_reason: "stop", prompt_eval_count: 1, eval_count: 1 };
  const thinking = asked === "THINK" ? { thinking: "Hm." } : {};
  if (url === "/api/generate") return { ...done, response: text, ...thinking };
  return { ...done, message: { role: "assistant", content: asked === "CALL" ? "" : text, ...thinking, ...(asked === "CALL" ? { tool_calls: [{ function: { name: "f", arguments: { a: 1 } } }] } : {}) } };
}

function claudeContent(asked: string | undefined, text: string): object[] {
  if (asked === "NOTHING") return [];
  if (asked === "CALL") return [{ type: "text", text: "Look:" }, { type: "tool_use", id: "1", name: "f", input: { a: 1 } }];
  return [...(asked === "THINK" ? [{ type: "thinking", thinking: "Hm.", signature: "s" }] : []), { type: "text", text: "First." }, { type: "text", text }];
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (item !== null && typeof item === "object" && !Array.isArray(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item));
}
