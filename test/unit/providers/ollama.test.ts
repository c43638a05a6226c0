import assert from "node:assert/strict";
import { Vendor } from "./wire.ts";

// From https://github.com/ollama/ollama/blob/main/docs/api.md; defaults as promptfoo 0.123.1 sends them.
const chatted = (message: object = { role: "assistant", content: "good" }, more: object = {}) => ({ model: "llama3.2", created_at: "2026-01-01T00:00:00Z", message, done: true, done_reason: "stop", prompt_eval_count: 1000, eval_count: 500, ...more });
const completed = (more: object = {}) => ({ model: "llama3.2", response: "good", done: true, done_reason: "length", prompt_eval_count: 26, eval_count: 4, ...more });
const chat = new Vendor("ollama:chat:llama3.2:1b", chatted());
const completion = new Vendor("ollama:completion:llama3.2", completed());
const embedding = new Vendor("ollama:embeddings:nomic-embed-text", { model: "nomic-embed-text", embeddings: [[0.1, -0.2]], prompt_eval_count: 8 });

describe("Ollama's API", function () {
  this.timeout(20_000);

  it("is asked for a chat, a completion or an embedding, and for nothing that is not given", async () => {
    const asked = await chat.sent();
    assert.deepEqual([asked.url, asked.body], ["http://localhost:11434/api/chat", { model: "llama3.2:1b", messages: [{ role: "user", content: "Hello" }], stream: false, options: {} }]);
    assert.equal(asked.headers["authorization"], undefined);
    for (const id of ["ollama:completion:llama3.2", "ollama:llama3.2"]) {
      const { url, body } = await completion.sent({}, { id });
      assert.deepEqual([url, body], ["http://localhost:11434/api/generate", { model: "llama3.2", prompt: "Hello", stream: false, options: {} }]);
    }
    for (const id of ["ollama:embeddings:nomic-embed-text", "ollama:embedding:nomic-embed-text"]) {
      const { url, body } = await embedding.sent({}, { id });
      assert.deepEqual([url, body], ["http://localhost:11434/api/embed", { model: "nomic-embed-text", input: "Hello", truncate: false, options: {} }]);
    }
  });

  it("gets the model's parameters in options, and others at the top of what takes them", async () => {
    const config = { temperature: 0.2, num_predict: 9, think: false, format: "json", tools: [{ type: "function", function: { name: "f" } }], system: "S", passthrough: { options: { num_ctx: 1 }, x: 1 }, unknown: 2 };
    const { model: _1, messages: _2, stream: _3, ...asked } = (await chat.sent(config)).body;
    assert.deepEqual(asked, { options: { temperature: 0.2, num_predict: 9, num_ctx: 1 }, think: false, format: "json", tools: config.tools, x: 1 });
    const { model: _4, prompt: _5, stream: _6, ...completing } = (await completion.sent(config)).body;
    assert.deepEqual(completing, { options: { temperature: 0.2, num_predict: 9, num_ctx: 1 }, think: false, format: "json", system: "S", x: 1 });
    assert.equal((await embedding.sent({ truncate: true, dimensions: 2 })).body["truncate"], true);
  });

  it("is where OLLAMA_BASE_URL or the suite says", async () => {
    const env = { OLLAMA_BASE_URL: "http://gpu.example:11434/" };
    assert.equal((await chat.sent({}, { env })).url, "http://gpu.example:11434/api/chat");
    assert.equal((await chat.sent({}, { spec: { env } })).url, "http://gpu.example:11434/api/chat");
    assert.equal((await embedding.sent({ apiBaseUrl: "http://other.example" }, { env })).url, "http://other.example/api/embed");
  });

  const called = { role: "assistant", content: "", tool_calls: [{ function: { name: "f", arguments: { a: 1 } } }] };
  const answers: [what: string, body: object, output: unknown, config?: Record<string, unknown>][] = [
    ["a text", chatted(), "good"],
    ["nothing", chatted({ role: "assistant", content: "" }), ""],
    ["calls of tools, in OpenAI's form", chatted(called), [{ function: { name: "f", arguments: '{"a":1}' } }]],
    ["a text with calls", chatted({ ...called, content: "Look" }), { content: "Look", tool_calls: [{ function: { name: "f", arguments: '{"a":1}' } }] }],
    ["thoughts before the text", chatted({ content: "good", thinking: "Hm." }), "Thinking: Hm.\n\ngood"],
    ["thoughts alone", chatted({ content: "", thinking: "Hm." }), "Thinking: Hm."],
    ["no thoughts where they are not to be shown", chatted({ content: "good", thinking: "Hm." }), "good", { showThinking: false }],
    ["a completion", completed(), "good"],
    ["a completion's thoughts", completed({ thinking: "Hm." }), "Thinking: Hm.\n\ngood"],
  ];
  for (const [what, body, output, config] of answers) it(`answers ${what}`, async () => assert.deepEqual((await chat.answer(body, config)).output, output));

  it("answers a text's vector", async () => {
    const { output, usage } = await embedding.answer({ embeddings: [[0.1, -0.2]], prompt_eval_count: 8 });
    assert.deepEqual([output, usage], [[0.1, -0.2], { input: 8, output: 0 }]);
    assert.match(await embedding.failure({ body: { embeddings: [] } }), /^unanswered: localhost:11434 answered JSON that is not an embedding \(embeddings/);
  });

  it("tells usage, cost, why it stopped and which model it was", async () => {
    const { latencyMs: _latency, ...told } = await chat.answer(chatted(), { price: { input: 2, output: 8 } });
    assert.deepEqual(told, { output: "good", usage: { input: 1000, output: 500 }, cost: 0.006, finishReason: "stop", fingerprint: "llama3.2" });
    assert.deepEqual((await completion.answer(completed({ prompt_eval_count: undefined, eval_count: undefined }))).usage, undefined);
  });

  chat.testKeys({ name: "OLLAMA_API_KEY", header: "authorization", prefix: "Bearer ", origin: "http://localhost:11434" });
  chat.testFailures("localhost:11434", "Ollama's API", [
    [500, { error: "model requires more system memory" }, "unanswered: HTTP 500 from localhost:11434: model requires more system memory"],
    [200, { error: "unexpected end" }, "unanswered: localhost:11434 failed: unexpected end"],
    [200, { done: true }, "unanswered: localhost:11434 answered JSON that is not an answer of Ollama's (message: there is none, and no response)."],
  ]);
});
