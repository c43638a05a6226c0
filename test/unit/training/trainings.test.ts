import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loggedOf } from "../../../src/core/store/experiments/log.ts";
import { findTracked, type TrackedRun } from "../../../src/core/store/experiments/runs.ts";
import { lastVerdict } from "../../../src/core/store/runs.ts";
import { modelVersions } from "../../../src/core/store/training/models.ts";
import { trainingLog } from "../../../src/core/store/training/trainings.ts";
import { NothingToTrain } from "../../../src/core/training/definition.ts";
import { driveTraining } from "../../../src/core/training/run/drive.ts";
import { modelCard } from "../../../src/core/training/modelCard.ts";
import { decisionOf, row, TrainingBench } from "./support.ts";

const LABELS = ["hardware", "network", "access", "software"];

describe("a training", function () {
  this.timeout(60_000);
  let bench: TrainingBench;
  beforeEach(async () => (bench = await TrainingBench.of()));
  afterEach(() => bench.close());

  it("of good data is proven better, and leaves its lineage", async () => {
    const training = await bench.train();
    assert.deepEqual([training.state, training.production, training.reason], ["better", "sandbox-small", undefined]);
    const { rows, candidate } = decisionOf(training);
    assert.match(candidate, /^ft:sandbox-small:local:/);
    assert.deepEqual(rows.map(({ metric, rule, holds, n }) => [metric, rule, holds, n]), [["accuracy", "improvement", true, 60]]);
    assert.ok(rows[0]!.candidate! >= 0.8 && rows[0]!.production! <= 0.4, JSON.stringify(rows[0]));

    const { store } = bench.workspace;
    const run = findTracked(store, training.key) as TrackedRun;
    const { metrics, params } = loggedOf(store, [run.id]).get(run.id)!;
    assert.deepEqual([run.kind, run.status, run.data], ["train", "completed", { "data/train.jsonl": training.data }]);
    assert.deepEqual(Object.fromEntries(params), { trainer: "openai-finetune", base: "sandbox-small" });
    assert.ok(metrics.get("train_loss")!.step > 0 && metrics.get("accuracy")!.value >= 0.8);
    assert.deepEqual(modelVersions(store).map(({ name, version, model }) => [name, version, model]), [["tickets", 1, candidate]]);
    const [version] = modelVersions(store);
    const card = modelCard(store, version!);
    for (const part of ["# tickets@1", training.data!, "| Trainer | openai-finetune |", "Ann started", candidate, "✓ accuracy"]) assert.ok(card.includes(part), part);
    assert.equal(lastVerdict(store, "evals/tickets/promptfooconfig.yaml"), undefined, "it says nothing of the suite's prompts");
  });

  it("of the same data is not begun again, unless a person wants it", async () => {
    const first = await bench.train();
    await assert.rejects(bench.start(), (error) => error instanceof NothingToTrain && error.message.includes(first.key.slice(0, 8)) && error.last?.key === first.key);
    assert.notEqual(await bench.start({ again: true }), first.key);
    appendFileSync(join(bench.folder, "data/train.jsonl"), `${readFileSync(join(bench.folder, "data/more.jsonl"), "utf8")}`);
    assert.equal((await bench.train()).state, "better", "new rows are something new");
  });

  it("of mislabelled data is not better, and the reason names the bound", async () => {
    // Every answer is another's: what is learnt is wrong.
    const wrong = bench.data.replace(/"content": "(hardware|network|access|software)"/g, (_, label: string) => `"content": "${LABELS[(LABELS.indexOf(label) + 1) % 4]}"`);
    writeFileSync(join(bench.folder, "data/train.jsonl"), wrong);
    const training = await bench.train();
    assert.equal(training.state, "not-better");
    assert.match(training.reason!, /accuracy improves by at least −\d+\.\d points .* that is not shown/);
    assert.equal(modelVersions(bench.workspace.store).length, 1, "it is registered all the same: a person may want to look");
  });

  it("of poisoned data is refused before anything is submitted, with the line", async () => {
    const [, exam] = readFileSync(join(bench.folder, "evals/tickets/tests.csv"), "utf8").split("\n");
    const [, question = "", answer = ""] = /^t\d+,"?(.*?)"?,(\w+)$/.exec(exam!)!;
    appendFileSync(join(bench.folder, "data/train.jsonl"), `${row(question, answer)}\n`);
    const training = await bench.train();
    assert.equal(training.state, "refused");
    assert.match(training.reason!, /1 × leakage\. Line 121: The question is a case of evals\/tickets, case 1/);
    assert.equal(training.job, undefined);
  });

  it("keeps what its trainer said, once", async () => {
    const training = await bench.train();
    const lines = trainingLog(bench.workspace.store, training).map(({ line }) => line);
    assert.match(lines[0]!, /accuracy must improve by more than 1 points, as a one-sided 95 % bound over 60 cases × 1 run/);
    assert.equal(lines.filter((line) => line.startsWith("Step ")).length, 4);
    assert.equal(new Set(lines).size, lines.length);
  });

  it("by a command reads its variables, logs metrics and names its model", async () => {
    writeFileSync(
      join(bench.folder, "train.mjs"),
      `import { readFileSync, appendFileSync, writeFileSync } from "node:fs";
       const { LLMOPS_DATA, LLMOPS_METRICS, LLMOPS_RESULT, LLMOPS_MODEL, LLMOPS_HYPERPARAMETERS, SECRET_OF_MINE } = process.env;
       const rows = readFileSync(LLMOPS_DATA, "utf8").trim().split("\\n").length;
       console.log(rows + " rows for " + LLMOPS_MODEL.slice(0, 8) + ", epochs " + JSON.parse(LLMOPS_HYPERPARAMETERS).epochs + ", " + SECRET_OF_MINE);
       for (const step of [1, 2]) appendFileSync(LLMOPS_METRICS, JSON.stringify({ metrics: { loss: 1 / step }, step }) + "\\n");
       appendFileSync(LLMOPS_METRICS, "no JSON\\n");
       writeFileSync(LLMOPS_RESULT, JSON.stringify({ model: "sandbox-large" }));`,
    );
    bench.configure((text) => text.replace("kind: openai-finetune", 'kind: command\n    command: node train.mjs\n    hyperparameters: { epochs: 3 }\n    env: { SECRET_OF_MINE: "given" }').replace("    base: sandbox-small\n", ""));
    const training = await bench.train();
    const lines = trainingLog(bench.workspace.store, training).map(({ line }) => line);
    assert.ok(lines.includes("120 rows for tickets-, epochs 3, given"), lines.join("\n"));
    assert.ok(lines.some((line) => line.startsWith("A line of LLMOPS_METRICS is not stored: It is no JSON")));
    assert.deepEqual([training.state, training.model], ["not-better", "sandbox-large"], training.reason);
    const run = findTracked(bench.workspace.store, training.key) as TrackedRun;
    assert.equal(loggedOf(bench.workspace.store, [run.id]).get(run.id)!.metrics.get("loss")!.value, 0.5);
  });

  it("that nobody started sends nothing to a machine that nobody has agreed to", async () => {
    bench.configure((text) => text.replace("dev: { kind: sandbox, model: sandbox-small }", "dev: { kind: openai, baseUrl: https://llm.example/v1, model: m }"));
    const key = await bench.start();
    const training = await driveTraining({ ...bench.context, mayCall: () => false }, key, new AbortController().signal);
    assert.deepEqual([training!.state, training!.reason, training!.data], ["failed", "Nothing has been sent to https://llm.example yet: start a training or a run there yourself once.", undefined]);
  });

  it("by a command that fails says so", async () => {
    bench.configure((text) => text.replace("kind: openai-finetune", "kind: command\n    command: echo broken; exit 3").replace("    base: sandbox-small\n", ""));
    const training = await bench.train();
    assert.deepEqual([training.state, training.reason], ["failed", "The command ended with exit code 3."]);
    assert.ok(trainingLog(bench.workspace.store, training).some(({ line }) => line === "broken"));
  });
});
