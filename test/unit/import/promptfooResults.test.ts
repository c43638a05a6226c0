import assert from "node:assert/strict";
import { readPromptfooResults } from "../../../src/core/evals/import/promptfooResults.ts";
import { formatProblem, ProblemError } from "../../../src/core/problem.ts";
import { storeImportedRun } from "../../../src/core/regression/importRun.ts";
import type { RunReport } from "../../../src/core/regression/report.ts";
import { findRun, lastVerdict, resultsOf } from "../../../src/core/store/runs.ts";
import { open } from "../runner/support.ts";

/** Rows as promptfoo 0.123.1 writes them with `-o out.json`. */
const row = (testIdx: number, promptIdx: number, more: Record<string, unknown> = {}) => ({
  cost: 0.001,
  error: null,
  gradingResult: { pass: true, score: 1, reason: "All assertions passed", namedScores: { greet: 1 }, componentResults: [{ pass: true, score: 1, reason: "Assertion passed", assertion: { type: "contains", value: "Hi", metric: "greet" } }] },
  id: "6e0c",
  latencyMs: 12,
  namedScores: { greet: 1 },
  prompt: { raw: "Hi a", label: `prompt ${promptIdx}` },
  promptId: "p",
  promptIdx,
  provider: { id: "echo", label: "" },
  response: { output: "Hi a", cached: false, tokenUsage: { total: 10 } },
  score: 1,
  success: true,
  testCase: { description: "one", vars: { n: String(testIdx) }, assert: [] },
  testIdx,
  vars: { n: String(testIdx) },
  metadata: {},
  failureReason: 0,
  ...more,
});
const failed = { success: false, score: 0, failureReason: 1, error: "Expected output to contain Hi", gradingResult: { pass: false, score: 0, reason: "Expected output to contain Hi", componentResults: [null] } };
const broken = { success: false, score: 0, failureReason: 2, error: "boom", gradingResult: null, response: null };
const fileOf = (rows: readonly unknown[], more: Record<string, unknown> = {}) => JSON.stringify({ evalId: "eval-1", results: { version: 3, timestamp: "2026-01-02T03:04:05.000Z", prompts: [], stats: { durationMs: 99 }, results: rows, ...more }, config: { providers: [{ id: "echo", config: { apiKey: "sk-secret" } }] }, shareableUrl: null }, null, 2);

