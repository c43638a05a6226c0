import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSort } from "../../../src/core/experiments/filter/field.ts";
import { parseFilter } from "../../../src/core/experiments/filter/parse.ts";
import { FilterError } from "../../../src/core/experiments/filter/tokens.ts";
import { setArchived } from "../../../src/core/store/experiments/runs.ts";
import { searchRuns } from "../../../src/core/store/experiments/search.ts";
import { found, newEval, newRun, newStore } from "./support.ts";

describe("the filter of runs", () => {
  it("finds runs by metrics, parameters, tags and attributes", async () => {
    const store = await newStore();
    newRun(store, "a", { metrics: { accuracy: 0.95, "F1 (macro)": 0.5 }, params: { model: "x", "learning rate": "0.1" }, tags: { "mlflow.user": "Ann" } });
    newRun(store, "b", { metrics: { accuracy: 0.9 }, params: { model: "y" } });
    newRun(store, "c%", { params: { model: "X*" } });
    newEval(store, "evals/s.yaml", "regression", { accuracy: 0.97 });
    for (const [filter, names] of [
      ["metrics.accuracy > 0.9", ["evals/s.yaml", "a"]],
      ["metrics.accuracy >= .9 AND params.model = 'y'", ["b"]],
      ["metrics.accuracy > 0.9 and params.model = \"x\"", ["a"]],
      ["metric.accuracy = 9e-1 or tag.mlflow.user = 'Ann'", ["b", "a"]],
      ["metrics.`F1 (macro)` < 1 and params.\"learning rate\" = '0.1'", ["a"]],
      ["not metrics.accuracy > 0.9", ["c%", "b"]],
      ["not (params.model = 'x' or params.model = 'y') and kind = 'script'", ["c%"]],
      ["params.model != 'x'", ["evals/s.yaml", "c%", "b"]],
      ["params.model in ('x', 'y')", ["b", "a"]],
      ["params.model not in ('x', 'm')", ["c%", "b"]],
      ["params.model like 'X%'", ["c%"]],
      ["params.model ilike 'x%'", ["c%", "a"]],
      ["params.model like '%*'", ["c%"]],
      ["name like '_'", ["b", "a"]],
      ["tags.none is null and kind != 'eval'", ["c%", "b", "a"]],
      ["tags.`mlflow.user` is not null", ["a"]],
      ["attributes.status = 'FINISHED' or verdict = 'regression'", ["evals/s.yaml"]],
      ["status = 'running' and start_time >= '2026-11-25' and start_time < '2026-11-26'", ["c%", "b", "a"]],
      ["start_time > 1e15", []],
      ["experiment = 'evals/s.yaml' and commit like 'abc%' and params.provider = 'echo'", ["evals/s.yaml"]],
      ["name = 'it''s'", []],
    ] as const) assert.deepEqual(found(store, filter), names, filter);
  });

  it("lets NaN pass no comparison, and tells it from a run without the metric", async () => {
    const store = await newStore();
    newRun(store, "none");
    newRun(store, "nan", { metrics: { loss: NaN } });
    newRun(store, "inf", { metrics: { loss: Infinity } });
    newRun(store, "-inf", { metrics: { loss: -Infinity } });
    newRun(store, "one", { metrics: { loss: 1 } });
    for (const [filter, names] of [
      ["metrics.loss > 0", ["one", "inf"]],
      ["metrics.loss <= 1", ["one", "-inf"]],
      ["metrics.loss != 1", ["-inf", "inf"]],
      ["metrics.loss = Infinity", ["inf"]],
      ["metrics.loss = -Infinity", ["-inf"]],
      ["metrics.loss = NaN", ["nan"]],
      ["metrics.loss != NaN", ["one", "-inf", "inf"]],
    ] as const) assert.deepEqual(found(store, filter), names, filter);
    assert.deepEqual(found(store, undefined, "metrics.loss"), ["-inf", "one", "inf", "nan", "none"]);
    assert.deepEqual(found(store, undefined, "metrics.loss desc"), ["inf", "one", "-inf", "nan", "none"]);
  });

  it("sorts by several fields, pages, and leaves the archive out unless asked", async () => {
    const store = await newStore();
    for (const [name, model, accuracy] of [["a", "x", 1], ["b", "y", 2], ["c", "x", 3]] as const) newRun(store, name, { params: { model }, metrics: { accuracy } });
    assert.deepEqual(found(store, undefined, "params.model asc", "metrics.accuracy desc"), ["c", "a", "b"]);
    const archived = newRun(store, "old");
    store.write(() => setArchived(store, archived, true, 1));
    assert.deepEqual(found(store, undefined, "name"), ["a", "b", "c"]);
    assert.deepEqual(searchRuns(store, { archived: "only", limit: 9 }).map(({ name }) => name), ["old"]);
    assert.deepEqual(searchRuns(store, { archived: "too", limit: 2, offset: 1 }).map(({ name }) => name), ["c", "b"]);
  });

  for (const [filter, at, message] of [
    ["", 0, /a field belongs.*not the end/],
    ["metrics.accuracy", 16, /an operator belongs/],
    ["metrics.accuracy > ", 19, /a value belongs: a number, not the end/],
    ["metrics.accuracy > '0.9'", 19, /write it without quotes/],
    ["metrics.accuracy like 1", 17, /compares texts/],
    ["metrics.a > NaN", 10, /neither more nor less/],
    ["params.model = 3", 15, /params\.model is a text: write '3'/],
    ["params.model > 'x'", 13, /Texts have no order/],
    ["params.model = x", 15, /a text in quotes/],
    ["params.model = 'x", 15, /no closing '/],
    ["params.model in 'x'", 16, /takes a list/],
    ["params.model in ('x'", 20, /"," or "\)" is missing/],
    ["metric.a > 1 andd metric.b > 1", 13, /"and", "or" or the end, not "andd"/],
    ["(metrics.a > 1", 14, /"\)" is missing/],
    ["metrics.a > 1)", 13, /not "\)"/],
    ["metricz.a > 1", 0, /no "metricz"/],
    ["stauts = 'running'", 0, /Did you mean "status"/],
    ["start_time > 'yesterday'", 13, /no time/],
    ["metrics.a ; 1", 10, /";" means nothing/],
    [`${"(".repeat(60)}`, 51, /at most 50 deep/],
    [Array.from({ length: 101 }, () => "metrics.a > 1").join(" or "), 1700, /at most 100 comparisons/],
  ] as const)
    it(`says where it is wrong: ${filter.slice(0, 40)}`, () => {
      assert.throws(() => parseFilter(filter), (error: unknown) => {
        assert.ok(error instanceof FilterError);
        assert.match(error.message, message);
        assert.equal(error.at, at);
        return true;
      });
    });

  it("says where a sort is wrong", () => {
    assert.throws(() => parseSort("metrics.a up"), { name: "FilterError", at: 10 });
    assert.throws(() => parseSort(""), { name: "FilterError", at: 0 });
  });

  it("takes any text as a value, and gives none of it to SQL; never throws anything but its own error", async () => {
    const store = await newStore();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const name = `n${text.replaceAll("\0", "")}`;
        newRun(store, name);
        return found(store, `name = '${name.replaceAll("'", "''")}'`).includes(name);
      }),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom("metrics.a", "params.b", "and", "or", "not", "(", ")", "in", "=", "like", "is", "null", "'x'", "1", ",", "status"), { maxLength: 12 }), (words) => {
        try {
          found(store, words.join(" "));
        } catch (error) {
          assert.ok(error instanceof FilterError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});
