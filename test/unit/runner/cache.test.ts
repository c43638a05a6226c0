import assert from "node:assert/strict";
import { model, open, REMOTE, suiteOf, type Asked, type Reply, type SuiteParts } from "./support.ts";

const KEYS = { A_KEY: "sk-first-0123456789", B_KEY: "sk-second-0123456789", LLMOPS_APPROVED: `A_KEY=${new URL(REMOTE).origin},B_KEY=${new URL(REMOTE).origin}` };

async function suite(parts: SuiteParts = {}, reply: (asked: Asked) => Reply = () => "good", count = 4) {
  const { http, asked } = model(reply);
  const bench = await open(suiteOf(count, { url: REMOTE, ...parts }), { http, env: KEYS });
  return { bench, asked };
}

describe("what decides an answer's place in the cache", function () {
  this.timeout(20_000);

  const before: SuiteParts = { config: { temperature: 0, apiKey: "${secret:A_KEY}" } };
  const table: [what: string, after: SuiteParts, calls: number][] = [
    ["nothing changed", before, 0],
    ["the address", { ...before, url: "https://other.example/v1", config: { temperature: 0 } }, 4],
    ["the model", { provider: { id: "openai:chat:other", config: { apiBaseUrl: REMOTE, temperature: 0 } } }, 4],
    ["a parameter", { config: { ...before.config, temperature: 0.5 } }, 4],
    ["the tools", { config: { ...before.config, tools: [{ type: "function", function: { name: "f" } }] } }, 4],
    ["the response's format", { config: { ...before.config, response_format: { type: "json_object" } } }, 4],
    ["the prompt", { ...before, prompt: "Tell {{n}}" }, 4],
    ["one test's parameter", { ...before, tests: [1, 2, 3, 4].map((n) => ({ vars: { n }, ...(n === 2 ? { options: { max_tokens: 5 } } : {}) })) }, 1],
    ["another key", { config: { ...before.config, apiKey: "${secret:B_KEY}" } }, 0],
    ["headers", { config: { ...before.config, headers: { "x-trace": "1" } } }, 0],
    ["the assertions", { ...before, assert: [{ type: "equals", value: "good" }] }, 0],
    ["the order of the parameters", { config: { apiKey: "${secret:A_KEY}", temperature: 0 } }, 0],
    ["labels and descriptions", { ...before, tests: [1, 2, 3, 4].map((n) => ({ vars: { n }, description: `Number ${n}` })) }, 0],
    ["the price", { config: { ...before.config, price: { input: 1, output: 2 } } }, 0],
  ];
  for (const [what, after, calls] of table) {
    it(`${what}: ${calls} calls`, async () => {
      const { bench, asked } = await suite(before);
      await bench.report();
      asked.length = 0;
      bench.write(suiteOf(4, { url: REMOTE, ...after }));
      // The version before is the baseline; its questions are in the cache.
      const report = await bench.report();
      assert.deepEqual([report.calls, asked.length], [calls, calls]);
    });
  }

  it("the repeat: each is a sample of its own, and the ones there were are kept", async () => {
    let times = 0;
    const { bench, asked } = await suite({}, () => (++times % 2 ? "good" : "bad"));
    assert.equal((await bench.report()).calls, 4);
    const report = await bench.report({ repeat: 3 });
    assert.deepEqual([report.calls, report.cached, asked.length], [8, 4, 12]);
    assert.equal((await bench.report({ repeat: 2 })).calls, 0);
  });
});

describe("the cache", function () {
  this.timeout(20_000);

  it("keeps no errors: they are asked again, and nothing else is", async () => {
    let down = true;
    for (const reply of [{ status: 500 }, { status: 400 }, { status: 200, body: "<html>" }]) {
      down = true;
      const { bench, asked } = await suite({}, ({ text }) => (down && text.endsWith("3") ? reply : "good"));
      assert.notEqual((await bench.report()).verdict, "passed");
      down = false;
      asked.length = 0;
      assert.equal((await bench.report()).verdict, "passed");
      assert.deepEqual(asked.map(({ text }) => text), ["Say 3"]);
    }
  });

  it("is not read where the suite or the run says so, but written", async () => {
    const { bench, asked } = await suite({ more: { evaluateOptions: { cache: false } } });
    await bench.report();
    assert.deepEqual([(await bench.report()).calls, asked.length], [4, 8]);
    assert.equal((await bench.report({ useCache: true })).calls, 0);
    bench.write(suiteOf(4, { url: REMOTE }));
    assert.deepEqual([(await bench.report()).calls, (await bench.report({ useCache: false })).calls], [0, 4]);
  });

  it("gives back what was answered: output, tokens, cost and latency", async () => {
    const { bench } = await suite({ config: { price: { input: 1e6, output: 1e6 } } }, () => ({ output: "good", tokens: 7, latencyMs: 12 }));
    const first = await bench.report();
    const second = await bench.report();
    const figures = (report: typeof first) => report.series[0]!.metrics.filter(({ name }) => name === "cost" || name === "tokens").map(({ name, current }) => [name, current]);
    assert.deepEqual(figures(second), [["cost", 7], ["tokens", 7]]);
    assert.deepEqual(figures(first), figures(second));
    assert.deepEqual([first.cost, second.cost], [28, 0], "what is cached costs nothing");
  });
});
