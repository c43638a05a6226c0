import assert from "node:assert/strict";
import { caseDetails } from "../../../src/core/experiments/cases/details.ts";
import { OpenTable } from "../../../src/core/experiments/cases/openTable.ts";
import type { CaseQuery } from "../../../src/core/experiments/cases/order.ts";
import { compareRuns } from "../../../src/core/experiments/compare/compare.ts";
import { chooseSeries } from "../../../src/core/experiments/compare/series.ts";
import { addComment, removeComment } from "../../../src/core/store/experiments/comments.ts";
import { deleteTracked, type TrackedRun } from "../../../src/core/store/experiments/runs.ts";
import type { Store } from "../../../src/core/store/store.ts";
import { type Answer, newRun, newStore, NOW, suiteRun } from "./support.ts";

const open = (store: Store, runs: readonly TrackedRun[], baseline = 0, now = () => 0) => new OpenTable({ store, runs, baseline, series: undefined, now });
const ids = (table: OpenTable, query: CaseQuery) => table.page(query, 0, 100).rows.map(({ id }) => id);

describe("the table of cases", () => {
  const BEFORE: Answer[] = [
    { id: "a", status: "passed", output: "same", latencyMs: 30 },
    { id: "b", status: "failed", output: "it is wrong", latencyMs: 10 },
    { id: "c", status: "passed", output: "refund", latencyMs: 20, own: 0.9 },
    { id: "d", status: "error" },
  ];
  const AFTER: Answer[] = [
    { id: "a", status: "passed", output: "same", latencyMs: 5 },
    { id: "b", status: "passed", output: "it is right" },
    { id: "c", status: "failed", output: "complaint", latencyMs: 50, own: 0.1 },
    { id: "e", status: "rejected" },
  ];

  it("shows first what broke, then what was fixed, then the suite's order", async () => {
    const store = await newStore();
    const table = open(store, [suiteRun(store, BEFORE), suiteRun(store, AFTER)]);
    const { rows, counts, total, searching, metrics } = table.page({}, 0, 100);
    assert.deepEqual(rows.map(({ id }) => id), ["c", "b", "a", "d", "e"]);
    assert.deepEqual([counts, total, searching], [{ all: 5, broke: 1, fixed: 1, failed: 3, errors: 1, differs: 2 }, 5, false]);
    assert.deepEqual(metrics, ["pass", "score", "latency", "cost", "tokens", "own"]);
    const [broke] = rows;
    assert.deepEqual(broke!.cells.map((cell) => cell && [cell.state, cell.change, cell.output]), [["passed", undefined, [{ text: "refund", changed: false }]], ["failed", "broke", [{ text: "complaint", changed: true }]]]);
    assert.deepEqual(rows[3]!.cells.map((cell) => cell?.state), ["error", undefined], "d was not asked in the second run");
    assert.deepEqual(rows[1]!.cells[1]!.output, [{ text: "it is ", changed: false }, { text: "right", changed: true }]);
  });

  it("takes the run that a person compares with", async () => {
    const store = await newStore();
    const table = open(store, [suiteRun(store, BEFORE), suiteRun(store, AFTER)], 1);
    assert.deepEqual(ids(table, { filter: "broke" }), ["b"]);
    assert.deepEqual(ids(table, { filter: "fixed" }), ["c"]);
  });

  it("is filtered and sorted as a whole, without a value last", async () => {
    const store = await newStore();
    const table = open(store, [suiteRun(store, BEFORE), suiteRun(store, AFTER)]);
    assert.deepEqual(ids(table, { sort: { metric: "latency", run: 0, descending: false } }), ["b", "c", "a", "d", "e"]);
    assert.deepEqual(ids(table, { sort: { metric: "latency", run: 1, change: true, descending: true } }), ["c", "a", "b", "d", "e"]);
    assert.deepEqual(ids(table, { where: { metric: "own", operator: "<", value: 0.5 } }), ["c"]);
    assert.deepEqual(ids(table, { filter: "errors" }), ["d"]);
    assert.deepEqual(ids(table, { filter: "differs", sort: { metric: "nothing", run: 7, descending: true } }), ["b", "c"], "a run that is not there sorts nothing");
    assert.deepEqual(table.page({}, 3, 1).rows.map(({ id }) => id), ["d"]);
    assert.deepEqual(table.page({}, 50, 10).rows, []);
  });

  it("finds texts in outputs and titles, and says what it has so far", async () => {
    const store = await newStore();
    const many = Array.from({ length: 5000 }, (_, i): Answer => ({ id: `n${i}`, status: "passed", output: i % 10 === 3 ? `100 % "sure" \n about_${i}` : `number ${i}` }));
    let clock = 0;
    const table = open(store, [suiteRun(store, many), suiteRun(store, many)], 0, () => (clock += 100));
    const first = table.page({ text: '% "SURE" \n about_' }, 0, 60);
    assert.deepEqual([first.searching, first.rows.length, first.total], [true, 60, 200], "after one chunk the time is over");
    const answers = [first, ...Array.from({ length: 2 }, () => table.page({ text: '% "SURE" \n about_' }, 0, 60))];
    assert.deepEqual([answers.at(-1)!.searching, answers.at(-1)!.total], [false, 500]);
    table.name(new Map([["n4999", { number: 5000, title: "The Last one", vars: {}, location: () => assert.fail() }]]));
    const found = [0, 1, 2].map(() => table.page({ text: "last ONE" }, 0, 60)).at(-1)!;
    assert.deepEqual(found.rows.map(({ id, number }) => [id, number]), [["n4999", 5000]]);
  });

  it("cuts long outputs in a row, and shows them whole with the case", async () => {
    const store = await newStore();
    const long = `${"\u{1f600}\"\n".repeat(400)}${"x".repeat(1_000_000)}`;
    const runs = [suiteRun(store, [{ id: "a", status: "passed", output: "short" }]), suiteRun(store, [{ id: "a", status: "failed", output: long, repeat: 0 }, { id: "a", status: "passed", output: { deep: [1] }, repeat: 1 }])];
    const table = open(store, runs);
    const cell = table.page({}, 0, 1).rows[0]!.cells[1]!;
    assert.deepEqual([cell.isCut, cell.passed, cell.judged, cell.state], [true, 1, 2, "passed"], "half of the repeats pass");
    assert.ok(long.startsWith(cell.output.map(({ text }) => text).join("")));
    const [, after] = caseDetails(store, runs, table.table, 0, "a");
    assert.deepEqual([after!.repeats.length, after!.repeats[0]!.left, after!.repeats[0]!.judgements], [2, long.length - 100_000, [{ pass: false, type: "equals", reason: "no" }]]);
    assert.equal(after!.repeats[1]!.output.map(({ text }) => text).join(""), '{\n  "deep": [\n    1\n  ]\n}');
  });

  it("has no cases for runs that are none of a suite", async () => {
    const store = await newStore();
    const table = open(store, [newRun(store, "script"), suiteRun(store, BEFORE)]);
    assert.deepEqual(table.page({}, 0, 10).rows[0]!.cells[0], null);
    assert.deepEqual(table.page({ filter: "broke" }, 0, 10).rows, []);
  });

  it("keeps what people say of a case with its run", async () => {
    const store = await newStore();
    const run = suiteRun(store, BEFORE);
    const say = (text: string, caseId?: string) => store.write(() => addComment(store, run, { caseId, text, by: "A <a@b>", at: NOW }));
    say("of the case", "a");
    say("of the run");
    const table = open(store, [run]);
    const [mine] = caseDetails(store, [run], table.table, 0, "a");
    assert.deepEqual(mine!.comments.map(({ text, by, caseId }) => [text, by, caseId]), [["of the case", "A <a@b>", "a"]]);
    store.write(() => removeComment(store, run, mine!.comments[0]!.id, NOW));
    assert.deepEqual(caseDetails(store, [run], table.table, 0, "a")[0]!.comments, []);
    store.write(() => deleteTracked(store, run, NOW));
    assert.equal(store.get<{ n: number }>("SELECT count(*) AS n FROM run_comment")!.n, 0);
  });
});

