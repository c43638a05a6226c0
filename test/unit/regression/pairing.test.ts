import assert from "node:assert/strict";
import { headline } from "../../../src/core/regression/words.ts";
import { findRun, resultsOf } from "../../../src/core/store/runs.ts";
import { echoPrompt, echoSuite } from "../cli/support.ts";
import { metric, model, numberOf, open, REMOTE, SUITE, suiteOf } from "../runner/support.ts";

describe("a series", function () {
  this.timeout(20_000);

  const suite = (parts: object) => ({ [SUITE]: JSON.stringify({ providers: ["echo"], defaultTest: { assert: [{ type: "contains", value: "good" }] }, tests: Array.from({ length: 40 }, (_, n) => ({ vars: { n } })), ...parts }) });
  const files = { "a.txt": "good {{n}}", "b.txt": "good, {{n}}" };

  it("compares only with itself: a prompt under a provider, by label or by path and place", async () => {
    const bench = await open({ ...files, ...suite({ prompts: ["file://a.txt", { id: "file://b.txt", label: "second" }], providers: ["echo", { id: "echo", label: "other" }] }) }, { git: true });
    bench.write({ "b.txt": "bad {{n}}" });
    const report = await bench.report();
    assert.deepEqual(
      report.series.map(({ label, provider, verdict, changed }) => [label, provider, verdict, changed]),
      [["a.txt", "echo", "passed", false], ["second", "echo", "regression", true], ["a.txt", "other", "passed", false], ["second", "other", "regression", true]],
    );
    assert.equal(report.verdict, "regression", "the worst of its series");
  });

  it("keeps its past when prompts change places or a labelled one moves to another file, and has none when it is new", async () => {
    const bench = await open({ ...files, ...suite({ prompts: ["file://a.txt", { id: "file://b.txt", label: "second" }] }) }, { git: true });
    bench.write({ "c.txt": "bad {{n}}", ...suite({ prompts: [{ id: "file://c.txt", label: "second" }, { id: "file://c.txt", label: "third" }, "file://a.txt"] }) });
    const { series } = await bench.report();
    const seen = Object.fromEntries(series.map(({ label, hasBaseline, verdict }) => [label, [hasBaseline, verdict]]));
    assert.deepEqual(seen, { second: [true, "regression"], third: [false, "failed"], "a.txt": [true, "passed"] });
  });

  it("counts for Holm only where a question changed", async () => {
    const gate = { "llmops.yaml": 'version: 1\nsuites: [{ path: promptfooconfig.yaml, gate: { accuracy: { tolerance: 2pt } } }]\n' };
    const prompts = ["file://a.txt", "file://b.txt"];
    const fails = (count: number) => `{% if n >= ${count} %}good{% else %}bad{% endif %} {{n}}`;
    const bench = await open({ ...files, ...gate, ...suite({ prompts }) }, { git: true });
    bench.write({ "a.txt": fails(4) });
    assert.deepEqual((await bench.report()).series.map(({ verdict }) => verdict), ["regression", "passed"]);
    bench.write({ "b.txt": "good: {{n}}" });
    const both = await bench.report();
    assert.deepEqual([both.series.map(({ verdict }) => verdict), metric(both.series[0]!, "accuracy").p], [["inconclusive", "passed"], 0.0625]);
  });

  it("that a test or provider is not meant for does not run it", async () => {
    const tests = [{ vars: { n: 1 }, prompts: ["second"] }, { vars: { n: 2 }, providers: ["other"] }, { vars: { n: 3 } }];
    const bench = await open({ ...files, ...suite({ prompts: ["file://a.txt", { id: "file://b.txt", label: "second" }], providers: ["echo", { id: "echo", label: "other", prompts: ["second"] }], tests }) });
    assert.deepEqual((await bench.report()).series.map(({ label, provider, cases }) => [label, provider, cases]), [["a.txt", "echo", 1], ["second", "echo", 2], ["second", "other", 3]]);
  });
});

