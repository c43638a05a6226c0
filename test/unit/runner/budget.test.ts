import assert from "node:assert/strict";
import { outlookWords } from "../../../src/core/evals/run/runner.ts";
import type { EvaluateOptions } from "../../../src/core/regression/evaluate.ts";
import { listRuns } from "../../../src/core/store/runs.ts";
import { endpoint, LOOPBACK, model, numberOf, open, REMOTE, suiteOf } from "./support.ts";

const ORIGIN = new URL(REMOTE).origin;
const yaml = (onSave: string) => ({ "llmops.yaml": `version: 1\nonSave: ${onSave}\n` });
const allowed = { trigger: "save" as const, mayCall: () => true };

describe("what a save may call", function () {
  this.timeout(20_000);

  it("is nothing remote before a person has once agreed: nothing is sent and no run begins", async () => {
    const { http, asked } = model(() => "good");
    const bench = await open(suiteOf(3, { url: REMOTE }), { http });
    await assert.rejects(bench.report({ trigger: "save", mayCall: () => false }), { name: "ConsentNeeded", origins: [ORIGIN], message: `Nothing has been sent to ${ORIGIN} yet. Choose Run once to allow it on save.` });
    assert.deepEqual([asked.length, listRuns(bench.workspace.store, { limit: 9 })], [0, []]);
    assert.equal((await bench.report({ trigger: "save", mayCall: (origin) => origin === ORIGIN })).calls, 3);
  });

  it("needs no consent on this machine", async () => {
    const { http } = model(() => "good");
    const bench = await open(suiteOf(3, { url: LOOPBACK }), { http });
    assert.equal((await bench.report({ trigger: "save", mayCall: () => false })).calls, 3);
  });

  it("asks for the baseline's address too: a pull request may have changed it", async () => {
    const { http } = model(() => "good");
    const bench = await open(suiteOf(3, { url: "https://old.example/v1" }), { git: true, http });
    bench.write(suiteOf(3, { url: REMOTE }));
    await assert.rejects(bench.report({ trigger: "save", mayCall: (origin) => origin === ORIGIN }), { origins: ["https://old.example"] });
  });
});

describe("a budget of calls", function () {
  this.timeout(20_000);

  it("that does not suffice is said before the first call, with what would be needed", async () => {
    const { http, asked } = model(() => "good");
    const bench = await open({ ...suiteOf(5, { url: REMOTE }), ...yaml("{ maxCalls: 9 }") }, { git: true, http });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    await assert.rejects(bench.report(allowed), { name: "BudgetExceeded", needed: 10, budget: 9, message: /needs 10 calls .+; 9 are allowed/ });
    assert.equal(asked.length, 0);
    assert.deepEqual(listRuns(bench.workspace.store, { limit: 9 }).map(({ state, verdict }) => [state, verdict]), [["failed", undefined]]);
    assert.equal((await bench.report({ ...allowed, maxCalls: 10 })).calls, 10);
    assert.equal((await bench.report(allowed)).calls, 0, "what the cache has needs no budget");
  });

  it("is 200 calls after a save, and none for what a person starts", async () => {
    const { http } = model(() => "good");
    const bench = await open(suiteOf(201, { url: REMOTE }), { http });
    await assert.rejects(bench.report(allowed), { needed: 201, budget: 200 });
    assert.equal((await bench.report()).calls, 201);
  });

  it("does not count calls of this machine", async () => {
    const { http } = model(() => "good");
    const bench = await open({ ...suiteOf(5, { url: LOOPBACK }), ...yaml("{ maxCalls: 0, maxCost: 0 }") }, { http });
    assert.equal((await bench.report({ trigger: "save" })).calls, 5);
  });

  it("counts calls that are made again, and keeps what was answered", async () => {
    let busy = 2;
    const { http, asked } = model(() => (busy-- > 0 ? { status: 503, headers: { "retry-after-ms": "1" } } : "good"));
    const bench = await open(suiteOf(4, { url: REMOTE }), { http });
    await assert.rejects(bench.report({ maxCalls: 4 }), { name: "BudgetError", message: "The budget of 4 calls is used up." });
    assert.equal(asked.length, 4);
    assert.equal((await bench.report({ maxCalls: 2 })).calls, 2);
  });

  it("holds for the runs that confirm a broken case too", async () => {
    const { http, asked } = model(({ text }) => (text === "Tell 3" ? "bad" : "good"));
    const bench = await open(suiteOf(5, { url: REMOTE }), { git: true, http });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    await assert.rejects(bench.report({ maxCalls: 13 }), { name: "BudgetError", message: "The budget of 13 calls does not suffice for 4 more." });
    assert.equal(asked.length, 10);
    const report = await bench.report({ maxCalls: 4 });
    assert.deepEqual([report.calls, report.verdict], [4, "failed"]);
  });
});