describe("promptfoo's results, imported", function () {
  this.timeout(30_000);

  it("become a run that can be shown, by prompt, provider, test and repeat", async () => {
    const bench = await open({});
    const text = fileOf([row(0, 0), row(0, 1, failed), row(0, 0), row(0, 1, failed), row(1, 0, broken), row(1, 0), row(1, 1, { response: { output: { a: 1 } } }), row(1, 1)]);
    const results = readPromptfooResults("/r.json", text);
    assert.deepEqual(results.problems, []);
    const report = storeImportedRun(bench.workspace, results, "evals/promptfooconfig.yaml", text);
    const run = findRun(bench.workspace.store, report.runId)!;
    assert.deepEqual([run.suite, run.state, run.startedAt, run.done, run.total], ["evals/promptfooconfig.yaml", "finished", Date.UTC(2026, 0, 2, 3, 4, 5), 8, 8]);
    const kept = JSON.parse(run.report!) as RunReport;
    assert.deepEqual(kept.series.map(({ label, provider, cases, runs, passed, failed, errors }) => ({ label, provider, cases, runs, passed, failed, errors: errors?.first })), [
      { label: "prompt 0", provider: "echo", cases: 2, runs: 2, passed: 2, failed: 0, errors: "boom" },
      { label: "prompt 1", provider: "echo", cases: 2, runs: 2, passed: 1, failed: 1, errors: undefined },
    ]);
    assert.deepEqual([report.calls, report.durationMs, report.cost.toFixed(3)], [8, 99, "0.008"]);
    const rows = resultsOf(bench.workspace.store, report.runId);
    assert.deepEqual(rows.map(({ status, repeat }) => [status, repeat]), [["passed", 0], ["passed", 1], ["failed", 0], ["failed", 1], ["error", 0], ["passed", 1], ["passed", 0], ["passed", 1]]);
    assert.deepEqual([rows[0]!.output, rows[6]!.output, rows[0]!.tokens, rows[0]!.cost], ['"Hi a"', '{"a":1}', 10, 0.001]);
    assert.deepEqual(JSON.parse(rows[0]!.detail!), { reason: "All assertions passed", metrics: { greet: 1 }, components: [{ type: "contains", pass: true, score: 1, reason: "Assertion passed", metric: "greet" }] });
    assert.equal(new Set(rows.map(({ caseId }) => caseId)).size, 2);
  });

  it("know repeats, which promptfoo numbers as tests, and their order by number", () => {
    const same = { vars: { n: "a" } };
    const rows = [row(1, 0, same), row(0, 0, { ...same, score: 0.5 }), row(2, 0), row(3, 0, { vars: { n: "2" } })];
    const { rows: read } = readPromptfooResults("/r.json", JSON.stringify({ ...(JSON.parse(fileOf(rows)) as object), runtimeOptions: { repeat: 2 } }));
    assert.deepEqual(read.map(({ test, repeat, sample }) => [test.index, repeat, sample.score]), [[0, 0, 0.5], [0, 1, 1], [1, 0, 1], [1, 1, 1]]);
  });

  it("decide nothing about the suite, and keep no configuration", async () => {
    const bench = await open({});
    const text = fileOf([row(0, 0, failed)]);
    storeImportedRun(bench.workspace, readPromptfooResults("/r.json", text), "promptfooconfig.yaml", text);
    assert.equal(lastVerdict(bench.workspace.store, "promptfooconfig.yaml"), undefined);
    const dump = JSON.stringify(bench.workspace.store.all("SELECT * FROM run")) + JSON.stringify(bench.workspace.store.all("SELECT * FROM output"));
    assert.ok(!dump.includes("sk-secret"));
  });

  it("have the same cases in every file", () => {
    const ids = (text: string) => readPromptfooResults("/r.json", text).rows.map(({ test }) => test.id);
    assert.deepEqual(ids(fileOf([row(0, 0), row(1, 0)])), ids(fileOf([row(0, 0, failed), row(1, 0, broken)])));
    assert.deepEqual(ids(fileOf([row(0, 0, { metadata: { caseId: "mine" } })])), ["mine"]);
    // Two tests that ask the same are two cases.
    assert.equal(new Set(ids(fileOf([row(0, 0, { vars: {} }), row(1, 0, { vars: {} })]))).size, 2);
  });

  it("tell of rows that are none", () => {
    const { rows, problems } = readPromptfooResults("/r.json", fileOf([row(0, 0), { testIdx: 1 }, 7, row(0, -1)]));
    assert.equal(rows.length, 1);
    assert.deepEqual(problems.map((problem) => formatProblem(problem).replace(/^(\S+) (.*)$/, "$2")), [
      "Row 2 is left out: success: Invalid input: expected boolean, received undefined.",
      "Row 3 is left out: row: Invalid input: expected object, received number.",
      "Row 4 is left out: promptIdx: Too small: expected number to be >=0.",
    ]);
    assert.ok(problems.every(({ location }) => location.range.start.line > 40));
  });

  const wrong: [what: string, text: string, at: string, message: RegExp][] = [
    ["no JSON", '{\n "a": 1,\n}', "/r.json:3:1", /^This is no JSON: /],
    ["another version", fileOf([], { version: 2 }), "/r.json:4:16", /^These are no results of promptfoo's: results\.version: only version 3 of promptfoo's results is read\.$/],
    ["something else", "[1]", "/r.json:1:1", /^These are no results of promptfoo's: the file: /],
    ["no rows", '{ "results": { "version": 3 } }', "/r.json:1:", /results\.results/],
  ];
  for (const [what, text, at, message] of wrong) {
    it(`are refused at their place: ${what}`, () => {
      assert.throws(() => readPromptfooResults("/r.json", text), (error: unknown) => {
        assert.ok(error instanceof ProblemError);
        const line = formatProblem(error.problem);
        assert.equal(line.slice(0, at.length), at, line);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
