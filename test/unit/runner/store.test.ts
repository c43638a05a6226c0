import assert from "node:assert/strict";
import { findRun, lastVerdict, listRuns, markInterrupted, resultsOf, startRun } from "../../../src/core/store/runs.ts";
import { versionFiles } from "../../../src/core/store/versions.ts";
import type { RunReport } from "../../../src/core/regression/report.ts";
import { endpoint, model, numberOf, open, REMOTE, SUITE, suiteOf } from "./support.ts";

describe("what a run leaves in the store", function () {
  this.timeout(20_000);

  it("one row of the run with its commit, version and verdict, and its report as it was shown", async () => {
    const { http } = model(() => "good");
    const bench = await open(suiteOf(3, { url: REMOTE }), { git: true, http });
    const { store } = bench.workspace;
    const report = await bench.report({ trigger: "cli" });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    await bench.report();
    const runs = listRuns(store, { limit: 9 });
    assert.deepEqual(
      runs.map(({ suite, trigger, state, commit, dirty, total, done, verdict }) => ({ suite, trigger, state, commit, dirty, total, done, verdict })),
      [
        { suite: SUITE, trigger: "manual", state: "finished", commit: bench.head(), dirty: true, total: 3, done: 3, verdict: "passed" },
        { suite: SUITE, trigger: "cli", state: "finished", commit: bench.head(), dirty: false, total: 3, done: 3, verdict: "passed" },
      ],
    );
    assert.deepEqual(JSON.parse(runs[1]!.report!) as RunReport, JSON.parse(JSON.stringify(report)));
    assert.equal(versionFiles(store, runs[0]!.version).get("prompt.txt"), "Tell {{n}}");
    assert.deepEqual(store.eventsAfter(0).map(({ kind }) => kind), ["version-recorded", "run-started", "run-ended", "version-recorded", "run-started", "run-ended"]);
  });

  it("a row a question with its result, and every output once by its content", async () => {
    const { http } = model(({ text }) => (numberOf(text) === 2 ? { output: "bad", latencyMs: 5, tokens: 9 } : numberOf(text) === 3 ? { status: 422, body: '{"detail":"too long"}' } : "good"));
    const bench = await open(suiteOf(5, { url: REMOTE }), { http });
    const { store } = bench.workspace;
    const { runId } = await bench.report({ repeat: 2 });
    const rows = resultsOf(store, runId).sort((a, b) => a.repeat - b.repeat);
    assert.deepEqual([rows.length, new Set(rows.map(({ caseId, repeat }) => `${caseId} ${repeat}`)).size], [10, 10]);
    const failed = rows.find(({ status }) => status === "failed")!;
    assert.deepEqual({ output: failed.output, score: failed.score, latencyMs: failed.latencyMs, cached: failed.cached, tokens: failed.tokens, arm: failed.arm }, { output: '"bad"', score: 0, latencyMs: 5, cached: false, tokens: 9, arm: "current" });
    assert.match(failed.detail!, /Expected the output to contain/);
    const rejected = rows.find(({ status }) => status === "rejected")!;
    assert.deepEqual([rejected.output, rejected.score], [undefined, 0]);
    assert.match(rejected.detail!, /HTTP 422 from model\.example: too long/);
    assert.equal(store.get<{ count: number }>("SELECT count(*) AS count FROM output WHERE body IN ('\"good\"', '\"bad\"')")?.count, 2);
  });

  it("no verdict of the suite by a run of some cases", async () => {
    const bench = await open(suiteOf(3, { provider: "echo", assert: [] }));
    const whole = await bench.report();
    await bench.report({ filter: ({ index }) => index === 0 });
    assert.equal(lastVerdict(bench.workspace.store, SUITE)?.id, whole.runId);
  });

  it("interrupted, where its process is gone; another machine's cannot be asked", async () => {
    const bench = await open(suiteOf(1, { provider: "echo" }));
    const { store } = bench.workspace;
    const run = { suite: SUITE, trigger: "save" as const, startedAt: 1, version: "v", commit: undefined, dirty: true, partial: false };
    for (const [id, pid, host] of [["dead", 1, "here"], ["alive", 2, "here"], ["away", 1, "there"]] as const) startRun(store, { ...run, id, pid, host });
    assert.deepEqual(markInterrupted(store, { host: "here", isAlive: (pid) => pid === 2, at: 5 }), ["dead"]);
    assert.deepEqual(["dead", "alive", "away"].map((id) => findRun(store, id)?.state), ["interrupted", "running", "running"]);
  });
});

