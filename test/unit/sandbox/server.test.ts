import assert from "node:assert/strict";
import http from "node:http";
import { startSandbox } from "../../../src/sandbox/server.ts";
import { ask, post, useSandbox } from "./client.ts";

const hello = { model: "sandbox-small", temperature: 0, messages: [{ role: "user", content: "Say hello to Bob" }] };

describe("sandbox: the OpenAI wire", () => {
  const sandbox = useSandbox();

  it("answers a chat completion with usage and a fingerprint", async () => {
    const { status, body } = await post(sandbox.get(), "/chat/completions", hello);
    assert.equal(status, 200);
    assert.equal(body.object, "chat.completion");
    assert.equal(body.model, "sandbox-small");
    assert.equal(body.system_fingerprint, "fp_sandbox_small_1");
    assert.deepEqual(body.choices, [{ index: 0, message: { role: "assistant", content: "You said: Say hello to Bob", refusal: null }, logprobs: null, finish_reason: "stop" }]);
    assert.deepEqual(body.usage, { prompt_tokens: 4, completion_tokens: 7, total_tokens: 11 });
  });

  it("answers a text completion", async () => {
    const { body } = await post(sandbox.get(), "/completions", { model: "sandbox-large", prompt: "Say hello" });
    assert.equal(body.object, "text_completion");
    assert.equal(body.choices[0]!.text, "You said: Say hello");
  });

  it("reads text parts and the developer role", async () => {
    const messages = [{ role: "developer", content: "Classify as cat or dog.\nQ: purrs\nA: cat\nQ: barks\nA: dog" }, { role: "user", content: [{ type: "text", text: "it" }, { type: "text", text: "barks" }] }];
    assert.equal(await ask(sandbox.get(), messages), "dog");
  });

  it("stops at a stop sequence and at max_tokens", async () => {
    const stopped = await post(sandbox.get(), "/chat/completions", { ...hello, stop: ["Bob", " to"] });
    assert.equal(stopped.body.choices[0]!.message.content, "You said: Say hello");
    const cut = await post(sandbox.get(), "/chat/completions", { ...hello, max_tokens: 2 });
    assert.equal(cut.body.choices[0]!.message.content, "You said");
    assert.equal(cut.body.choices[0]!.finish_reason, "length");
    assert.equal(cut.body.usage.completion_tokens, 2);
  });

  it("streams the same answer, usage when asked", async () => {
    const response = await fetch(`${sandbox.get().url}/chat/completions`, { method: "POST", body: JSON.stringify({ ...hello, stream: true, stream_options: { include_usage: true } }) });
    assert.match(response.headers.get("content-type")!, /^text\/event-stream/);
    const events = (await response.text()).trim().split("\n\n");
    assert.equal(events.pop(), "data: [DONE]");
    const chunks = events.map((event) => JSON.parse(event.slice("data: ".length)) as { object: string; choices: { delta: { content?: string }; finish_reason: string | null }[]; usage?: { total_tokens: number } });
    assert.ok(chunks.length > 3 && chunks.every(({ object }) => object === "chat.completion.chunk"));
    assert.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join(""), "You said: Say hello to Bob");
    assert.equal(chunks.at(-2)!.choices[0]!.finish_reason, "stop");
    assert.equal(chunks.at(-1)!.usage!.total_tokens, 11);
  });

  it("refuses what OpenAI refuses, naming the field", async () => {
    const cases: [unknown, number, string | null][] = [
      ["{", 400, null],
      [[], 400, "The body"],
      [{ ...hello, messages: [] }, 400, "messages"],
      [{ ...hello, messages: [{ role: "robot", content: "x" }] }, 400, "messages[0].role"],
      [{ ...hello, messages: [{ role: "user", content: [{ type: "image_url" }] }] }, 400, "messages[0].content[0]"],
      [{ ...hello, temperature: 3 }, 400, "temperature"],
      [{ ...hello, seed: 1.5 }, 400, "seed"],
      [{ ...hello, max_tokens: 0 }, 400, "max_tokens"],
      [{ ...hello, stop: [1] }, 400, "stop"],
      [{ ...hello, model: "gpt-9" }, 404, "model"],
    ];
    for (const [body, status, param] of cases) {
      const answer = await post(sandbox.get(), "/chat/completions", body);
      assert.equal(answer.status, status, JSON.stringify(body));
      assert.equal(answer.body.error.param, param);
      assert.equal(answer.body.error.type, "invalid_request_error");
      assert.ok(answer.body.error.message.length > 10 && answer.body.error.code !== "");
    }
  });

  it("refuses a body above 16 MB with 413 and goes on", async () => {
    const large = await post(sandbox.get(), "/chat/completions", JSON.stringify({ ...hello, filler: "x".repeat(16 * 1024 * 1024) }));
    assert.equal(large.status, 413);
    assert.equal((await post(sandbox.get(), "/chat/completions", hello)).status, 200);
  });

  it("lists its models, is healthy, and knows no other route", async () => {
    const origin = new URL(sandbox.get().url).origin;
    const models = (await (await fetch(`${origin}/v1/models`)).json()) as { data: { id: string }[] };
    assert.deepEqual(models.data.map(({ id }) => id), ["sandbox-small", "sandbox-large", "sandbox-embed", "sandbox-moderation"]);
    assert.equal((await fetch(`${origin}/health`)).status, 200);
    assert.equal((await fetch(`${origin}/v1/nothing`)).status, 404);
    assert.equal((await fetch(`${origin}/v1/chat/completions`)).status, 404);
  });

  it("without a seed it varies at a temperature, and never at 0", async () => {
    const prompt = "Q: red\nA: one\nQ: blue\nA: two\nQ: something else";
    const answers = async (extra: object) => new Set(await Promise.all(Array.from({ length: 40 }, () => ask(sandbox.get(), prompt, extra))));
    assert.equal((await answers({ temperature: 0 })).size, 1);
    assert.equal((await answers({ temperature: 2 })).size, 2);
    assert.equal((await answers({ temperature: 2, seed: 7 })).size, 1);
    const seeds = await Promise.all(Array.from({ length: 40 }, (_, seed) => ask(sandbox.get(), prompt, { temperature: 2, seed })));
    assert.equal(new Set(seeds).size, 2);
  });

  it("says when its port is taken", async () => {
    await assert.rejects(startSandbox({ port: sandbox.get().port }), /Port \d+ on 127\.0\.0\.1 is in use/);
  });
});

