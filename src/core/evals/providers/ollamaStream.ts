import { recordOf } from "./apiServer.ts";
import { brokenOff, cutOff, eventOf } from "./sse.ts";

/**
 * The lines of a stream as Ollama's API would have answered in one piece.
 * Source: Ollama's documentation, "Generate a chat completion" and "Generate a completion". @throws {CallError}
 */
export function assembledAnswer(body: string, host: string): unknown {
  const lines = body.split("\n").filter((line) => line.trim() !== "").map((line) => recordOf(eventOf(line, host)));
  const failed = lines.find((line) => line["error"] !== undefined);
  if (failed) throw brokenOff(host, failed["error"]);
  const last = lines.at(-1);
  if (last?.["done"] !== true) throw cutOff(host);
  const messages = lines.flatMap(({ message }) => (message === undefined ? [] : [recordOf(message)]));
  const text = (from: readonly Readonly<Record<string, unknown>>[], key: string) => (from.some((part) => typeof part[key] === "string") ? { [key]: from.map((part) => String(part[key] ?? "")).join("") } : {});
  const calls = messages.flatMap(({ tool_calls }) => (Array.isArray(tool_calls) ? (tool_calls as unknown[]) : []));
  const { message: _message, ...rest } = last;
  if (messages.length > 0) return { ...rest, message: { role: "assistant", ...text(messages, "content"), ...text(messages, "thinking"), ...(calls.length > 0 ? { tool_calls: calls } : {}) } };
  return { ...rest, ...text(lines, "response"), ...text(lines, "thinking") };
}
