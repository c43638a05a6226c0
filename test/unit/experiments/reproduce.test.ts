import assert from "node:assert/strict";
import { NotReproducible, reproduceRun } from "../../../src/core/experiments/reproduce.ts";
import { echoPrompt, echoSuite } from "../cli/support.ts";
import { type Bench, model, numberOf, open, suiteOf } from "../runner/support.ts";

const again = ({ workspace }: Bench, runId: string) => reproduceRun(workspace, runId, { signal: new AbortController().signal, sandbox: () => Promise.reject(new Error("none")) });

describe("a run made once more", function () {
  this.timeout(20_000);

  it("has the files and the baseline that it had, whatever they are by now", async () => {
    const bench = await open(echoSuite(24), { git: true });
    bench.commit("Worse", echoPrompt(9));
    const { runId, baseline } = await bench.report();
    bench.commit("Mended", echoPrompt(0));
    bench.write(echoPrompt(3));
    const found = await again(bench, runId);
    assert.deepEqual([found.report.verdict, found.report.baseline?.commit, found.report.version], ["regression", baseline?.commit, found.then.version]);
    assert.deepEqual([found.metrics, found.answers, found.unmatched], [[], { of: 24, otherText: 0, otherStatus: 0 }, 0]);
  });

  it("asks everything anew, and says what the model answers otherwise", async () => {
    let newer = false;
    const { http, asked } = model(({ text }) => (newer && numberOf(text) <= 6 ? "bad" : newer ? "good, still" : "good"));
    const bench = await open(suiteOf(24), { http });
    const { runId } = await bench.report();
    newer = true;
    asked.length = 0;
    const { metrics, answers } = await again(bench, runId);
    assert.equal(asked.length, 24);
    assert.deepEqual(answers, { of: 24, otherText: 24, otherStatus: 6 });
    assert.deepEqual(metrics.filter(({ name }) => name === "accuracy").map(({ then, now }) => [then, now]), [[1, 0.75]]);
  });

  it("is refused where its code is another by now, or there is nothing of it", async () => {
    const files = { ...echoSuite(2), "check.js": "module.exports = () => true;\n", "tests.yaml": "- { vars: { n: 1 }, assert: [{ type: javascript, value: file://check.js }] }\n" };
    const bench = await open(files, { git: true });
    const { runId } = await bench.report();
    bench.write({ "check.js": "module.exports = () => false;\n" });
    await assert.rejects(again(bench, runId), (error) => error instanceof NotReproducible && /It ran check\.js, which is another now.*Check [0-9a-f]{7} out/.test(error.message));
    await assert.rejects(again(bench, "nothing"), /Only runs of suites/);
  });
});