describe("sandbox: counting", () => {
  const lines: string[] = [];
  const sandbox = useSandbox({ log: (line) => lines.push(line) });

  it("counts requests, tokens and durations for Prometheus", async () => {
    await post(sandbox.get(), "/chat/completions", hello);
    await post(sandbox.get(), "/completions", { model: "sandbox-small", prompt: "Say hello" });
    await post(sandbox.get(), "/chat/completions", { ...hello, model: "x" });
    const stats = sandbox.get().stats();
    assert.deepEqual(stats, { requests: 3, answered: 2, inFlight: 0, maxInFlight: 1, faults: {}, promptTokens: 7, completionTokens: 12 });
    const response = await fetch(`${new URL(sandbox.get().url).origin}/metrics`);
    assert.match(response.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    for (const line of text.trim().split("\n")) assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e-]+)$/);
    assert.ok(text.includes('http_requests_total{handler="/v1/chat/completions",method="POST",status="2xx"} 1\n'));
    assert.ok(text.includes('http_requests_total{handler="/v1/chat/completions",method="POST",status="4xx"} 1\n'));
    assert.ok(text.includes('http_request_duration_seconds_bucket{le="+Inf"} 3\n'));
    assert.ok(text.includes("http_request_duration_seconds_count 3\n"));
    assert.ok(text.includes("sandbox_prompt_tokens_total 7\n"));
    assert.equal(lines.length, 3);
  });

  it("counts how many were in flight at once, and forgets those that left", async () => {
    sandbox.get().setFaults({ hangRate: 1 });
    const abort = new AbortController();
    const requests = Array.from({ length: 5 }, () => fetch(`${sandbox.get().url}/chat/completions`, { method: "POST", body: JSON.stringify(hello), signal: abort.signal }).catch(() => undefined));
    while ((sandbox.get().stats().faults["hang"] ?? 0) < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(sandbox.get().stats().inFlight, 5);
    assert.equal(sandbox.get().stats().maxInFlight, 5);
    abort.abort();
    await Promise.all(requests);
    while (sandbox.get().stats().inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const text = await (await fetch(`${new URL(sandbox.get().url).origin}/metrics`)).text();
    assert.ok(text.includes('status="none"} 5\n'));
  });

  it("closes although a request hangs", async () => {
    const other = await startSandbox({ faults: { hangRate: 1 } });
    const request = fetch(`${other.url}/chat/completions`, { method: "POST", body: JSON.stringify(hello) });
    const failed = assert.rejects(request);
    while (other.stats().requests === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await other.close();
    await failed;
  });
});

describe("sandbox: faults", () => {
  const sandbox = useSandbox();
  const send = (body: object = hello) => fetch(`${sandbox.get().url}/chat/completions`, { method: "POST", body: JSON.stringify(body) });

  it("429 with Retry-After", async () => {
    sandbox.get().setFaults({ rate429: 1, retryAfterS: 3 });
    const { status, headers, body } = await post(sandbox.get(), "/chat/completions", hello);
    assert.equal(status, 429);
    assert.equal(headers.get("retry-after"), "3");
    assert.equal(body.error.type, "rate_limit_error");
  });

  it("5xx", async () => {
    sandbox.get().setFaults({ rate5xx: 1 });
    const { status, body } = await post(sandbox.get(), "/chat/completions", hello);
    assert.equal(status, 503);
    assert.equal(body.error.type, "server_error");
  });

  it("a body cut off, streamed or not", async () => {
    sandbox.get().setFaults({ cutRate: 1 });
    for (const stream of [false, true]) {
      const response = await send({ ...hello, stream });
      assert.equal(response.status, 200);
      await assert.rejects(response.text());
    }
  });

  it("a body that is whole but not JSON", async () => {
    sandbox.get().setFaults({ malformedRate: 1 });
    const text = await (await send()).text();
    assert.ok(text.startsWith("{"));
    assert.throws(() => JSON.parse(text), SyntaxError);
    assert.doesNotMatch(await (await send({ ...hello, stream: true })).text(), /\[DONE\]/);
  });

  it("an HTML page", async () => {
    sandbox.get().setFaults({ htmlRate: 1 });
    const response = await send();
    assert.match(response.headers.get("content-type")!, /^text\/html/);
    assert.match(await response.text(), /^<!DOCTYPE html>/);
  });

  it("latency, which a client that leaves does not wait for", async () => {
    sandbox.get().setFaults({ latencyMs: 60_000 });
    await assert.rejects(fetch(`${sandbox.get().url}/chat/completions`, { method: "POST", body: JSON.stringify(hello), signal: AbortSignal.timeout(50) }));
    while (sandbox.get().stats().inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    sandbox.get().setFaults({ latencyMs: 30, latencyJitterMs: 10 });
    const started = performance.now();
    assert.equal((await send()).status, 200);
    assert.ok(performance.now() - started >= 29);
  });

  it("befall the share of requests that is set", async () => {
    sandbox.get().setFaults({ rate429: 0.3, rate5xx: 0.3 });
    const statuses = await Promise.all(Array.from({ length: 300 }, async () => {
      const response = await send();
      await response.text();
      return response.status;
    }));
    for (const [status, share] of [[200, 0.4], [429, 0.3], [503, 0.3]] as const) {
      const seen = statuses.filter((value) => value === status).length / 300;
      assert.ok(Math.abs(seen - share) < 0.15, `${status}: ${seen}`);
    }
  });

  it("are read and set over HTTP, and checked", async () => {
    const url = `${new URL(sandbox.get().url).origin}/faults`;
    const put = async (body: unknown) => {
      const response = await fetch(url, { method: "PUT", body: JSON.stringify(body) });
      return { status: response.status, text: await response.text() };
    };
    assert.equal((await put({ rate5xx: 1 })).status, 200);
    assert.deepEqual(await (await fetch(url)).json(), { rate5xx: 1 });
    assert.equal((await send()).status, 503);
    for (const wrong of [{ rate5xx: "1" }, { rate5xx: -1 }, { rate429: 0.6, rate5xx: 0.6 }, { rat5xx: 1 }, []]) assert.equal((await put(wrong)).status, 400, JSON.stringify(wrong));
    assert.match((await put({ rat5xx: 1 })).text, /no fault rat5xx/);
    assert.throws(() => sandbox.get().setFaults({ hangRate: Number.NaN }), RangeError);
    assert.equal((await put({})).status, 200);
    assert.equal((await send()).status, 200);
  });

  it("cannot be read by a web page that rebinds its name to this machine", async () => {
    const status = await new Promise((resolve, reject) => {
      http.get(`http://127.0.0.1:${sandbox.get().port}/faults`, { headers: { host: "evil.example" } }, (response) => resolve(response.resume().statusCode)).on("error", reject);
    });
    assert.equal(status, 403);
  });
});
