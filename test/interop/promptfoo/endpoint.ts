import type http from "node:http";
import { type AnsweringEndpoint, listen } from "./listen.ts";

/**
 * - `/v1/chat/completions`, `/v1/completions`: a last message `SAY text` is answered with the text, `NULL` with no
 *   content, anything else with the request itself as sorted JSON.
 * - `/status/N`: that status, with a body of JSON. Elsewhere: `{method, path, type, body}` of the request.
 */
export function startEndpoint(): Promise<AnsweringEndpoint> {
  return listen((request, body) => {
    const [status, answer] = answerTo(request, body);
    return typeof answer === "string" ? { status, text: answer } : { status, json: answer };
  });
}

function answerTo({ url = "", method, headers }: http.IncomingMessage, body: string): [status: number, answer: unknown] {
  const status = /^\/status\/(\d+)/.exec(url);
  if (status) return [Number(status[1]), { message: `status ${status[1]}` }];
  if (url === "/text") return [200, `you said ${body}`];
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const request = parsed(body);
  if (url.endsWith("/chat/completions")) {
    const messages = request["messages"];
    const last = Array.isArray(messages) ? (messages.at(-1) as { content?: unknown } | undefined)?.content : undefined;
    return [200, { model: request["model"], choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: said(last, request) } }], usage }];
  }
  if (url.endsWith("/completions")) return [200, { model: request["model"], choices: [{ index: 0, finish_reason: "stop", text: said(request["prompt"], request) }], usage }];
  return [200, { method, path: url, type: headers["content-type"] ?? null, custom: headers["x-custom"] ?? null, body: parsedOr(body) }];
}

function said(text: unknown, request: unknown): string | null {
  if (text === "NULL") return null;
  return typeof text === "string" && text.startsWith("SAY ") ? text.slice("SAY ".length) : sortedJson(request);
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (item !== null && typeof item === "object" && !Array.isArray(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item));
}

function parsed(body: string): Record<string, unknown> {
  const value = parsedOr(body);
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function parsedOr(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
