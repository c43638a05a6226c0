import assert from "node:assert/strict";
import { callOf } from "./support.ts";
import { Vendor } from "./wire.ts";

// From https://docs.claude.com/en/api/messages, /api/errors and /build-with-claude/handling-stop-reasons; defaults as promptfoo 0.123.1 sends them.
const message = (more: object = {}) => ({ id: "msg_1", type: "message", role: "assistant", model: "claude-haiku-4-5-20251001", content: [{ type: "text", text: "good" }], stop_reason: "end_turn", stop_sequence: null, usage: { input_tokens: 100, output_tokens: 50 }, ...more });
const claude = new Vendor("anthropic:messages:claude-haiku-4-5", message());
const hello = [{ role: "user", content: [{ type: "text", text: "Hello" }] }];

describe("Anthropic's Messages API", function () {
  this.timeout(20_000);

  it("is asked at its address, in its version, at temperature 0 and with 1024 tokens", async () => {
    for (const id of ["anthropic:messages:claude-haiku-4-5", "anthropic:claude-haiku-4-5"]) {
      const { url, headers, body } = await claude.sent({}, { id });
      assert.deepEqual([url, headers["anthropic-version"]], ["https://api.anthropic.com/v1/messages", "2023-06-01"]);
      assert.deepEqual(body, { model: "claude-haiku-4-5", max_tokens: 1024, messages: hello, stream: false, temperature: 0 });
    }
  });

  it("gets the system's messages apart from the others", async () => {
    const messages = [{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }, { role: "assistant", content: "Hello." }, { role: "user", content: [{ type: "text", text: "Bye" }] }] as const;
    const { body } = await claude.sent({}, { call: callOf("", { messages }) });
    assert.deepEqual(body["system"], [{ type: "text", text: "Be brief." }]);
    assert.deepEqual(body["messages"], [{ role: "user", content: [{ type: "text", text: "Hi" }] }, { role: "assistant", content: [{ type: "text", text: "Hello." }] }, { role: "user", content: [{ type: "text", text: "Bye" }] }]);
  });

  const tool = { type: "function", function: { name: "f", description: "F", parameters: { type: "object" } } };
  const bodies: [what: string, config: Record<string, unknown>, body: Record<string, unknown>, id?: string][] = [
    ["top_p instead of a temperature", { top_p: 0.5, temperature: 1, top_k: 3 }, { max_tokens: 1024, top_p: 0.5, top_k: 3 }],
    ["a budget of thinking, which needs more tokens and takes no temperature", { thinking: { type: "enabled", budget_tokens: 4000 }, temperature: 1, tool_choice: "required" }, { max_tokens: 5024, thinking: { type: "enabled", budget_tokens: 4000 } }],
    ["no sampling at all where the model takes none", { temperature: 0, top_p: 1, thinking: { type: "enabled", budget_tokens: 9 } }, { max_tokens: 2048, thinking: { type: "adaptive" } }, "anthropic:claude-opus-4-8"],
    ["room to think where the model thinks by itself", {}, { max_tokens: 2048 }, "anthropic:messages:claude-sonnet-5"],
    ["OpenAI's tools as its own", { tools: [tool], tool_choice: { type: "function", function: { name: "f" } } }, { max_tokens: 1024, temperature: 0, tools: [{ name: "f", description: "F", input_schema: { type: "object" } }], tool_choice: { type: "tool", name: "f" } }],
    ["its own tools as they are", { tools: [{ name: "g", input_schema: {} }], tool_choice: { type: "auto" } }, { max_tokens: 1024, temperature: 0, tools: [{ name: "g", input_schema: {} }], tool_choice: { type: "auto" } }],
    ["what else is given", { max_tokens: 9, temperature: 0.3, stop_sequences: ["\n"], metadata: { user_id: "u" }, effort: "low", extra_body: { x: 1 }, unknown: 2 }, { max_tokens: 9, temperature: 0.3, stop_sequences: ["\n"], metadata: { user_id: "u" }, output_config: { effort: "low" }, x: 1 }],
  ];
  for (const [what, config, expected, id] of bodies) {
    it(`is sent ${what}`, async () => {
      const { model: _model, messages: _messages, stream: _stream, ...body } = (await claude.sent(config, id === undefined ? {} : { id })).body;
      assert.deepEqual(body, expected);
    });
  }

  it("takes the test's parameters over the suite's, and those over the environment's", async () => {
    const env = { ANTHROPIC_MAX_TOKENS: "7", ANTHROPIC_TEMPERATURE: "0.7" };
    const fromEnv = (await claude.sent({}, { env })).body;
    assert.deepEqual([fromEnv["max_tokens"], fromEnv["temperature"]], [7, 0.7]);
    const { body } = await claude.sent({ max_tokens: 8, temperature: 0.8 }, { env, call: callOf("Hi", { overrides: { max_tokens: 9 } }) });
    assert.deepEqual([body["max_tokens"], body["temperature"]], [9, 0.8]);
  });

  it("is told which betas a request needs", async () => {
    assert.equal((await claude.sent()).headers["anthropic-beta"], undefined);
    assert.equal((await claude.sent({ beta: ["a", "b"], output_format: { type: "json_schema", schema: {} } })).headers["anthropic-beta"], "a,b,structured-outputs-2025-11-13");
    assert.equal((await claude.sent({ headers: { "Anthropic-Version": "2099-01-01" } })).headers["anthropic-version"], "2099-01-01");
  });

  const addresses: [config: Record<string, unknown>, env: Record<string, string>, base: string][] = [
    [{ apiBaseUrl: "https://one.example/" }, { ANTHROPIC_BASE_URL: "https://two.example" }, "https://one.example"],
    [{}, { ANTHROPIC_BASE_URL: "https://two.example/anthropic/" }, "https://two.example/anthropic"],
    [{ apiBaseUrl: "{{env.GATE}}/a" }, { GATE: "https://three.example" }, "https://three.example/a"],
  ];
  for (const [config, env, base] of addresses) it(`is at ${base}`, async () => assert.equal((await claude.sent(config, { env })).url, `${base}/v1/messages`));

  const thinking = { type: "thinking", thinking: "Hm.", signature: "s" };
  const call = { type: "tool_use", id: "1", name: "f", input: { a: 1 } };
  const answers: [what: string, content: object[], output: unknown, config?: Record<string, unknown>][] = [
    ["texts with a blank line between", [{ type: "text", text: "go" }, { type: "text", text: "od" }], "go\n\nod"],
    ["nothing", [], ""],
    ["calls of tools as JSON", [{ type: "text", text: "Look:" }, call], `Look:\n\n${JSON.stringify(call)}`],
    ["thoughts before the text", [thinking, { type: "text", text: "good" }], "Thinking: Hm.\nSignature: s\n\ngood"],
    ["no thoughts where they are not to be shown", [thinking, { type: "redacted_thinking", data: "x" }, { type: "text", text: "good" }], "good", { showThinking: false }],
    ["JSON of a schema", [{ type: "text", text: '{"a":1}' }], { a: 1 }, { output_format: { type: "json_schema", schema: {} } }],
    ["what was to be JSON and is none", [{ type: "text", text: "a" }], "a", { output_format: { type: "json_schema", schema: {} } }],
  ];
  for (const [what, content, output, config] of answers) it(`answers ${what}`, async () => assert.deepEqual((await claude.answer(message({ content }), config)).output, output));

  it("tells usage with what its cache took part in, cost, why it stopped and which model it was", async () => {
    const usage = { input_tokens: 100, cache_read_input_tokens: 800, cache_creation_input_tokens: 100, output_tokens: 500 };
    const { latencyMs, ...told } = await claude.answer(message({ usage, stop_reason: "max_tokens" }), { price: { input: 2, output: 8 } });
    assert.deepEqual(told, { output: "good", usage: { input: 1000, output: 500 }, cost: 0.006, finishReason: "max_tokens", fingerprint: "claude-haiku-4-5-20251001" });
    assert.equal(latencyMs, 7);
    const bare = await claude.answer(message({ usage: undefined, stop_reason: null }));
    assert.deepEqual([bare.usage, bare.cost, bare.finishReason], [undefined, undefined, undefined]);
  });

  claude.testKeys({ name: "ANTHROPIC_API_KEY", header: "x-api-key", origin: "https://api.anthropic.com" });
  claude.testFailures("api.anthropic.com", "Anthropic's Messages API", [
    [429, { type: "error", error: { type: "rate_limit_error", message: "limit", details: { error_code: "enforced_spend_limit_reached" } } }, "unusable: HTTP 429 from api.anthropic.com: limit"],
    [200, { type: "message" }, "unanswered: api.anthropic.com answered JSON that is not a message of Anthropic's (content: Invalid input: expected array, received undefined)."],
  ]);
});
