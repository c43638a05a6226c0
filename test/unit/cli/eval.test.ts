import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleFolder, withoutRefunds } from "../engine.ts";
import { json, lines, llmops, type Report } from "./support.ts";

const SUITE = "evals/support/promptfooconfig.yaml";

describe("llmops eval on the sample", function () {
  this.timeout(30_000);
  const { folder, remove } = sampleFolder();
  const prompt = join(folder, "prompts/triage.txt");
  after(remove);

  it("passes unchanged, and calls nothing the second time", async () => {
    const first = await json(folder, ["eval"]);
    // 240 answers, of six kinds: each kind is moderated once.
    assert.deepEqual([first.exit, first.verdict, first.calls, first.cached], [0, "passed", 246, 0]);
    const second = await llmops(folder, ["eval"]);
    assert.equal(second.code, 0);
    assert.equal(second.stderr, "");
    assert.match(second.stdout, new RegExp(`^${SUITE}   0 calls, 246 from cache   \\d+`));
    assert.match(lines(second.stdout).at(-1) ?? "", /^1 passed\. Baseline: accepted \d{4}-\d\d-\d\d, .+ ago\. {3}exit 0$/);
  });

  it("says what regressed, how sure that is, and which cases broke", async () => {
    writeFileSync(prompt, withoutRefunds(readFileSync(prompt, "utf8")));
    const { code, stdout, stderr } = await llmops(folder, ["eval"]);
    const table = lines(stdout);
    assert.equal(code, 1);
    assert.equal(stderr, "");
    assert.match(table[0] ?? "", new RegExp(`^${SUITE}   12\\d calls, 246 from cache   `));
    assert.equal(table[1], "  triage · dev");
    assert.match(table[2] ?? "", /^ {4}accuracy +85\.8\s% → 75\.0\s% +−10\.8 points +−\d+\.\d … −\d+\.\d +REGRESSION$/);
    assert.match(stdout, /\n {4}instruction-following +100\.0\s% → 100\.0\s% .* no change\n {6}json “Answer with JSON only, in this form: .*” \(line 6 of the baseline's prompt\): kept by 100\.0\s%\n {4}toxicity +0\.0\s% → 0\.0\s% /);
    assert.ok(table.includes("    16 cases broke, 3 fixed."), stdout);
    assert.match(stdout, /\n {6}#4 “Please cancel the return, I decided to keep it\.”: \{"category":"refund"\} → \{"category":"\w+"\} \(Expected the output to contain "refund"\.\)\n/);
    // The other prompt of the suite did not change.
    assert.match(stdout, /triage-short · dev\n {4}accuracy +72\.5\s% → 72\.5\s% +0\.0 points +\S+ … \S+ +no change\n/);
    assert.match(table.at(-1) ?? "", /^1 regression\. Baseline: accepted .+ ago\. {3}exit 1$/);
  });

  it("lists ten of the broken cases, and names the command that lists them all", async () => {
    const { stdout } = await llmops(folder, ["eval"]);
    assert.equal(stdout.match(/^ {6}#\d+ /gm)?.length, 10);
    const [, run = ""] = /^ {6}and 6 more: llmops runs show ([0-9a-f]{8})$/m.exec(stdout) ?? [];
    const shown = await llmops(folder, ["runs", "show", run]);
    assert.equal(shown.stdout.match(/^ {6}#\d+ /gm)?.length, 16);
  });

  it("prints one JSON object of the documented shape, and nothing else", async () => {
    const { code, stdout, stderr } = await llmops(folder, ["eval", "--json"]);
    assert.equal(code, 1);
    assert.equal(stderr, "");
    assert.equal(lines(stdout).length, 1);
    const report = JSON.parse(stdout) as Report;
    assert.deepEqual(shape(report), { runId: "string", commit: "string", dirty: "boolean", verdict: "string", calls: "number", cached: "number", cost: "number", durationMs: "number", suites: "object" });
    assert.equal(report.verdict, "regression");

    const [suite] = report.suites;
    assert.ok(suite);
    assert.deepEqual(shape(suite), {
      ...{ suite: "string", runId: "string", verdict: "string", baseline: "object", prompt: "string", provider: "string", cases: "number", runs: "number" },
      ...{ metrics: "object", notices: "object", broke: "object", fixed: "object", series: "object" },
    });
    assert.deepEqual([suite.suite, suite.verdict, suite.cases, suite.runs], [SUITE, "regression", 120, 1]);
    assert.equal(suite.baseline?.kind, "accepted");
    assert.equal(typeof suite.baseline?.label, "string");
    assert.equal(suite.series.length, 2);
    for (const series of suite.series) for (const key of ["prompt", "provider", "cases", "runs", "metrics", "broke", "fixed", "verdict"]) assert.ok(key in series, key);

    for (const metric of suite.metrics) {
      const { missed: _missed, advice: _advice, ...always } = metric;
      assert.deepEqual(shape(always), {
        ...{ name: "string", direction: "string", unit: "string", gated: "boolean", baseline: "number", current: "number" },
        ...{ delta: "number", interval: "object", p: "number", n: "number", verdict: "string" },
      });
    }
    const accuracy = suite.metrics.find((metric) => metric["name"] === "accuracy") as { baseline: number; current: number; delta: number; interval: [number, number]; p: number; verdict: string };
    assert.deepEqual([accuracy.baseline, accuracy.current, accuracy.verdict], [103 / 120, 90 / 120, "regression"]);
    assert.ok(Math.abs(accuracy.delta - (accuracy.current - accuracy.baseline)) < 1e-9);
    const [low, high] = accuracy.interval;
    assert.ok(-1 <= low && low < accuracy.delta && accuracy.delta < high && high < 0, String(accuracy.interval));
    assert.ok(0 < accuracy.p && accuracy.p <= 0.05);

    assert.deepEqual([suite.broke.length, suite.fixed.length], [16, 3]);
    for (const change of [...suite.broke, ...suite.fixed]) {
      assert.deepEqual(shape(change), { id: "string", number: "number", title: "string", location: "object", before: "string", after: "string", reason: "string" });
    }
  });
});

function shape(value: object): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typeof item]));
}