describe("runs of suites with several prompts", () => {
  it("are compared in a series that they share: the one with the worst verdict, or the one that is wanted", async () => {
    const store = await newStore();
    const answers = (series: string, failing: number) => Array.from({ length: 30 }, (_, i): Answer => ({ id: `c${i}`, status: i < failing ? "failed" : "passed", series }));
    const runs = [suiteRun(store, [...answers("a", 3), ...answers("b", 0)], { a: "passed", b: "passed" }), suiteRun(store, [...answers("b", 12), ...answers("a", 3)], { b: "regression", a: "passed" })];
    const { metrics, series, params } = compareRuns(store, runs, 0, new Map());
    assert.deepEqual(series.map(({ key }) => key), ["b", "a"]);
    assert.deepEqual(metrics[0]!.cells.map(({ value }) => value), [1, 0.6], "of b in both, though the first run's verdict is that of a");
    assert.equal(metrics[0]!.cells[1]!.change!.verdict, "worse");
    assert.deepEqual(params.find(({ name }) => name === "prompt")!.values, ["prompt b", "prompt b"]);
    assert.deepEqual(compareRuns(store, runs, 0, new Map(), "a").metrics[0]!.cells.map(({ value }) => value), [0.9, 0.9]);
    const other = suiteRun(store, answers("c", 0), { c: "passed" });
    assert.deepEqual(chooseSeries(store, [runs[0]!, other], 0), { series: chooseSeries(store, [runs[0]!, other], 0).series, choices: [] });
    assert.deepEqual(chooseSeries(store, [runs[0]!, other], 0).series.map((chosen) => chosen?.series.key), ["a", "c"], "with none in common each stands for itself");
  });
});