describe("a case", function () {
  this.timeout(20_000);

  const suite = (tests: readonly object[]) => ({ [SUITE]: JSON.stringify({ prompts: ["file://prompt.txt"], providers: ["echo"], tests }), "prompt.txt": "{{text}}" });
  const contains = (value: string) => ({ assert: [{ type: "contains", value }] });
  const ids = async (tests: readonly object[]) => {
    const bench = await open(suite(tests));
    const { runId } = await bench.report();
    return resultsOf(bench.workspace.store, runId).map(({ caseId }) => caseId);
  };

  it("is its id, else its description and variables, and never its assertions or place", async () => {
    const [a, b] = [{ vars: { text: "good a" }, ...contains("good") }, { vars: { text: "good b" }, ...contains("good") }];
    const [first, second] = await ids([a, b]);
    assert.deepEqual((await ids([b, { ...a, ...contains("a") }])).sort(), [first, second].sort());
    assert.notEqual((await ids([{ ...a, description: "x" }]))[0], first);
    assert.deepEqual(await ids([{ ...a, metadata: { id: "mine" } }]), ["mine"]);
    assert.deepEqual(await ids([a, a]), [first, `${first}~2`]);
  });

  it("whose variables change is one gone and one new, with a pair of its own", async () => {
    const bench = await open(suite([{ vars: { text: "good a" }, ...contains("good") }, { vars: { text: "good b" }, ...contains("good") }]), { git: true });
    bench.write(suite([{ vars: { text: "good a" }, ...contains("good") }, { vars: { text: "bad b" }, ...contains("good") }]));
    const series = await bench.series();
    assert.deepEqual([series.cases, series.broke.length, series.changed, metric(series, "accuracy").n], [2, 0, false, 2]);
  });

  it("whose assertions change judges what both versions had answered, and asks nothing again", async () => {
    const tests = (value: string) => Array.from({ length: 30 }, (_, n) => ({ vars: { n }, ...contains(value) }));
    const { http, asked } = model(({ text }) => (text.startsWith("Say") ? "refund" : "complaint"));
    const bench = await open(suiteOf(0, { url: REMOTE, assert: [], tests: tests("refund") }), { git: true, http });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    assert.equal((await bench.report()).verdict, "regression");
    bench.write({ ...suiteOf(0, { url: REMOTE, assert: [], tests: tests("complaint") }), "prompt.txt": "Tell {{n}}" });
    asked.length = 0;
    const series = await bench.series();
    const { baseline, current } = metric(series, "accuracy");
    assert.deepEqual([asked.length, baseline, current, series.verdict, series.fixed.length], [0, 0, 1, "improved", 30]);
  });

  it("has a latency assertion judged by the latency that is stored with the answer", async () => {
    const { http, asked } = model(() => ({ output: "good", latencyMs: 900 }));
    const threshold = (ms: number) => suiteOf(3, { url: REMOTE, assert: [{ type: "latency", threshold: ms }] });
    const bench = await open(threshold(1000), { http });
    assert.equal((await bench.series()).passed, 3);
    bench.write(threshold(800));
    const { series, runId } = await bench.report();
    assert.deepEqual([series[0]!.passed, asked.length], [0, 3]);
    for (const { detail } of resultsOf(bench.workspace.store, runId)) assert.match(detail!, /it was 900 ms/);
  });
});

