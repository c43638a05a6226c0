import assert from "node:assert/strict";
import { drive } from "../../../src/core/pipeline/run/drive.ts";
import { listRollouts } from "../../../src/core/store/rollouts/records.ts";
import { Bench } from "../pipeline/support.ts";
import { TestTarget } from "./support.ts";

describe("a pipeline's rollout step", function () {
  this.timeout(30_000);
  let target: TestTarget;
  let bench: Bench;
  beforeEach(async () => {
    target = await new TestTarget().listen();
    const rollout = `target: { kind: http, url: "${target.url}", target: llm }, steps: [25, 100], step: 1s, detect: 5, thresholds: { error-rate: { ratio: 1.1, floor: 5% } }`;
    bench = await Bench.of(["{ name: canary, trigger: manual, steps: [{ name: out, rollout: r, version: v2 }] }"], { more: `rollouts: { r: { ${rollout} } }\n` });
  });
  afterEach(async () => {
    bench.close();
    await target.close();
  });

  it("passes when the version is promoted, and has the record in its log", async () => {
    const run = await bench.run();
    assert.equal(run.state, "passed", run.stages[0]!.reason);
    assert.equal(target.weights.canary, 100);
    assert.match(bench.log(run), /Started: version v2.*Weight 25 % set.*Promoted/s);
  });

  it("fails where it is rolled back, and does not roll it out again after a crash", async () => {
    target.rates.canary = 0.3;
    const { key } = await bench.start();
    const run = (await drive(bench.context, key, new AbortController().signal))!;
    assert.equal(run.state, "failed");
    assert.match(run.stages[0]!.steps[0]!.reason!, /rolled back: Breach: error-rate/);
    assert.equal(target.weights.canary, 0);
    assert.equal(listRollouts(bench.workspace.store, { limit: 9 }).length, 1);
  });

  it("has it rolled back when the run is cancelled", async () => {
    const cancel = new AbortController();
    const running = bench.run({ signal: cancel.signal });
    while (target.weights.canary === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    cancel.abort(new Error("Cancelled."));
    await running;
    for (let i = 0; i < 500 && target.weights.canary > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(target.weights.canary, 0);
  });
});
