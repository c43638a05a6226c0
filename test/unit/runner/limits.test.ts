import assert from "node:assert/strict";
import { join } from "node:path";
import { startSandbox } from "../../../src/sandbox/server.ts";
import { Limiter } from "../../../src/core/evals/run/limiter.ts";
import { endpoint, manualClock, model, numberOf, open, REMOTE, SUITE, suiteOf } from "./support.ts";

const moved = (files: Readonly<Record<string, string>>, folder: string) => Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

describe("how many calls are in flight", function () {
  this.timeout(20_000);

  for (const [what, limit, options, more] of [
    ["the run says", 3, { inFlight: 3 }, { evaluateOptions: { maxConcurrency: 7 } }],
    ["the suite says", 7, {}, { evaluateOptions: { maxConcurrency: 7 } }],
    ["is usual on this machine", 16, {}, {}],
  ] as const) {
    it(`is what ${what}: ${limit}`, async () => {
      const full = Promise.withResolvers<void>();
      const server = await endpoint(async () => {
        if (server.most() === limit) full.resolve();
        await full.promise;
        // Time enough for one too many to arrive.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        return "good";
      });
      const bench = await open(suiteOf(60, { url: server.url, more }));
      assert.deepEqual([(await bench.report(options)).calls, server.most()], [60, limit]);
    });
  }

  it("is never above the limit as the sandbox counts it", async () => {
    const sandbox = await startSandbox({ latencyMs: 5 });
    try {
      const bench = await open(suiteOf(40, { provider: { id: "openai:chat:sandbox-small", config: { apiBaseUrl: sandbox.url } }, assert: [] }));
      await bench.report({ inFlight: 2 });
      assert.deepEqual([sandbox.stats().requests, sandbox.stats().maxInFlight], [40, 2]);
    } finally {
      await sandbox.close();
    }
  });

  it("is one where the suite or the provider wants a pause between calls, for as long as it says", async () => {
    for (const [what, more, provider, pause] of [
      ["the suite", { evaluateOptions: { delay: 40 } }, {}, 40],
      ["the provider", { evaluateOptions: { delay: 40 } }, { delay: 70 }, 70],
    ] as const) {
      const clock = manualClock();
      const server = await endpoint(async () => (await Promise.resolve(), "good"));
      const bench = await open(suiteOf(0, { tests: Array.from({ length: 6 }, (_, n) => ({ vars: { n } })), provider: { id: "openai:chat:m", config: { apiBaseUrl: server.url }, ...provider }, more }), { clock });
      await bench.report();
      assert.deepEqual([server.most(), clock.slept], [1, Array.from({ length: 6 }, () => pause)], what);
    }
  });

  it("is halved by each 429, and comes back with every ten answers", async () => {
    const limiter = new Limiter(8);
    const inFlight = async () => {
      let now = 0;
      let most = 0;
      const work = async () => {
        most = Math.max(most, ++now);
        await Promise.resolve();
        now--;
      };
      await Promise.all(Array.from({ length: 20 }, () => limiter.run(work)));
      return most;
    };
    assert.equal(await inFlight(), 8);
    limiter.throttled();
    assert.equal(await inFlight(), 4);
    limiter.throttled();
    limiter.throttled();
    limiter.throttled();
    assert.equal(await inFlight(), 1);
    const answer = (times: number) => Array.from({ length: times }, () => limiter.succeeded());
    answer(9);
    assert.equal(await inFlight(), 1);
    answer(1);
    assert.equal(await inFlight(), 2);
    answer(200);
    assert.equal(await inFlight(), 8, "never more than at the beginning");
  });

  it("is one for all runs of a process, each within its own", async () => {
    const full = Promise.withResolvers<void>();
    const server = await endpoint(async () => {
      if (server.most() === 8) full.resolve();
      await full.promise;
      // Time enough for one too many to arrive.
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      return "good";
    });
    const bench = await open({ ...suiteOf(40, { url: server.url }), ...moved(suiteOf(40, { url: server.url, prompt: "Tell {{n}}" }), "other") });
    const [one, two] = await Promise.all([bench.report({ inFlight: 8 }), bench.report({ file: join(bench.folder, "other", SUITE), inFlight: 8 })]);
    assert.deepEqual([one.calls, two.calls, server.most()], [40, 40, 8]);
  });

  it("starts nothing while a call waits for the pause that a 429 asked for", async () => {
    const limiter = new Limiter(4);
    const pause = Promise.withResolvers<void>();
    const held = limiter.hold(() => pause.promise);
    let began = 0;
    const waiting = Promise.all([1, 2].map(() => limiter.run(() => Promise.resolve(began++))));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(began, 0);
    pause.resolve();
    await Promise.all([held, waiting]);
    assert.equal(began, 2);
  });

  it("goes down on a real endpoint that throttles, and every question is answered all the same", async () => {
    let inFlight = 0;
    const seen: number[] = [];
    const eight = Promise.withResolvers<void>();
    const server = await endpoint(async (_asked, outgoing) => {
      outgoing.once("close", () => inFlight--);
      const nth = seen.push(++inFlight);
      if (nth === 8) eight.resolve();
      await eight.promise;
      return nth <= 4 ? { status: 429, headers: { "retry-after-ms": "1" } } : "good";
    });
    const bench = await open(suiteOf(40, { url: server.url }));
    const { series } = await bench.report({ inFlight: 8 });
    assert.deepEqual([series[0]!.passed, seen.length, Math.max(...seen)], [40, 44, 8]);
    assert.equal(Math.max(...seen.slice(8, 14)), 1, "four 429 have halved it thrice");
  });
});