describe("a budget of money", function () {
  this.timeout(20_000);

  const priced = { price: { input: 0, output: 1e6 } };

  it("stops when it is spent; calls under way are waited for, and their answers kept", async () => {
    const server = await endpoint(async ({ text }) => {
      // The dear one comes while the others are under way.
      for (let turn = 0; turn < numberOf(text); turn++) await new Promise((resolve) => setImmediate(resolve));
      return { output: "good", tokens: 2 };
    });
    // 0.0.0.0 is no loopback address by name, so that it is paid; it leads to this machine.
    const url = server.url.replace("127.0.0.1", "0.0.0.0");
    const bench = await open(suiteOf(20, { url, config: priced }));
    await assert.rejects(bench.report({ maxCost: 3, inFlight: 4 }), { name: "BudgetError", message: "The budget of USD 3.00 is used up." });
    const made = server.asked.length;
    assert.ok(made >= 3 && made <= 7, `${made} calls`);
    assert.equal((await bench.report()).calls, 20 - made);
  });

  it("of nothing allows nothing remote", async () => {
    const { http, asked } = model(() => "good");
    const bench = await open({ ...suiteOf(5, { url: REMOTE, config: priced }), ...yaml("{ maxCost: 0 }") }, { http });
    await assert.rejects(bench.report(allowed), { name: "BudgetError" });
    assert.equal(asked.length, 0);
  });
});

describe("what a run is going to spend", function () {
  this.timeout(20_000);

  const config = { price: { input: 1_000_000, output: 2_000_000 } };
  const outlooks = async (files: Record<string, string>, options: Partial<EvaluateOptions> = {}) => {
    const { http } = model(() => ({ output: "good", tokens: 4 }));
    const bench = await open(files, { http });
    const seen: string[] = [];
    const report = () => bench.report({ onOutlook: (outlook) => seen.push(outlookWords(outlook)), ...options });
    return { bench, seen, report };
  };

  it("is said before it: calls, and the price of the prompts while no answer is known", async () => {
    // "Say 0" is five characters, 1.25 tokens.
    const { seen, report } = await outlooks(suiteOf(4, { url: REMOTE, config }));
    await report();
    assert.deepEqual(seen, ["4 calls to endpoints that are not on this machine, at least USD 5.00"]);
    await report();
    assert.equal(seen.length, 1, "nothing is said where the cache has all");
  });

  it("takes the answers that are known for the length of those that are not", async () => {
    const { bench, seen, report } = await outlooks(suiteOf(4, { url: REMOTE, config }));
    await report();
    bench.write({ ...suiteOf(6, { url: REMOTE, config }) });
    await report();
    assert.equal(seen[1], `2 calls to endpoints that are not on this machine, about USD ${(2 * (1.25 + 3 * 2)).toFixed(2)}`);
  });

  it("is not known without a price", async () => {
    const { seen, report } = await outlooks(suiteOf(1, { url: REMOTE }));
    await report();
    assert.deepEqual(seen, ["1 call to endpoints that are not on this machine, at a price that is not configured"]);
  });

  it("is nothing on this machine", async () => {
    const { seen, report } = await outlooks(suiteOf(3, { url: LOOPBACK }));
    await report();
    assert.deepEqual(seen, []);
  });

  it("that is more than a save may is asked about, once, where a person starts it", async () => {
    const { bench, report } = await outlooks({ ...suiteOf(3, { url: REMOTE, config }), ...yaml("{ maxCalls: 2 }") }, { ask: true });
    await assert.rejects(report(), { name: "BudgetExceeded", needed: 3, budget: 2 });
    assert.equal((await bench.report()).calls, 3);
  });

  it("that costs more than a save may is asked about, too, and a save pauses", async () => {
    const { bench, report } = await outlooks({ ...suiteOf(3, { url: REMOTE, config }), ...yaml("{ maxCost: 3 }") }, { ask: true });
    await assert.rejects(report(), { name: "BudgetExceeded", message: "This run needs 3 calls to endpoints that are not on this machine, at least USD 3.75; USD 3.00 is allowed (onSave.maxCost in llmops.yaml, --max-cost in the terminal)." });
    await assert.rejects(bench.report(allowed), { name: "BudgetExceeded" });
  });
});
