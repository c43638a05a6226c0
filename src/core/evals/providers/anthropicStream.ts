import { parsedOr, recordOf } from "./apiServer.ts";
import { brokenOff, cutOff, eventOf, sseData } from "./sse.ts";

/** By the type of a delta: the key of the block that it adds to, which it has under the same name but for JSON. */
const GROWING: Readonly<Record<string, string>> = { text_delta: "text", thinking_delta: "thinking", signature_delta: "signature" };

/**
 * A streamed message as the Messages API would have sent it in one piece.
 * Source: Anthropic's documentation, "Streaming messages". @throws {CallError}
 */
export function assembledMessage(body: string, host: string): unknown {
  let message: Record<string, unknown> = {};
  const blocks = new Map<number, Record<string, unknown>>();
  const json = new Map<number, string>();
  let ended = false;
  for (const data of sseData(body)) {
    const event = recordOf(eventOf(data, host));
    const index = Number(event["index"] ?? 0);
    if (event["type"] === "error") throw brokenOff(host, recordOf(event["error"])["message"]);
    if (event["type"] === "message_start") message = { ...recordOf(event["message"]) };
    if (event["type"] === "content_block_start") blocks.set(index, { ...recordOf(event["content_block"]) });
    if (event["type"] === "content_block_delta") grow(blocks, json, index, recordOf(event["delta"]));
    if (event["type"] === "message_delta") message = { ...message, ...recordOf(event["delta"]), usage: { ...recordOf(message["usage"]), ...recordOf(event["usage"]) } };
    if (event["type"] === "message_stop") ended = true;
  }
  if (!ended) throw cutOff(host);
  for (const [index, text] of json) blocks.set(index, { ...blocks.get(index), input: text === "" ? {} : parsedOr(text) });
  return { ...message, content: [...blocks].sort(([a], [b]) => a - b).map(([, block]) => block) };
}

function grow(blocks: Map<number, Record<string, unknown>>, json: Map<number, string>, index: number, delta: Readonly<Record<string, unknown>>): void {
  const type = String(delta["type"]);
  if (type === "input_json_delta") json.set(index, (json.get(index) ?? "") + String(delta["partial_json"] ?? ""));
  const key = GROWING[type];
  const block = blocks.get(index);
  if (key !== undefined && block) block[key] = String(block[key] ?? "") + String(delta[key] ?? "");
}