describe("latency over the whole path", function () {
  this.timeout(20_000);

  it("is measured where both versions were asked in this run, and not from the cache", async () => {
    const gate = { "llmops.yaml": "version: 1\nsuites: [{ path: promptfooconfig.yaml, gate: { latency-p50: { tolerance: 10% } } }]\n" };
    const { http } = model(({ text }) => ({ output: "good", latencyMs: (text.startsWith("Say") ? 100 : 150) + (numberOf(text) % 7) }));
    const bench = await open({ ...suiteOf(30, { url: REMOTE }), ...gate }, { git: true, http });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    const fresh = await bench.series();
    const { verdict, baseline, current, n } = metric(fresh, "latency-p50");
    assert.deepEqual([fresh.verdict, verdict, baseline, current, n], ["regression", "regression", 103, 153, 30]);
    assert.match(headline(fresh), /^Regression: latency-p50 103\sms → 153\sms \(\+50\sms/);
    const cached = await bench.series();
    assert.deepEqual([cached.verdict, metric(cached, "latency-p50").verdict], ["passed", "not-measured"]);
  });
});

describe("a suite of fewer than 20 cases", function () {
  this.timeout(20_000);

  const flaky = (broken: (n: number, times: number) => boolean) => {
    const times = new Map<string, number>();
    return model(({ text }) => {
      const nth = (times.get(text) ?? 0) + 1;
      times.set(text, nth);
      return text.startsWith("Tell") && broken(numberOf(text), nth) ? "bad" : "good";
    });
  };

  it("fails by one broken case, after two more runs of both versions", async () => {
    const { http, asked } = flaky((n) => n === 3);
    const bench = await open(suiteOf(10, { url: REMOTE }), { git: true, http });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    const report = await bench.report();
    const series = report.series[0]!;
    assert.deepEqual([report.verdict, series.confirmed, series.broke.map(({ number }) => number)], ["failed", 1, [3]]);
    assert.equal(headline(series), "Failed: 1 case broke, confirmed by two more runs of both versions.");
    assert.deepEqual([report.calls, asked.filter(({ text }) => numberOf(text) === 3).length], [24, 6]);
    assert.deepEqual([(await bench.report()).verdict, (await bench.report()).calls], ["failed", 0]);
  });

  it("does not fail by a case that recovers: it is told as broken, and none is confirmed", async () => {
    for (const [what, broken, verdict, confirmed] of [
      ["once of three", (_n: number, nth: number) => nth === 1, "passed", 0],
      ["twice of three", (_n: number, nth: number) => nth < 3, "failed", 1],
    ] as const) {
      const { http } = flaky((n, nth) => n === 3 && broken(n, nth));
      const bench = await open(suiteOf(10, { url: REMOTE }), { git: true, http });
      bench.write({ "prompt.txt": "Tell {{n}}" });
      const series = await bench.series();
      assert.deepEqual([series.verdict, series.broke.length, series.confirmed], [verdict, 1, confirmed], what);
    }
  });

  it("without the cache asks two runs more, and keeps the rows that the verdict rests on", async () => {
    const { http } = flaky((n, nth) => n === 3 && nth === 1);
    const bench = await open(suiteOf(10, { url: REMOTE }), { git: true, http });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    const report = await bench.report({ useCache: false });
    assert.deepEqual([report.calls, report.cached], [24, 0]);
    const rows = resultsOf(bench.workspace.store, report.runId).filter(({ arm, output }) => arm === "current" && output === '"bad"');
    assert.deepEqual(rows.map(({ repeat }) => repeat), [0]);
  });

  it("may allow broken cases, as llmops.yaml says", async () => {
    const gate = (max: number) => ({ "llmops.yaml": `version: 1\nsuites: [{ path: promptfooconfig.yaml, gate: { broken: { max: ${max} } } }]\n` });
    const bench = await open({ ...echoSuite(10), ...gate(1) }, { git: true });
    for (const [failing, verdict] of [[1, "passed"], [2, "failed"]] as const) {
      bench.write(echoPrompt(failing));
      assert.equal((await bench.report()).verdict, verdict, `${failing} broken`);
    }
    const large = await open({ ...echoSuite(40), ...gate(0) }, { git: true });
    large.write(echoPrompt(1));
    assert.equal((await large.report()).verdict, "failed", "a gate for any suite");
  });

  it("of 20 cases or more is judged by accuracy instead: one broken case proves nothing", async () => {
    const bench = await open(echoSuite(20), { git: true });
    bench.write(echoPrompt(1));
    const series = await bench.series();
    assert.deepEqual([series.verdict, series.confirmed, series.broke.length], ["inconclusive", undefined, 1]);
  });
});

describe("a run of some cases", function () {
  this.timeout(20_000);

  it("compares them, but says nothing of the suite", async () => {
    const gate = { "llmops.yaml": "version: 1\nsuites: [{ path: promptfooconfig.yaml, gate: { accuracy: { tolerance: 2pt, min: 90% } } }]\n" };
    const bench = await open({ ...echoSuite(40), ...gate }, { git: true });
    bench.commit("Worse", echoPrompt(10));
    const report = await bench.report({ filter: ({ index }) => index < 12 });
    assert.deepEqual([report.series[0]!.cases, report.verdict, report.hasAbsoluteGate], [12, "regression", false]);
    const few = await bench.report({ filter: ({ index }) => index === 0 });
    assert.notEqual(few.verdict, "failed", "a minimum says nothing of one case");
    const { store } = bench.workspace;
    assert.equal(store.get<{ partial: number }>("SELECT partial FROM run WHERE id = ?", report.runId)?.partial, 1);
    assert.equal(findRun(store, report.runId)?.state, "finished");
    // The commit is not known as a regression by it.
    bench.commit("Next", echoPrompt(11));
    assert.equal((await bench.report()).baseline?.commit, bench.git("rev-parse", "HEAD~1").trim());
  });
});
