import assert from "node:assert/strict";
import { startSandbox } from "../../../src/sandbox/server.ts";
import { model, type Reply } from "../runner/support.ts";
import { callOf, failure, provider, send } from "./support.ts";

const URL_1 = "https://one.example/v1";

/** What is sent for a configuration and a call. */
async function sent(id: string, config: Record<string, unknown>, call = callOf("Hello"), env: Record<string, string> = {}) {
  const { http, asked } = model(() => "good");
  await send(provider(id, config, { http, env }), call);
  return asked[0]!;
}

/** The answer that a message of the model becomes. */
async function answer(message: object, config: Record<string, unknown> = {}, more: object = {}) {
  const body = JSON.stringify({ choices: [{ message, finish_reason: "stop" }], ...more });
  const { http } = model((): Reply => ({ status: 200, body }));
  return send(provider("openai:chat:m", { apiBaseUrl: URL_1, ...config }, { http }));
}

describe("an OpenAI-compatible provider", function () {
  this.timeout(20_000);

  it("asks for a chat or a completion, at temperature 0 and with 1024 tokens", async () => {
    const chat = await sent("openai:chat:m", { apiBaseUrl: URL_1 });
    assert.deepEqual([chat.url, chat.body], [`${URL_1}/chat/completions`, { model: "m", messages: [{ role: "user", content: "Hello" }], temperature: 0, max_tokens: 1024 }]);
    const short = await sent("openai:m:1", { apiBaseUrl: URL_1 });
    assert.deepEqual([short.url, short.body["model"]], [`${URL_1}/chat/completions`, "m:1"]);
    const completion = await sent("openai:completion:m", { apiBaseUrl: URL_1 });
    assert.deepEqual([completion.url, completion.body], [`${URL_1}/completions`, { model: "m", prompt: "Hello", temperature: 0, max_tokens: 1024, best_of: 1, frequency_penalty: 0, presence_penalty: 0, top_p: 1, stop: ["<|im_end|>", "<|endoftext|>"] }]);
    const reasoning = await sent("openai:chat:gpt-5-mini", { apiBaseUrl: URL_1, reasoning_effort: "low" });
    assert.deepEqual(reasoning.body, { model: "gpt-5-mini", messages: [{ role: "user", content: "Hello" }], reasoning_effort: "low" });
  });

  it("sends the suite's parameters, over them the test's, and passes others through", async () => {
    const config = { apiBaseUrl: URL_1, temperature: 0.3, seed: 7, stop: ["\n"], tools: [{ type: "function", function: { name: "f" } }], passthrough: { top_k: 5 }, unknown: 1 };
    const { body } = await sent("openai:chat:m", config, callOf("Hello", { overrides: { temperature: 1, max_tokens: 9 } }));
    const { messages: _messages, model: _model, ...parameters } = body;
    assert.deepEqual(parameters, { temperature: 1, max_tokens: 9, seed: 7, stop: ["\n"], tools: config.tools, top_k: 5 });
    const fromEnv = await sent("openai:chat:m", { apiBaseUrl: URL_1 }, undefined, { OPENAI_TEMPERATURE: "0.7", OPENAI_MAX_TOKENS: "5" });
    assert.deepEqual([fromEnv.body["temperature"], fromEnv.body["max_tokens"]], [0.7, 5]);
  });

  const addresses: [what: string, config: Record<string, unknown>, env: Record<string, string>, url: string][] = [
    ["apiHost over apiBaseUrl", { apiHost: "host.example", apiBaseUrl: URL_1 }, { OPENAI_API_HOST: "env.example" }, "https://host.example/v1"],
    ["apiBaseUrl over OPENAI_API_HOST", { apiBaseUrl: URL_1 }, { OPENAI_API_HOST: "env.example" }, URL_1],
    ["OPENAI_API_HOST over OPENAI_API_BASE_URL", {}, { OPENAI_API_HOST: "env.example", OPENAI_API_BASE_URL: "https://api-base.example/v1" }, "https://env.example/v1"],
    ["OPENAI_API_BASE_URL over OPENAI_BASE_URL", {}, { OPENAI_API_BASE_URL: "https://api-base.example/v1", OPENAI_BASE_URL: "https://base.example/v1" }, "https://api-base.example/v1"],
    ["OPENAI_BASE_URL over OpenAI's own", {}, { OPENAI_BASE_URL: "https://base.example/v1/" }, "https://base.example/v1"],
    ["OpenAI's own", {}, {}, "https://api.openai.com/v1"],
    ["the environment at an address's beginning", { apiBaseUrl: "{{env.SERVER}}/openai/v1" }, { SERVER: "https://server.example/" }, "https://server.example/openai/v1"],
    ["slashes at its end do not count", { apiBaseUrl: "https://one.example/v1//" }, {}, URL_1],
  ];
  for (const [what, config, env, url] of addresses) it(`is at ${url}: ${what}`, async () => assert.equal((await sent("openai:chat:m", config, undefined, env)).url, `${url}/chat/completions`));

  it("is at the suite's own address by its own env", async () => {
    const { http, asked } = model(() => "good");
    await send(provider("openai:chat:m", {}, { http, env: { OPENAI_BASE_URL: "https://process.example/v1" } }, { env: { OPENAI_BASE_URL: "https://suite.example/v1" } }));
    assert.equal(asked[0]!.url, "https://suite.example/v1/chat/completions");
  });

  it("refuses addresses that are none, or into which the environment could put a key", () => {
    for (const [config, message] of [
      [{ apiBaseUrl: "not an address" }, /"not an address" is not the address of an endpoint\. Write it like/],
      [{ apiBaseUrl: "https://evil.example/{{env.SECRET}}" }, /An address may only begin with \{\{env\.NAME\}\}/],
      [{ apiBaseUrl: "${secret:KEY}" }, /An address may only begin with/],
      [{ apiBaseUrl: "{{env.SERVER}}/v1" }, /The environment variable SERVER is not set; the address/],
    ] as const) {
      assert.throws(() => provider("openai:chat:m", config), { name: "CallError", kind: "unusable", message });
    }
  });

  const table: [what: string, message: object, config: Record<string, unknown>, output: unknown][] = [
    ["text", { content: "good" }, {}, "good"],
    ["an empty text", { content: "" }, {}, ""],
    ["no output", { content: null }, {}, null],
    ["a refusal", { content: null, refusal: "I cannot." }, {}, "I cannot."],
    ["parts of text", { content: [{ type: "text", text: "go" }, { type: "text", text: "od" }] }, {}, "good"],
    ["calls of tools", { content: null, tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }] }, {}, [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }]],
    ["a call of a function", { content: null, function_call: { name: "f", arguments: "{}" } }, {}, { name: "f", arguments: "{}" }],
    ["JSON as text, where no schema was asked for", { content: '{"a":1}' }, { response_format: { type: "json_object" } }, '{"a":1}'],
    ["JSON of a schema", { content: '{"a":1}' }, { response_format: { type: "json_schema" } }, { a: 1 }],
    ["what was thought, before what was said", { content: "good", reasoning: "hm" }, {}, "Thinking: hm\n\ngood"],
    ["what was thought, by its other name", { content: "good", reasoning_content: "hm" }, {}, "Thinking: hm\n\ngood"],
    ["what was said alone, where it is to", { content: "good", reasoning: "hm" }, { showThinking: false }, "good"],
    ["what was to be JSON of a schema and is none", { content: "a: 1" }, { response_format: { type: "json_schema" } }, "a: 1"],
  ];
  for (const [what, message, config, output] of table) it(`answers ${what}`, async () => assert.deepEqual((await answer(message, config)).output, output));

  it("reads JSON of a schema that only the test asks for", async () => {
    const { http } = model(() => '{"a":1}');
    const { output } = await send(provider("openai:chat:m", { apiBaseUrl: URL_1 }, { http }), callOf("Hello", { overrides: { response_format: { type: "json_schema" } } }));
    assert.deepEqual(output, { a: 1 });
  });

  it("tells usage, cost where prices are known, and which model answered", async () => {
    const usage = { prompt_tokens: 1000, completion_tokens: 500 };
    const priced = await answer({ content: "good" }, { price: { input: 2, output: 8 } }, { usage, model: "m-2026", system_fingerprint: "fp_1" });
    assert.deepEqual([priced.usage, priced.cost, priced.fingerprint], [{ input: 1000, output: 500 }, 0.006, "m-2026 fp_1"]);
    const bare = await answer({ content: "good" });
    assert.deepEqual([bare.usage, bare.cost, bare.fingerprint], [undefined, undefined, undefined]);
  });

  it("answers a text completion of the sandbox, over the wire", async () => {
    const sandbox = await startSandbox({});
    try {
      const { output, usage, latencyMs } = await send(provider("openai:completion:sandbox-small", { apiBaseUrl: sandbox.url }), callOf("Say hello"));
      const { promptTokens, completionTokens } = sandbox.stats();
      assert.deepEqual([output, usage], ["You said: Say hello", { input: promptTokens, output: completionTokens }]);
      assert.ok(latencyMs > 0);
    } finally {
      await sandbox.close();
    }
  });
});

