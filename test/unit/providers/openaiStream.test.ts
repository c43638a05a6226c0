import assert from "node:assert/strict";
import { FirstToken } from "../../../src/core/evals/providers/firstToken.ts";
import { startSandbox } from "../../../src/sandbox/server.ts";
import { endpoint, model, open, type Reply, suiteOf } from "../runner/support.ts";
import { callOf, provider, send } from "./support.ts";

const events = (...all: (object | string)[]) => all.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join("");
const piece = (delta: object, finish_reason: string | null = null) => ({ model: "m", system_fingerprint: "fp", choices: [{ index: 0, delta, finish_reason }] });
const streamed = (body: string): Reply => ({ status: 200, body, headers: { "content-type": "text/event-stream; charset=utf-8" } });

async function answer(body: string, id = "openai:chat:m", config: object = {}) {
  const { http } = model(() => streamed(body));
  return send(provider(id, { apiBaseUrl: "https://one.example/v1", stream: true, ...config }, { http }));
}

describe("a streamed answer", function () {
  this.timeout(20_000);

  it("is what it would be in one piece, with the time to its first token", async () => {
    const sandbox = await startSandbox({ latencyMs: 5 });
    try {
      const config = { apiBaseUrl: sandbox.url };
      const whole = await send(provider("openai:chat:sandbox-small", config), callOf("Sort: my parcel is late"));
      const stream = await send(provider("openai:chat:sandbox-small", { ...config, stream: true }), callOf("Sort: my parcel is late"));
      const { latencyMs: _one, ...expected } = whole;
      const { latencyMs, firstTokenMs, ...found } = stream;
      assert.deepEqual(found, expected);
      assert.ok(firstTokenMs !== undefined && firstTokenMs > 0 && firstTokenMs <= latencyMs);
    } finally {
      await sandbox.close();
    }
  });

  it("asks for usage, and is kept under the same key as one that is not streamed", async () => {
    const { http, asked } = model(() => streamed(events(piece({ content: "Hi" }), piece({}, "stop"), { choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } }, "[DONE]")));
    const one = provider("openai:chat:m", { apiBaseUrl: "https://one.example/v1", stream: true }, { http });
    const { usage, output, finishReason, fingerprint } = await send(one);
    assert.deepEqual([usage, output, finishReason, fingerprint], [{ input: 3, output: 1 }, "Hi", "stop", "m fp"]);
    assert.deepEqual([asked[0]!.body["stream"], asked[0]!.body["stream_options"]], [true, { include_usage: true }]);
    const plain = provider("openai:chat:m", { apiBaseUrl: "https://one.example/v1" }, { http });
    assert.equal(one.prepare(callOf("Hello")).identity, plain.prepare(callOf("Hello")).identity);
  });

  it("puts the pieces of calls together, by their index", async () => {
    const call = (index: number, part: object) => piece({ tool_calls: [{ index, ...part }] });
    const { output } = await answer(events(call(0, { id: "a", type: "function", function: { name: "find", arguments: "" } }), call(1, { id: "b", type: "function", function: { name: "end", arguments: "{}" } }), call(0, { function: { arguments: '{"q":' } }), call(0, { function: { arguments: "1}" } }), piece({}, "tool_calls"), "[DONE]"));
    assert.deepEqual(output, [
      { id: "a", type: "function", function: { name: "find", arguments: '{"q":1}' } },
      { id: "b", type: "function", function: { name: "end", arguments: "{}" } },
    ]);
  });

  it("may be a completion, a refusal, nothing, or reasoned before", async () => {
    assert.equal((await answer(events({ choices: [{ text: "one " }] }, { choices: [{ text: "two", finish_reason: "stop" }] }, "[DONE]"), "openai:completion:m")).output, "one two");
    assert.equal((await answer(events(piece({ refusal: "I can" }), piece({ refusal: "not." }, "stop"), "[DONE]"))).output, "I cannot.");
    assert.equal((await answer(events(piece({}, "stop"), "[DONE]"))).output, null);
    assert.equal((await answer(events(piece({ reasoning_content: "Be " }), piece({ reasoning_content: "kind." }), piece({ content: "Hi" }, "stop"), "[DONE]"))).output, "Thinking: Be kind.\n\nHi");
  });

  it("is JSON all the same where the endpoint does not stream", async () => {
    const { http } = model(() => "good");
    const found = await send(provider("openai:chat:m", { apiBaseUrl: "https://one.example/v1", stream: true }, { http }));
    assert.deepEqual([found.output, found.firstTokenMs], ["good", undefined]);
  });

  for (const [what, body, message] of [
    ["ends in the middle", events(piece({ content: "Half an ans" })), "one.example ended its stream in the middle of the answer."],
    ["is no JSON", "data: {half\n\n", "one.example streamed an event that is not JSON."],
    ["is no completion", events({ choices: "none" }), /^one\.example streamed an event that is not part of a completion \(choices: .+\)\.$/],
    ["says an error", events(piece({ content: "Hi" }), { error: { message: "overloaded" } }), "one.example broke its answer off: overloaded."],
    ["is empty", "", "one.example ended its stream in the middle of the answer."],
  ] as const) {
    it(`that ${what} is no answer`, async () => {
      await assert.rejects(answer(body), { name: "CallError", kind: "unanswered", message });
    });
  }
});

describe("the first token of a stream", () => {
  const at = (...parts: string[]) => {
    const first = new FirstToken();
    parts.forEach((part, index) => first.note(new TextEncoder().encode(part), index + 1));
    return first.ms;
  };

  it("is neither the role nor an empty text", () => {
    assert.equal(at(events(piece({ role: "assistant", content: "" })), events(piece({ content: "Hi" }))), 2);
    assert.equal(at(events(piece({ role: "assistant" })), events(piece({}, "stop"))), undefined);
  });

  it("may come in parts, between the bytes of a letter too", () => {
    const [head, tail] = [events(piece({ content: "ü" })).slice(0, -12), events(piece({ content: "ü" })).slice(-12)];
    assert.equal(at(head.slice(0, head.indexOf('"ü')), head.slice(head.indexOf('"ü')), tail), 2);
  });

  it("of a call is its name", () => {
    assert.equal(at(events(piece({ tool_calls: [{ index: 0, function: { name: "find", arguments: "" } }] }))), 1);
  });
});

describe("the time to the first token", function () {
  this.timeout(20_000);

  it("is a metric of a suite whose endpoint streams, of fresh answers", async () => {
    const server = await endpoint((_asked, outgoing) => {
      outgoing.writeHead(200, { "content-type": "text/event-stream" });
      outgoing.write(events(piece({ role: "assistant", content: "" })));
      setImmediate(() => outgoing.end(events(piece({ content: "good" }), piece({}, "stop"), "[DONE]")));
      return undefined;
    });
    const bench = await open(suiteOf(25, { url: server.url, config: { stream: true } }), { git: true });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    const of = async () => (await bench.series()).metrics.find(({ name }) => name === "first-token-p50");
    const fresh = await of();
    assert.deepEqual([fresh?.unit, fresh?.direction, fresh?.n], ["latency", "lower", 25]);
    assert.ok(fresh!.current! > 0 && fresh!.baseline! > 0);
    assert.equal(await of(), undefined, "the cache has no times");
  });
});
