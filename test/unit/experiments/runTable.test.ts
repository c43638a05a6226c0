import assert from "node:assert/strict";
import { runGroups, runsOfGroup } from "../../../src/core/experiments/table/groups.ts";
import { RunTable } from "../../../src/core/experiments/table/runTable.ts";
import { parsePage } from "../../../src/editor/comparison/state.ts";
import { columnsInView, rowsInView } from "../../../src/webview/grid/window.ts";
import { newEval, newRun, newStore } from "./support.ts";

describe("the table of all runs", () => {
  it("gives ranges of an order, with the columns that there are", async () => {
    const store = await newStore();
    for (let i = 0; i < 100; i++) newRun(store, `run ${i}`, { metrics: { loss: (i * 37) % 100, ...(i === 5 ? { odd: NaN } : {}) }, params: { model: i % 2 ? "x" : "y" }, tags: { note: "n" } });
    const table = new RunTable(store);
    const names = (query: Parameters<RunTable["page"]>[0], from = 0, count = 3) => table.page(query, from, count).rows.map(({ name }) => name);
    assert.deepEqual(names({}), ["run 99", "run 98", "run 97"], "the newest first");
    assert.deepEqual(names({ sort: 'metrics."loss" asc' }, 0, 2), ["run 0", "run 73"]);
    assert.deepEqual(names({ filter: "params.model = 'x'", sort: "metrics.loss desc" }, 1, 1), ["run 81"]);
    const page = table.page({ filter: "metrics.odd is null" }, 90, 60);
    assert.deepEqual([page.total, page.rows.length, page.columns], [100, 10, { metrics: ["loss", "odd"], params: ["model"], tags: ["note"] }], "NaN counts as no value");
    assert.deepEqual(table.page({}, 94, 1).rows[0]!.metrics, { loss: "85", odd: "NaN" });
  });

  it("says where a filter is wrong, and sees what is new", async () => {
    const store = await newStore();
    newRun(store, "a", { metrics: { loss: 1 } });
    const table = new RunTable(store);
    assert.deepEqual(table.page({ filter: "metrics.loss > 'x'" }, 0, 10).mistake?.at, 15);
    assert.match(table.page({ sort: "nothing desc" }, 0, 10).mistake!.message, /no "nothing"/);
    assert.equal(table.page({}, 0, 10).total, 1);
    newRun(store, "b");
    assert.equal(table.page({}, 0, 10).total, 2);
  });

  it("groups runs by suite, commit and kind", async () => {
    const store = await newStore();
    newRun(store, "script", { metrics: { loss: 1 } });
    newEval(store, "evals/support/promptfooconfig.yaml", "passed", { accuracy: 1 });
    newEval(store, "evals/support/promptfooconfig.yaml", "regression", { accuracy: 0.5 });
    const shown = (by: "suite" | "commit" | "kind", filter = "") => runGroups(store, by, filter).map(({ name, count }) => [name, count]);
    assert.deepEqual(shown("suite"), [["evals/support", 2], ["Default", 1]]);
    assert.deepEqual(shown("commit"), [["abcdef0", 2], ["without a commit", 1]]);
    assert.deepEqual(shown("kind", "verdict = 'passed'"), [["eval", 1]]);
    assert.deepEqual(runsOfGroup(store, "commit", "", null, 10).map(({ name }) => name), ["script"]);
    assert.deepEqual(runsOfGroup(store, "suite", "metrics.accuracy < 1", "evals/support/promptfooconfig.yaml", 10).map(({ standing, name }) => [standing, name]), [["regression", "evals/support"]]);
  });

  it("is a page of its own, whose state holds nothing else", () => {
    assert.deepEqual(parsePage({ folder: "f", query: { filter: "x", sort: 1 }, ticked: ["a", 2], other: 1 }), { folder: "f", query: { filter: "x" }, ticked: ["a"] });
    assert.deepEqual(parsePage({ folder: "f", runs: ["a"] }), { folder: "f", runs: ["a"] });
    assert.equal(parsePage({ folder: "f", runs: "a" }), undefined);
  });

  it("draws what is in view, and no more", () => {
    assert.deepEqual(rowsInView(0, 100, 10, 1000, 2), { from: 0, to: 12 });
    assert.deepEqual(rowsInView(505, 100, 10, 1000, 2), { from: 48, to: 63 });
    assert.deepEqual(rowsInView(9990, 100, 10, 3, 2), { from: 3, to: 3 });
    assert.deepEqual(columnsInView(0, 250, [100, 100, 100]), { from: 0, to: 3 });
    assert.deepEqual(columnsInView(100, 100, [100, 100, 100]), { from: 1, to: 2 });
    assert.deepEqual(columnsInView(0, 0, []), { from: 0, to: 0 });
  });
});
