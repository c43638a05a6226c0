import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { artifactFile, keepArtifact } from "../../../src/core/experiments/artifacts.ts";
import { logBatches, parseEntry } from "../../../src/core/experiments/entry.ts";
import { collectGarbage } from "../../../src/core/experiments/gc.ts";
import { artifactsOf } from "../../../src/core/store/experiments/artifacts.ts";
import { addPoints, loggedOf, pointsOf } from "../../../src/core/store/experiments/log.ts";
import { deleteTracked, findTracked, type TrackedRun } from "../../../src/core/store/experiments/runs.ts";
import { addResults, endRun } from "../../../src/core/store/runs.ts";
import { migrate } from "../../../src/core/store/schema.ts";
import { newEval, newRun, newStore, NOW } from "./support.ts";

describe("what is logged to a run", () => {
  it("is kept point by point, once, and the last is that of the highest step", async () => {
    const store = await newStore();
    const run = newRun(store, "r");
    const points = [{ key: "loss", value: 3, step: 2, at: 5 }, { key: "loss", value: 9, step: 1, at: 9 }, { key: "loss", value: NaN, step: 1, at: 10 }, { key: "loss", value: -Infinity, step: 0, at: 1 }];
    for (const again of [points, points.toReversed()]) store.write(() => addPoints(store, run.id, again));
    assert.deepEqual(pointsOf(store, run.id, "loss").map(({ step, value }) => [step, value]), [[0, -Infinity], [1, 9], [1, NaN], [2, 3]]);
    assert.deepEqual(pointsOf(store, run.id, "loss", { limit: 2, offset: 1 }).map(({ value }) => value), [9, NaN]);
    assert.equal(loggedOf(store, [run.id]).get(run.id)?.metrics.get("loss")?.value, 3);
  });

  it("takes a parameter once, and an entry whole or not at all", async () => {
    const store = await newStore();
    const run = newRun(store, "r", { params: { model: "x" } });
    const refused = logBatches(store, run, [{ params: { model: "x" } }, { params: { lr: "1", model: "y" }, points: [{ key: "a", value: 1, step: 0, at: 1 }] }, { tags: { t: "1" } }, { tags: { t: "2" } }], NOW);
    assert.deepEqual(refused.map(({ index }) => index), [1]);
    assert.match(refused[0]!.reason, /"model" is "x" already/);
    const logged = loggedOf(store, [run.id]).get(run.id)!;
    assert.deepEqual([[...logged.params], [...logged.tags], logged.metrics.size], [[["model", "x"]], [["t", "2"]], 0]);
  });

  for (const [line, message] of [
    ["{", /no JSON/],
    ['{"metrics": {"loss": NaN}}', /no JSON.*write them as texts, "NaN"/],
    ['{"metrics": {"accuracy": "good"}}', /metrics\.accuracy: a metric is a number.*a text is a parameter or a tag/],
    ['{"metrics": {"": 1}}', /metrics/],
    ['{"metrics": {"a\\u0000b": 1}}', /control characters/],
    ['{"metric": {"a": 1}}', /metric/],
    ['{"step": 1.5}', /step/],
    [`{"params": {"p": "${"x".repeat(6001)}"}}`, /params\.p/],
    ["[]", /object/],
  ] as const)
    it(`refuses ${line.slice(0, 40)}`, () => assert.throws(() => parseEntry(line), message));

  it("reads NaN and the infinities as texts", () => {
    assert.deepEqual(parseEntry('{"metrics": {"a": "NaN", "b": "-Infinity"}, "step": -3, "params": {"p": 0.1, "q": true}}'), { metrics: { a: NaN, b: -Infinity }, step: -3, params: { p: "0.1", q: "true" } });
  });
});

