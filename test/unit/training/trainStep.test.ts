import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PipelineContext } from "../../../src/core/pipeline/context.ts";
import { commandsOf, definitionHash, loadPipeline } from "../../../src/core/pipeline/definition.ts";
import { drive } from "../../../src/core/pipeline/run/drive.ts";
import { launch } from "../../../src/core/pipeline/launch.ts";
import { deployedIn } from "../../../src/core/store/pipeline/deployments.ts";
import { requestCancel } from "../../../src/core/store/pipeline/transitions.ts";
import { listTrainings } from "../../../src/core/store/training/trainings.ts";
import { picture } from "../pipeline/support.ts";
import { TrainingBench } from "./support.ts";

describe("a train step of the pipeline", function () {
  this.timeout(60_000);
  let bench: TrainingBench;
  beforeEach(async () => (bench = await TrainingBench.of()));
  afterEach(() => bench.close());

  const contextOf = (): PipelineContext => ({ ...bench.context, rollouts: { context: { workspace: bench.workspace, gateway: () => Promise.reject(new Error("No gateway here.")) }, ensureController: () => Promise.reject(new Error("No rollouts here.")) }, engineFiles: () => Promise.resolve([]) });
  const run = async (signal = new AbortController().signal) => {
    const { key } = await launch(bench.workspace, { trigger: "on-data-change", by: "Ann" });
    return (await drive(contextOf(), key, signal))!;
  };

  it("trains on changed data, and what is better goes to staging by the next step", async () => {
    const passed = await run();
    assert.deepEqual(picture(passed), ["train passed: train passed, promote passed"]);
    const [training] = listTrainings(bench.workspace.store, { limit: 1 });
    assert.deepEqual([deployedIn(bench.workspace.store, "staging", 1)[0]?.model, training!.startedBy, passed.stages[0]!.steps[0]!.attempts[0]!.evals], [training!.model, "Ann", [training!.eval]]);

    appendFileSync(join(bench.folder, "data/train.jsonl"), readFileSync(join(bench.folder, "data/more.jsonl"), "utf8"));
    const second = await run();
    assert.deepEqual(picture(second), ["train failed: train failed, promote skipped"]);
    assert.match(second.stages[0]!.steps[0]!.reason!, /is not promoted: accuracy improves by at least/);
    assert.equal(listTrainings(bench.workspace.store, { limit: 1 })[0]!.production, training!.model, "it is compared with what is in staging");
  });

  it("attaches, after a crash, to the training that it began", async () => {
    const { key } = await launch(bench.workspace, { trigger: "on-data-change", by: "Ann" });
    const { store } = bench.workspace;
    const write = store.write.bind(store);
    let writes = 0;
    // As a crash would: from some write on nothing is stored any more.
    store.write = (work) => {
      if (++writes > 14) throw new Error("gone");
      return write(work);
    };
    await drive(contextOf(), key, new AbortController().signal).catch(() => {});
    store.write = write;
    const again = (await drive(contextOf(), key, new AbortController().signal))!;
    assert.deepEqual([picture(again).map((line) => line.replace(/×\d/, "")), listTrainings(store, { limit: 10 }).length], [["train passed: train passed, promote passed"], 1]);
  });

  it("ends its training when the run is cancelled", async () => {
    bench.configure((text) => text.replace("minImprovement: 1pt", "minImprovement: 1pt\n    hyperparameters: { n_epochs: 50 }"));
    const { key } = await launch(bench.workspace, { trigger: "on-data-change", by: "Ann" });
    const driven = drive(contextOf(), key, new AbortController().signal);
    const { store } = bench.workspace;
    while (listTrainings(store, { limit: 1 })[0]?.state !== "training") await new Promise((resolve) => setTimeout(resolve, 10));
    requestCancel(store, key, "Ann", Date.now());
    await driven;
    assert.equal(listTrainings(store, { limit: 1 })[0]!.state, "cancelled");
  });

  it("is part of what a person agrees to, command and all", async () => {
    const before = definitionHash((await loadPipeline(bench.folder, bench.workspace.disk)).definition);
    bench.configure((text) => text.replace("kind: openai-finetune", "kind: command\n    command: ./train.sh"));
    const { definition } = await loadPipeline(bench.folder, bench.workspace.disk);
    assert.notEqual(definitionHash(definition), before);
    assert.deepEqual(commandsOf(definition), ["training tickets: ./train.sh"]);
  });
});
