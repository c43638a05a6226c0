import assert from "node:assert/strict";
import type { Http, HttpRequest } from "../../../src/core/host.ts";
import { failure, provider, send } from "./support.ts";

/** Mocks, as `wire.ts` says: written from the vendors' documents. Each part arrives a millisecond after the other. */
function streaming(parts: readonly string[], type: string): { http: Http; asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  const http: Http = {
    send(request) {
      asked.push(request);
      parts.forEach((part, index) => request.onData?.(new TextEncoder().encode(part), index + 1));
      return Promise.resolve({ status: 200, headers: { "content-type": type }, body: parts.join(""), latencyMs: 99 });
    },
    close() {},
  };
  return { http, asked };
}

const sse = (event: object | string, name?: string) => `${name === undefined ? "" : `event: ${name}\n`}data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`;
const line = (event: object) => `${JSON.stringify(event)}\n`;
const typed = (event: { type: string } & Record<string, unknown>) => sse(event, event.type);

interface Vendor {
  readonly id: string;
  readonly config?: Record<string, unknown>;
  readonly type?: string;
  /** What it answers in one piece, and the same as a stream. */
  readonly whole: object;
  readonly parts: readonly string[];
  /** The part with the first token, from 1. */
  readonly first: number;
  readonly url: string;
  readonly body: Record<string, unknown>;
  readonly failed: string;
}

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const chunk = (delta: object, finish_reason: string | null = null) => ({ id: "c", object: "chat.completion.chunk", model: "gpt", system_fingerprint: "fp", choices: [{ index: 0, delta, finish_reason, content_filter_results: {} }] });

const VENDORS: Readonly<Record<string, Vendor>> = {
  // https://learn.microsoft.com/azure/ai-services/openai/reference: as OpenAI's, after an event about the prompt's filters.
  "Azure's": {
    id: "azure:chat:mine",
    config: { apiHost: "r.openai.azure.com" },
    whole: { model: "gpt", system_fingerprint: "fp", choices: [{ finish_reason: "stop", message: { content: "Good day" } }], usage },
    parts: [sse({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] }), sse(chunk({ role: "assistant", content: "" })), sse(chunk({ content: "Good " })), sse(chunk({ content: "day" })), sse(chunk({}, "stop")), sse({ model: "gpt", choices: [], usage }), sse("[DONE]")],
    first: 3,
    url: "https://r.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-12-01-preview",
    body: { stream: true, stream_options: { include_usage: true } },
    failed: sse({ error: { code: "500", message: "overloaded" } }),
  },
  // https://docs.claude.com/en/docs/build-with-claude/streaming
  "Anthropic's": {
    id: "anthropic:claude-haiku-4-5",
    whole: { model: "claude", stop_reason: "tool_use", content: [{ type: "thinking", thinking: "Be kind.", signature: "sig" }, { type: "text", text: "Good day" }, { type: "tool_use", id: "t", name: "find", input: { q: 1 } }, { type: "tool_use", id: "u", name: "end", input: {} }], usage: { input_tokens: 3, output_tokens: 15 } },
    parts: [
      typed({ type: "message_start", message: { id: "m", type: "message", role: "assistant", model: "claude", content: [], stop_reason: null, usage: { input_tokens: 3, output_tokens: 1 } } }),
      typed({ type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } }) + typed({ type: "ping" }),
      typed({ type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Be " } }),
      typed({ type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "kind." } }) + typed({ type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "sig" } }) + typed({ type: "content_block_stop", index: 0 }),
      typed({ type: "content_block_start", index: 1, content_block: { type: "text", text: "" } }) + typed({ type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "Good " } }) + typed({ type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "day" } }),
      typed({ type: "content_block_start", index: 2, content_block: { type: "tool_use", id: "t", name: "find", input: {} } }) + typed({ type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: "" } }) + typed({ type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '{"q":' } }) + typed({ type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: " 1}" } }),
      typed({ type: "content_block_start", index: 3, content_block: { type: "tool_use", id: "u", name: "end", input: {} } }) + typed({ type: "content_block_delta", index: 3, delta: { type: "input_json_delta", partial_json: "" } }),
      typed({ type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage: { output_tokens: 15 } }) + typed({ type: "message_stop" }),
    ],
    first: 3,
    url: "https://api.anthropic.com/v1/messages",
    body: { stream: true },
    failed: typed({ type: "error", error: { type: "overloaded_error", message: "overloaded" } }),
  },
  // https://github.com/ollama/ollama/blob/main/docs/api.md
  "Ollama's chat": {
    id: "ollama:chat:llama",
    type: "application/x-ndjson",
    whole: { model: "llama", message: { role: "assistant", content: "Good day", thinking: "Be kind." }, done: true, done_reason: "stop", prompt_eval_count: 3, eval_count: 2 },
    parts: [line({ model: "llama", message: { role: "assistant", content: "", thinking: "Be " }, done: false }), line({ model: "llama", message: { role: "assistant", content: "", thinking: "kind." }, done: false }), line({ model: "llama", message: { role: "assistant", content: "Good " }, done: false }), line({ model: "llama", message: { role: "assistant", content: "day" }, done: false }), line({ model: "llama", message: { role: "assistant", content: "" }, done: true, done_reason: "stop", prompt_eval_count: 3, eval_count: 2 })],
    first: 1,
    url: "http://localhost:11434/api/chat",
    body: { stream: true },
    failed: line({ error: "overloaded" }),
  },
  "Ollama's chat with a call": {
    id: "ollama:chat:llama",
    type: "application/x-ndjson",
    whole: { model: "llama", message: { role: "assistant", content: "", tool_calls: [{ function: { name: "find", arguments: { q: 1 } } }] }, done: true, done_reason: "stop", eval_count: 2 },
    parts: [line({ model: "llama", message: { role: "assistant", content: "" }, done: false }), line({ model: "llama", message: { role: "assistant", content: "", tool_calls: [{ function: { name: "find", arguments: { q: 1 } } }] }, done: false }), line({ model: "llama", message: { role: "assistant", content: "" }, done: true, done_reason: "stop", eval_count: 2 })],
    first: 2,
    url: "http://localhost:11434/api/chat",
    body: { stream: true },
    failed: line({ error: "overloaded" }),
  },
  "Ollama's completion": {
    id: "ollama:llama",
    type: "application/x-ndjson; charset=utf-8",
    whole: { model: "llama", response: "Good day", done: true, done_reason: "length", prompt_eval_count: 3, eval_count: 2 },
    parts: [line({ model: "llama", response: "Good ", done: false }), line({ model: "llama", response: "day", done: false }), line({ model: "llama", response: "", done: true, done_reason: "length", prompt_eval_count: 3, eval_count: 2 })],
    first: 1,
    url: "http://localhost:11434/api/generate",
    body: { stream: true },
    failed: line({ error: "overloaded" }),
  },
  // https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
  "Google's": {
    id: "google:gemini-2.5-flash",
    whole: { modelVersion: "gemini", candidates: [{ content: { role: "model", parts: [{ text: "Good day" }, { functionCall: { name: "find", args: { q: 1 } } }] }, finishReason: "STOP" }], usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 } },
    parts: [sse({ modelVersion: "gemini", candidates: [{ content: { role: "model", parts: [{ text: "" }] } }], usageMetadata: { promptTokenCount: 3 } }), sse({ modelVersion: "gemini", candidates: [{ content: { role: "model", parts: [{ text: "Good " }] } }], usageMetadata: { promptTokenCount: 3 } }), sse({ candidates: [{ content: { role: "model", parts: [{ text: "day" }] } }] }), sse({ modelVersion: "gemini", candidates: [{ content: { role: "model", parts: [{ functionCall: { name: "find", args: { q: 1 } } }] }, finishReason: "STOP" }], usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 } })],
    first: 2,
    url: "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    body: {},
    failed: sse({ error: { code: 503, message: "overloaded" } }),
  },
};