describe("a run that is cancelled", function () {
  this.timeout(20_000);

  it("ends its calls at once, keeps what was answered, and goes on from there", async () => {
    const cancel = new AbortController();
    let closed = 0;
    let holding = true;
    const held = Promise.withResolvers<void>();
    const server = await endpoint(({ text }, outgoing) => {
      if (numberOf(text) <= 10 || !holding) return "good";
      outgoing.once("close", () => {
        if (++closed === 4) held.resolve();
      });
      if (server.asked.filter((asked) => numberOf(asked.text) > 10).length === 4) cancel.abort();
      return undefined;
    });
    const bench = await open(suiteOf(30, { url: server.url }));
    await assert.rejects(bench.report({ signal: cancel.signal, inFlight: 4 }));
    await held.promise;
    const [run] = listRuns(bench.workspace.store, { limit: 1 });
    assert.deepEqual([run?.state, run?.verdict, run?.done, resultsOf(bench.workspace.store, run!.id).length], ["cancelled", undefined, 10, 10]);
    assert.equal(server.asked.length, 14);
    holding = false;
    const next = await bench.report();
    assert.deepEqual([next.calls, next.cached, next.verdict], [20, 10, "passed"]);
  });

  it("before it began calls nothing", async () => {
    const { http, asked } = model(() => "good");
    const bench = await open(suiteOf(3, { url: REMOTE }), { http });
    await assert.rejects(bench.report({ signal: AbortSignal.abort() }));
    assert.deepEqual([asked.length, listRuns(bench.workspace.store, { limit: 1 })[0]?.state], [0, "cancelled"]);
  });

  it("while it waits to call again does not wait any longer", async () => {
    const cancel = new AbortController();
    const server = await endpoint(() => (setImmediate(() => cancel.abort()), { status: 429, headers: { "retry-after": "20" } }));
    const bench = await open(suiteOf(1, { url: server.url }));
    await assert.rejects(bench.report({ signal: cancel.signal }));
    assert.equal(server.asked.length, 1);
  });
});

describe("a disk that is full", function () {
  this.timeout(20_000);

  it("ends the run with the reason, leaves a store that can be read, and nothing half-written", async () => {
    const { http, asked } = model(({ text }) => `good ${"x".repeat(3000)} ${text}`);
    const bench = await open(suiteOf(200, { url: REMOTE }), { http });
    const { store } = bench.workspace;
    assert.equal((await bench.report({ filter: ({ index }) => index < 5 })).verdict, "passed");
    const pages = store.get<{ page_count: number }>("PRAGMA page_count")!.page_count;
    store.db.exec(`PRAGMA max_page_count = ${pages + 40}`);
    await assert.rejects(bench.report(), { message: "database or disk is full" });
    assert.ok(asked.length < 150, `${asked.length} calls: it does not go on asking`);

    assert.equal(store.get<{ integrity_check: string }>("PRAGMA integrity_check")?.integrity_check, "ok");
    assert.deepEqual(store.all("PRAGMA foreign_key_check"), []);
    const [run] = listRuns(store, { limit: 1 });
    assert.deepEqual([run?.verdict, resultsOf(store, run!.id).every(({ status, output }) => status === "passed" && output !== undefined)], [undefined, true]);
    store.db.exec(`PRAGMA max_page_count = ${pages + 4000}`);
    const kept = store.get<{ count: number }>("SELECT count(*) AS count FROM answer")!.count;
    const report = await bench.report();
    assert.deepEqual([report.verdict, report.cached, report.calls], ["passed", kept, 200 - kept]);
  });
});