describe("a call that may be answered later", function () {
  this.timeout(20_000);

  const table: [what: string, reply: { status: number; body?: string; headers?: Record<string, string> }, waits: number[]][] = [
    ["429 with Retry-After in seconds", { status: 429, headers: { "retry-after": "7" } }, [7000, 7000]],
    ["429 with Retry-After in milliseconds", { status: 429, headers: { "retry-after-ms": "30", "retry-after": "7" } }, [30, 30]],
    ["429 with Retry-After as a date", { status: 429, headers: { "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" } }, [9000, 9000]],
    ["429 without it", { status: 429 }, [500, 1000]],
    ["429 that asks for more than half a minute", { status: 429, headers: { "retry-after": "31" } }, []],
    ["429 of a quota that is spent", { status: 429, body: '{"error":{"code":"insufficient_quota","message":"You exceeded your quota"}}' }, []],
    ["503", { status: 503, headers: { "retry-after": "2" } }, [2000, 2000]],
    ["502", { status: 502 }, [500, 1000]],
    ["504", { status: 504 }, [500, 1000]],
    ["408", { status: 408 }, [500, 1000]],
    ["500", { status: 500 }, []],
    ["400", { status: 400 }, []],
  ];
  for (const [what, reply, waits] of table) {
    it(`${what}: waits ${waits.join(" and ") || "not at all"}`, async () => {
      const clock = manualClock();
      const { http, asked } = model(() => reply);
      const bench = await open(suiteOf(1, { url: REMOTE }), { clock, http });
      const report = await bench.report();
      assert.deepEqual([clock.slept, asked.length, report.calls], [waits, waits.length + 1, waits.length + 1]);
    });
  }

  it("is answered at the second or third time", async () => {
    let times = 0;
    const { http } = model(() => (++times < 3 ? { status: 503 } : "good"));
    const bench = await open(suiteOf(1, { url: REMOTE }), { clock: manualClock(), http });
    const report = await bench.report();
    assert.deepEqual([report.verdict, report.calls], ["passed", 3]);
  });
});

describe("a question", function () {
  this.timeout(20_000);

  it("that both versions ask is asked once", async () => {
    const { http, asked } = model(({ text }) => (numberOf(text) > 0 ? "good" : "bad"));
    const bench = await open(suiteOf(30, { url: REMOTE, prompt: "Say {{n}}" }), { git: true, http });
    bench.write({ "prompt.txt": "{% if n > 28 %}Tell{% else %}Say{% endif %} {{n}}" });
    assert.equal((await bench.report()).calls, 32);
    assert.equal(new Set(asked.map(({ text }) => text)).size, 32);
  });

  it("that two cases ask is asked once, be they side by side or far apart", async () => {
    for (const distance of [1, 63, 64, 65, 100]) {
      const tests = Array.from({ length: 2 * distance }, (_, i) => ({ vars: { n: i % distance }, description: String(i) }));
      const { http, asked } = model(() => "good");
      const report = await (await open(suiteOf(0, { url: REMOTE, tests }), { http })).report({ inFlight: 1, maxCalls: distance });
      assert.deepEqual([asked.length, report.series[0]!.passed], [distance, 2 * distance]);
    }
  });

  it("of an unchanged series is not asked on save, unless the cache has all its answers", async () => {
    const { http, asked } = model(() => "good");
    const two = (prompts: readonly string[]) => ({ [SUITE]: JSON.stringify({ ...JSON.parse(suiteOf(30, { url: REMOTE })[SUITE]!) as object, prompts }) });
    const bench = await open({ ...two(["file://prompt.txt", "file://second.txt"]), "prompt.txt": "Say {{n}}", "second.txt": "Ask {{n}}" }, { git: true, http });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    const save = () => bench.report({ trigger: "save", mayCall: () => true });
    const first = await save();
    assert.deepEqual(first.series.map(({ skipped, verdict }) => [skipped, verdict]), [[false, "passed"], [true, "passed"]]);
    assert.ok(asked.every(({ text }) => !text.startsWith("Ask")));
    assert.deepEqual([first.calls, (await bench.report()).calls], [60, 30], "a person's run asks it");
    const again = await save();
    assert.deepEqual([again.calls, again.series.map(({ skipped }) => skipped)], [0, [false, false]]);
  });
});
