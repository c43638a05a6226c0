import assert from "node:assert/strict";
import { callOf, provider } from "./support.ts";
import { Vendor } from "./wire.ts";

// From https://learn.microsoft.com/azure/ai-services/openai/reference (data plane, inference); defaults as promptfoo 0.123.1 sends them.
const completion = (message: object = { role: "assistant", content: "good" }, more: object = {}) => ({ choices: [{ index: 0, message, finish_reason: "stop" }], model: "gpt-4o-2024-08-06", system_fingerprint: "fp_1", usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 }, ...more });
const azure = new Vendor("azure:chat:my-dep", completion(), { apiHost: "res.openai.azure.com" });
const standard = { temperature: 0, max_tokens: 1024, top_p: 1, presence_penalty: 0, frequency_penalty: 0 };

describe("an Azure OpenAI deployment", function () {
  this.timeout(20_000);

  it("is asked at its resource, in its version", async () => {
    for (const id of ["azure:chat:my-dep", "azureopenai:chat:my-dep"]) {
      const { url, body } = await azure.sent({}, { id });
      assert.deepEqual([url, body], ["https://res.openai.azure.com/openai/deployments/my-dep/chat/completions?api-version=2024-12-01-preview", { model: "my-dep", messages: [{ role: "user", content: "Hello" }], ...standard }]);
    }
    assert.match((await azure.sent({ apiVersion: "2024-10-21" })).url, /\?api-version=2024-10-21$/);
  });

  const bodies: [what: string, config: Record<string, unknown>, body: Record<string, unknown>, id?: string][] = [
    ["what is given", { temperature: 0.3, top_p: 0.5, seed: 7, stop: ["x"], tools: [{}], passthrough: { y: 1 }, unknown: 2 }, { ...standard, temperature: 0.3, top_p: 0.5, seed: 7, stop: ["x"], tools: [{}], y: 1 }],
    ["other parameters where the model reasons", { max_tokens: 9 }, { reasoning_effort: "medium", max_completion_tokens: 9, top_p: 1, presence_penalty: 0, frequency_penalty: 0 }, "azure:chat:my-gpt-5"],
    ["the same where the suite says that it does", { isReasoningModel: true, reasoning_effort: "low" }, { reasoning_effort: "low", max_completion_tokens: 1024, top_p: 1, presence_penalty: 0, frequency_penalty: 0 }],
    ["no penalties where the model refuses them", { stop: ["x"] }, { temperature: 0, max_tokens: 1024, top_p: 1 }, "azure:chat:grok-4"],
    ["no sampling where the model refuses it", {}, { max_tokens: 1024, presence_penalty: 0, frequency_penalty: 0 }, "azure:chat:claude-opus-4-8"],
    ["no defaults where they are not wanted", { omitDefaults: true }, {}],
  ];
  for (const [what, config, expected, id] of bodies) {
    it(`is sent ${what}`, async () => {
      const { model: _model, messages: _messages, ...body } = (await azure.sent(config, id === undefined ? {} : { id })).body;
      assert.deepEqual(body, expected);
    });
  }

  it("gets the suite's system message instead of the prompt's", async () => {
    const messages = [{ role: "system", content: "Old" }, { role: "user", content: "Hi" }] as const;
    assert.deepEqual((await azure.sent({ systemPrompt: "New" }, { call: callOf("", { messages }) })).body["messages"], [{ role: "system", content: "New" }, { role: "user", content: "Hi" }]);
  });

  const none = new Vendor("azure:chat:my-dep", completion());
  const addresses: [config: Record<string, unknown>, env: Record<string, string>, base: string][] = [
    [{ apiBaseUrl: "https://one.example/", apiHost: "two.example" }, {}, "https://one.example"],
    [{ apiHost: "https://two.example/" }, { AZURE_API_HOST: "three.example" }, "https://two.example"],
    [{}, { AZURE_API_BASE_URL: "https://four.example", AZURE_API_HOST: "three.example" }, "https://four.example"],
    [{}, { AZURE_API_HOST: "three.example" }, "https://three.example"],
    [{}, { AZURE_OPENAI_API_HOST: "five.example" }, "https://five.example"],
  ];
  for (const [config, env, base] of addresses) it(`is at ${base}`, async () => assert.ok((await none.sent(config, { env })).url.startsWith(`${base}/openai/deployments/my-dep/`)));

  it("that is nowhere is said before anything runs", () => {
    assert.throws(() => provider("azure:chat:my-dep", {}), { kind: "unusable", message: /does not say which Azure resource to call\. Set config\.apiHost/ });
  });

  const calls = [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }];
  const answers: [what: string, message: object, output: unknown, config?: Record<string, unknown>][] = [
    ["a text", { content: "good" }, "good"],
    ["an empty text", { content: "", tool_calls: calls }, ""],
    ["calls of tools", { content: null, tool_calls: calls }, calls],
    ["nothing", { content: null }, null],
    ["JSON that was asked for", { content: '{"a":1}' }, { a: 1 }, { response_format: { type: "json_object" } }],
    ["JSON as text, where it was not", { content: '{"a":1}' }, '{"a":1}'],
  ];
  for (const [what, message, output, config] of answers) it(`answers ${what}`, async () => assert.deepEqual((await azure.answer(completion(message), config)).output, output));

  it("tells usage, cost, why it stopped and which model it was", async () => {
    const { latencyMs: _latency, ...told } = await azure.answer(completion(), { price: { input: 2, output: 8 } });
    assert.deepEqual(told, { output: "good", usage: { input: 1000, output: 500 }, cost: 0.006, finishReason: "stop", fingerprint: "gpt-4o-2024-08-06 fp_1" });
  });

  it("gets a key that stands beside its host in the environment", async () => {
    const env = { AZURE_API_HOST: "mine.openai.azure.com", AZURE_OPENAI_API_KEY: "key-0123456789" };
    assert.equal((await none.sent({}, { env })).headers["api-key"], "key-0123456789");
    assert.equal((await none.sent({ apiHost: "other.example" }, { env })).headers["api-key"], undefined);
  });

  azure.testKeys({ name: "AZURE_API_KEY", header: "api-key", origin: "https://res.openai.azure.com" });
  azure.testFailures("res.openai.azure.com", "an Azure OpenAI resource", [
    [401, { error: { code: "401", message: "Access denied" } }, "unusable: HTTP 401 from res.openai.azure.com: Access denied. No key was sent. The secret AZURE_API_KEY is not set. Run “LLMOps: Set Secret…” in the editor, or set the environment variable AZURE_API_KEY."],
    [200, { ok: true }, "unanswered: res.openai.azure.com answered JSON that is not a chat completion (choices: Invalid input: expected array, received undefined)."],
  ]);
});
