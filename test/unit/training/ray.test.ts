import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loggedOf } from "../../../src/core/store/experiments/log.ts";
import { findTracked, type TrackedRun } from "../../../src/core/store/experiments/runs.ts";
import { trainingLog } from "../../../src/core/store/training/trainings.ts";
import { FakeRay } from "../jobs/fakeRay.ts";
import { TrainingBench } from "./support.ts";

const SCRIPT = `import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
const { LLMOPS_DATA, LLMOPS_METRICS, LLMOPS_RESULT, LLMOPS_MODEL } = process.env;
console.log(readFileSync(LLMOPS_DATA, "utf8").trim().split("\\n").length + " rows");
console.log(JSON.stringify({ metrics: { loss: 2 }, step: 1 }));
appendFileSync(LLMOPS_METRICS, JSON.stringify({ metrics: { loss: 1 }, step: 2 }) + "\\n");
writeFileSync(LLMOPS_RESULT, JSON.stringify({ model: "sandbox-large" }) + "\\n");
`;

describe("a training on Ray", function () {
  this.timeout(30_000);
  let bench: TrainingBench;
  let fake: FakeRay;
  beforeEach(async () => {
    [bench, fake] = [await TrainingBench.of({ "train.mjs": SCRIPT }), await FakeRay.start()];
    bench.configure((text) => text.replace("kind: openai-finetune", `kind: ray\n    command: '"${process.execPath}" train.mjs'\n    files: [train.mjs]`).replace("pipeline:", `runners: { ray: { address: "${fake.address}" } }\npipeline:`));
  });
  afterEach(async () => {
    fake.close();
    await bench.close();
  });

  it("takes its files and data along, and its metrics and model are read out of what it wrote", async () => {
    const training = await bench.train();
    assert.deepEqual([training.state, training.model, fake.submissions.length], ["not-better", "sandbox-large", 1], training.reason);
    const { store } = bench.workspace;
    assert.ok(trainingLog(store, training).some(({ line }) => line === "120 rows"));
    const run = findTracked(store, training.key) as TrackedRun;
    assert.deepEqual(loggedOf(store, [run.id]).get(run.id)!.metrics.get("loss")!.value, 1);
  });

  it("is submitted once, though the answer is lost", async () => {
    let posts = 0;
    fake.intercept = ({ method, path }) => (method === "POST" && path === "/api/jobs/" && ++posts === 1 ? "drop" : undefined);
    const training = await bench.train();
    assert.deepEqual([training.state, fake.jobs.size], ["not-better", 1], training.reason);
  });

  it("that fails says so, and without a cluster llmops.yaml has a mistake", async () => {
    writeFileSync(join(bench.folder, "train.mjs"), "process.exit(3)");
    assert.equal((await bench.train()).state, "failed");
    bench.configure((text) => text.replace(/runners: .*\n/, ""));
    await assert.rejects(bench.start(), /A training on Ray needs the cluster's address/);
  });
});