for (const [name, { id, config = {}, type = "text/event-stream; charset=utf-8", whole, parts, first, url, body, failed }] of Object.entries(VENDORS)) {
  const made = (sent: readonly string[], contentType = type) => {
    const { http, asked } = streaming(sent, contentType);
    return { made: provider(id, { ...config, stream: true }, { http }), asked };
  };

  describe(`${name} stream`, () => {
    it("is what it would be in one piece, with the time to its first token", async () => {
      const { firstTokenMs, ...streamed } = await send(made(parts).made);
      const { http } = streaming([JSON.stringify(whole)], "application/json");
      assert.deepEqual(streamed, await send(provider(id, config, { http })));
      assert.equal(firstTokenMs, first);
    });

    it("is asked for as its documents say, and kept under the same key as without", async () => {
      const { made: streams, asked } = made(parts);
      await send(streams);
      assert.equal(asked[0]!.url, url);
      const sent = JSON.parse(asked[0]!.body!) as Record<string, unknown>;
      for (const [key, value] of Object.entries(body)) assert.deepEqual(sent[key], value);
      const call = { messages: [], text: "x", vars: {}, overrides: {} };
      assert.equal(streams.prepare(call).identity, provider(id, config).prepare(call).identity);
    });

    it("that is cut off, says an error, or is no JSON is no answer; what is not streamed is one", async () => {
      assert.match(await failure(made(parts.slice(0, 2)).made), /^unanswered retry: .+ ended its stream in the middle of the answer\.$/);
      assert.match(await failure(made([parts[0]!, failed]).made), /^unanswered: .+ broke its answer off: overloaded\.$/);
      assert.match(await failure(made([type.includes("ndjson") ? "{half\n" : "data: {half\n\n"]).made), /^unanswered: .+ streamed an event that is not JSON\.$/);
      assert.notEqual((await send(made([JSON.stringify(whole)], "application/json").made)).output, null);
    });
  });
}
