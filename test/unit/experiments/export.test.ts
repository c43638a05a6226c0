import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "csv-parse/sync";
import { goldenEdit, withGolden } from "../../../src/core/experiments/cases/golden.ts";
import { comparisonCsv, comparisonMarkdown } from "../../../src/core/experiments/compare/export.ts";
import { comparisonView } from "../../../src/core/experiments/compare/view.ts";
import { findTracked, type TrackedRun } from "../../../src/core/store/experiments/runs.ts";
import { parseState } from "../../../src/editor/comparison/state.ts";
import { nodeHost } from "../../../src/engine/nodeHost.ts";
import { environmentSecrets } from "../../../src/engine/secrets.ts";
import { openWorkspace } from "../../../src/engine/workspace.ts";
import { ENGINE, ENV } from "../engine.ts";
import { echoSuite, folderWith, json, write } from "../cli/support.ts";
import { newRun, newStore } from "./support.ts";

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

describe("a comparison that leaves the editor", () => {
  it("is a table of numbers, without formulas and whatever names hold", async () => {
    const store = await newStore();
    const runs = [newRun(store, '=HYPERLINK("x")', { metrics: { loss: 0.5, "a,b": NaN }, params: { note: 'say "hi"\nthere' } }), newRun(store, "b", { metrics: { loss: 0.25 } })];
    const view = comparisonView(store, { runs: runs.map(({ key }) => key) });
    const rows = parse(comparisonCsv(view)) as string[][];
    const find = (name: string) => rows.slice(1).find((row) => row[1] === name)!;
    assert.deepEqual(find("loss").slice(0, 5), ["metric", "loss", "0.5", "0.25", "−0.25"]);
    assert.equal(find("a,b")[2], "NaN");
    assert.equal(find("note")[2], 'say "hi"\nthere');
    assert.equal(find("name")[2], `'=HYPERLINK("x")`);
    const markdown = comparisonMarkdown(view);
    assert.match(markdown, /^No winner: .*\n\n\| {2}\| [0-9a-f]{8} \(baseline\) \| [0-9a-f]{8} \|\n\| --- \| --- \| --- \|\n/);
    assert.match(markdown, /\| loss \| 0\.5 \| 0\.25 \(−0\.25\) \|/);
  });

  it("says what is gone, and what cannot be compared", async () => {
    const store = await newStore();
    const run = newRun(store, "r", { metrics: { x: 1 } });
    const other = newRun(store, "s", { metrics: { y: 1 } });
    assert.deepEqual(comparisonView(store, { runs: ["nothing", run.key] }).gone, ["nothing"]);
    assert.match(comparisonView(store, { runs: ["nothing"] }).conclusion, /None of these runs/);
    assert.match(comparisonView(store, { runs: [run.key, other.key] }).conclusion, /share no metric|still running/);
  });

  it("is brought back by a link, of which nothing wrong is taken", () => {
    const whole = { folder: "file:///w", runs: ["a", "b"], baseline: "b", series: "k", tab: "charts" as const, all: true, case: "c1", cases: { filter: "broke" as const, text: "x", where: { metric: "score", operator: "<" as const, value: 0.5 }, sort: { metric: "latency", run: 1, change: true, descending: true } }, chart: { kind: "scatter" as const, x: "cost", y: "accuracy" } };
    assert.deepEqual(parseState(JSON.parse(JSON.stringify(whole))), whole);
    for (const wrong of [undefined, null, 3, "text", {}, { folder: "f", runs: [] }, { folder: "f", runs: [1] }, { folder: 1, runs: ["a"] }]) assert.equal(parseState(wrong), undefined, JSON.stringify(wrong));
    assert.deepEqual(parseState({ folder: "f", runs: ["a"], tab: "nowhere", all: 1, cases: { filter: "x", where: { metric: "m", value: "1" }, sort: { metric: 1 } }, chart: { kind: "pie" } }), { folder: "f", runs: ["a"], cases: {} });
    assert.equal(parseState({ folder: "f", runs: Array.from({ length: 60 }, String) })!.runs.length, 50);
  });
});

describe("the golden set", () => {
  it("is named among a suite's tests, once, and comments stay", () => {
    assert.equal(withGolden("# mine\ntests: file://tests.csv # all\nprompts: [a]\n"), "# mine\ntests:\n  - file://tests.csv\n  - file://golden.jsonl\nprompts: [ a ]\n");
    const listed = withGolden("tests:\n  - vars: { a: 1 } # one\n")!;
    assert.match(listed, /# one\n {2}- file:\/\/golden\.jsonl\n$/);
    assert.equal(withGolden(listed), listed);
    assert.equal(withGolden("prompts: [a]\n"), undefined);
    assert.equal(withGolden("tests: [\n"), undefined);
  });

  it("takes a case with the output that a person holds to be right, and the suite then asks for it", async () => {
    const folder = folderWith(echoSuite(2));
    const { runId } = await json(folder, ["eval"]);
    const workspace = await openWorkspace(folder, nodeHost({ entry: ENGINE, env: ENV, secrets: environmentSecrets(ENV, SILENT), log: SILENT }));
    try {
      const run = findTracked(workspace.store, runId) as TrackedRun;
      const { id } = workspace.store.get<{ id: string }>("SELECT case_id AS id FROM result ORDER BY id LIMIT 1")!;
      const edit = await goldenEdit(workspace, run, id);
      assert.ok("files" in edit, JSON.stringify(edit));
      for (const { file, text } of edit.files) write(folder, { [relative(folder, file)]: text });
      assert.match(readFileSync(join(folder, "golden.jsonl"), "utf8"), /^\{"description":"golden: .*"vars":\{"n":1\},"assert":\[\{"type":"equals".*"golden":true/);
      const again = await goldenEdit(workspace, run, id);
      assert.ok("files" in again && again.files.length === 1 && again.files[0]!.text.trim().split("\n").length === 1, "the same case is there once");
      assert.equal((await json(folder, ["eval"])).suites[0]!.cases, 3);
      assert.deepEqual(await goldenEdit(workspace, run, "nothing"), { message: "This run has no output of the case." });
    } finally {
      workspace.store.close();
    }
  });
});