describe("echo", function () {
  this.timeout(20_000);

  it("answers the prompt, and goes nowhere", async () => {
    const echo = provider("echo", {});
    assert.deepEqual([(await send(echo, callOf("Hello"))).output, echo.origin], ["Hello", undefined]);
  });
});

describe("the http provider", function () {
  this.timeout(20_000);

  const url = "https://one.example/ask";
  const vars = { name: 'O"Brien\n', user: { city: "Ulm" }, list: [1, 2] };
  const call = callOf('Say "hi"', { vars });

  async function request(config: Record<string, unknown>, id = "https") {
    const seen: { method: string; url: string; headers: unknown; body: string | undefined }[] = [];
    const http = { send: (one: (typeof seen)[number]) => (seen.push(one), Promise.resolve({ status: 200, headers: {}, body: "{}", latencyMs: 1 })), close() {} };
    await send(provider(id, config, { http: http as never }), call);
    return seen[0]!;
  }

  const bodies: [what: string, body: unknown, expected: string][] = [
    ["an object, leaf by leaf", { q: "{{prompt}}", deep: [{ who: "{{ name }}" }], n: 1 }, JSON.stringify({ q: 'Say "hi"', deep: [{ who: 'O"Brien\n' }], n: 1 })],
    ["a leaf that then is JSON", { m: "{{messages}}", l: "{{list}}" }, JSON.stringify({ m: [{ role: "user", content: 'Say "hi"' }], l: [1, 2] })],
    ["JSON as text, with values escaped", '{"q": "{{prompt}}"}', '{"q": "Say \\"hi\\""}'],
    ["JSON as text, with values dumped", '{"q": {{prompt | dump}}, "u": {{ user|dump }}}', '{"q": "Say \\"hi\\"", "u": {"city":"Ulm"}}'],
    ["other text, as it is", "q={{prompt}}&c={{user.city}}", 'q=Say "hi"&c=Ulm'],
    ["part of a variable", { c: "{{user.city}}", none: "{{user.country}}{{nothing}}" }, JSON.stringify({ c: "Ulm", none: "" })],
  ];
  for (const [what, body, expected] of bodies) {
    it(`fills in ${what}`, async () => assert.equal((await request({ url, body })).body, expected));
  }

  it("posts where there is a body, else gets; fills in the address and never its host", async () => {
    assert.deepEqual([(await request({ url, body: "x" })).method, (await request({ url })).method, (await request({ url, method: "put" })).method], ["POST", "GET", "PUT"]);
    assert.equal((await request({ url: `${url}/{{user.city}}?q={{prompt}}` })).url, `${url}/Ulm?q=Say%20%22hi%22`);
    assert.equal((await request({}, url)).url, url);
    for (const bad of ["https://{{name}}/ask", "https://api.{{name}}.example/ask"]) assert.throws(() => provider("https", { url: bad }), { kind: "unusable", message: /^The host of ".+" is a variable: calls and keys could go anywhere\./ });
    assert.throws(() => provider("http", {}), { kind: "unusable", message: /is not a URL\. Write the provider's config\.url like/ });
  });

  const answers: [what: string, transform: string | undefined, body: string, output: unknown][] = [
    ["all of the JSON", undefined, '{"a":1}', { a: 1 }],
    ["text where it is no JSON", undefined, "plain", "plain"],
    ["a path", "json.choices[0].message.content", '{"choices":[{"message":{"content":"good"}}]}', "good"],
    ["a path in brackets", 'json["a b"][1]', '{"a b":[1,2]}', 2],
    ["nothing where the path leads nowhere", "json.a.b", '{"a":1}', null],
  ];
  it("answers an error where the path leads through what is not there, as in promptfoo", async () => {
    const { http } = model(() => ({ status: 200, body: '{"a":1}' }));
    await assert.rejects(send(provider("https", { url, transformResponse: "json.a.b.c" }, { http })), /answered JSON that has no a\.b, but transformResponse reads json\.a\.b\.c/);
  });

  it("keeps apart what providers take of the same answer", () => {
    const identities = [undefined, "json.a", "json.b"].map((transformResponse) => provider("https", { url, transformResponse }).prepare(callOf("Hello")).identity);
    assert.equal(new Set(identities).size, 3);
  });

  for (const [what, transformResponse, body, output] of answers) {
    it(`answers ${what}`, async () => {
      const { http } = model(() => ({ status: 200, body }));
      assert.deepEqual((await send(provider("https", { url, transformResponse }, { http }))).output, output);
    });
  }

  it("is no answer where a path reads what is no JSON", async () => {
    const { http } = model(() => ({ status: 200, body: "<html>" }));
    assert.equal(await failure(provider("https", { url, transformResponse: "json.a" }, { http })), "unanswered: one.example answered no JSON, but transformResponse reads json.a.");
  });
});