describe("a suite's run", () => {
  it("is an experiment's run whose metrics are those of the series that decides", async () => {
    const store = await newStore();
    const key = newEval(store, "evals/s.yaml", "failed", { accuracy: 0.75, cost: 0.001 });
    const run = findTracked(store, key) as TrackedRun;
    assert.deepEqual([run.kind, run.status, run.verdict, run.experiment, run.name, run.commit, run.dirty, run.prompts], ["eval", "completed", "failed", "evals/s.yaml", "evals/s.yaml", "abcdef0", true, "v"]);
    const { metrics, params } = loggedOf(store, [run.id]).get(run.id)!;
    assert.deepEqual([...metrics.values()].map(({ key: name, value }) => [name, value]), [["accuracy", 0.75], ["cost", 0.001]]);
    assert.deepEqual(Object.fromEntries(params), { prompt: "prompt failed", provider: "echo", model: "m", cases: "24", repeat: "3" });
    assert.match(logBatches(store, run, [{ points: [{ key: "accuracy", value: 1, step: 0, at: 1 }] }], NOW)[0]!.reason, /takes only tags/);
    assert.deepEqual(logBatches(store, run, [{ tags: { golden: "yes" } }], NOW), []);

    endRun(store, key, { state: "finished", at: NOW, verdict: "passed", report: JSON.stringify({ series: [] }) });
    assert.equal(loggedOf(store, [run.id]).get(run.id)?.metrics.size, 0, "the report is the truth, and the index follows it");
  });

  it("of an older store is found after the migration", async () => {
    const store = await newStore();
    const key = newEval(store, "evals/s.yaml", "passed", { accuracy: 0.5 });
    // As version 5 was, before there were experiments.
    const later = store.all<{ type: string; name: string }>(
      `SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view', 'table') AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'pipeline_%'
       AND name NOT IN ('event', 'output', 'answer', 'version', 'version_file', 'run', 'result', 'deployment') ORDER BY type DESC`,
    );
    store.db.exec("PRAGMA foreign_keys = OFF");
    for (const { type, name } of later) store.db.exec(`DROP ${type} ${name}`);
    store.db.exec("PRAGMA user_version = 5; PRAGMA foreign_keys = ON");
    migrate(store.db);
    const run = findTracked(store, key) as TrackedRun;
    assert.equal(loggedOf(store, [run.id]).get(run.id)?.metrics.get("accuracy")?.value, 0.5);
  });
});

describe("artifacts and what is left of deleted runs", () => {
  it("are kept once by content, and go when the last run that shares them has gone", async () => {
    const store = await newStore();
    const [a, b] = [newRun(store, "a"), newRun(store, "b")];
    const shared = await keepArtifact(store, a, "model/w.bin", Readable.from([Buffer.from([0, 255]), Buffer.from("x")]), NOW);
    await keepArtifact(store, b, "copy.bin", Readable.from([Buffer.from([0, 255, 120])]), NOW);
    const own = await keepArtifact(store, a, "./notes.txt", Readable.from([Buffer.from("mine")]), NOW);
    assert.deepEqual(artifactsOf(store, a.id).map(({ path, size }) => [path, size]), [["model/w.bin", 3], ["notes.txt", 4]]);
    assert.equal(artifactsOf(store, b.id)[0]?.hash, shared.hash);

    assert.equal(collectGarbage(store, NOW).files, 0);
    store.write(() => deleteTracked(store, a, NOW));
    assert.deepEqual(collectGarbage(store, NOW), { outputs: 0, size: 0, files: 1, bytes: 4 });
    assert.deepEqual([existsSync(artifactFile(store, shared.hash)), existsSync(artifactFile(store, own.hash))], [true, false]);
  });

  it("leave nothing behind when they break off, or would lie outside of the run", async () => {
    const store = await newStore();
    const run = newRun(store, "r");
    const broken = Readable.from((async function* () {
      yield Buffer.from("half");
      throw new Error("cut off");
    })());
    await assert.rejects(keepArtifact(store, run, "f", broken, NOW), /cut off/);
    for (const path of ["../up", "a/../../b", "", "/", "C:\\x", "a\0b"]) await assert.rejects(keepArtifact(store, run, path, Readable.from([]), NOW), /no path within a run/, path);
    assert.deepEqual([artifactsOf(store, run.id), readdirSync(join(store.directory!, "artifacts"))], [[], []]);
  });

  it("free outputs that no other run and no cache shares", async () => {
    const store = await newStore();
    const [one, two] = [newEval(store, "s", "passed", {}), newEval(store, "s", "passed", {})];
    const row = { series: "x", caseId: "c", arm: "current", status: "passed", score: 1, latencyMs: 1, cached: false, tokens: 1, cost: 0, detail: undefined } as const;
    store.write(() => {
      addResults(store, one, [{ ...row, repeat: 0, output: "only here" }, { ...row, repeat: 1, output: "shared" }]);
      addResults(store, two, [{ ...row, repeat: 0, output: "shared" }]);
    });
    store.write(() => deleteTracked(store, findTracked(store, one) as TrackedRun, NOW));
    assert.deepEqual(collectGarbage(store, NOW), { outputs: 1, size: 9, files: 0, bytes: 0 });
    assert.deepEqual(store.all("SELECT body FROM output").map((entry) => (entry as { body: string }).body), ["shared"]);
    assert.equal(findTracked(store, one), undefined);
    assert.throws(() => store.run("INSERT INTO answer (key, output, at, latency_ms) VALUES ('k', 999, 1, 1)"), /FOREIGN KEY/, "references are checked again");
  });
});
