import assert from "node:assert/strict";
import { createComparison, type JudgedColumn } from "../../../src/core/evals/judges/compareColumns.ts";
import { bestScoring, readIndex } from "../../../src/core/evals/judges/columns.ts";
import { type Assertion, JudgeError } from "../../../src/core/evals/model.ts";
import { assertion, caseOf, fakeJudge, render, type Reply } from "./support.ts";

const column = (output: string, more: Partial<JudgedColumn> = {}): JudgedColumn => ({ output, pass: true, score: 1, reason: "fine", components: [{ type: "contains", pass: true, score: 1, reason: "" }], ...more });
const scored = (...scores: number[]) => ({ components: scores.map((score) => ({ type: "contains", score })) });

function compare(assertions: readonly Assertion[], columns: readonly JudgedColumn[], reply: Reply = "") {
  const fake = fakeJudge(reply);
  const comparison = createComparison({ render, findGrader: fake.find });
  return { fake, found: comparison.columns({ test: caseOf(assertions, { topic: "tea" }), repeat: 0, caller: fake.caller }, columns) };
}

const outcome = (columns: readonly JudgedColumn[]) => columns.map(({ pass, score }) => [pass, score]);

describe("select-best", () => {
  const best = assertion("select-best", "says most of {{topic}}");

  it("passes the output that the judge picks; the others fail with 0", async () => {
    const { fake, found } = compare([best], [column("a"), column("b", { score: 0.4 }), column("c")], "The best is 1.");
    const columns = await found;
    assert.deepEqual(outcome(columns), [[false, 0], [true, 0.4], [false, 0]]);
    assert.match(columns[0]!.reason, /Not the best of 3 outputs/);
    assert.equal(columns[1]!.reason, "fine");
    assert.deepEqual(columns.map(({ components }) => components.at(-1)!.type), ["select-best", "select-best", "select-best"]);
    assert.match(fake.asked[0]!.text, /says most of tea/);
    assert.match(fake.asked[0]!.text, /<output-0-\w{12}>\na\n/);
  });

  it("saves no output that failed", async () => {
    assert.deepEqual(outcome(await compare([best], [column("a", { pass: false, score: 0.2 }), column("b")], "0").found), [[false, 0.2], [false, 0]]);
  });

  it("cannot be judged without an index of an output", async () => {
    for (const reply of ["The second one.", "2", ""]) await assert.rejects(compare([best], [column("a"), column("b")], reply).found, (error) => error instanceof JudgeError && /no number from 0 to 1/.test(error.message));
    assert.deepEqual([readIndex("1", 2), readIndex("it is 0.", 2), readIndex("2", 2), readIndex("none", 2)], [1, 0, undefined, undefined]);
  });

  it("takes the first of its kind, and a question of the suite's own", async () => {
    const { fake, found } = compare([assertion("select-best", "first", { rubricPrompt: "{{criteria}}: {{outputs}}" }), assertion("select-best", "second")], [column('{"a": 1}'), column("b")], "0");
    await found;
    assert.deepEqual(fake.asked.map(({ text }) => text), ['first: {"a":1},b']);
  });
});

describe("the preference between two versions", () => {
  const preference = (reply: Reply, baseline: unknown = "old", candidate: unknown = "new") => {
    const fake = fakeJudge(reply);
    const found = createComparison({ render, findGrader: fake.find }).preference({ test: caseOf([assertion("select-best", "good")]), repeat: 0, caller: fake.caller }, baseline, candidate);
    return { fake, found };
  };
  const likes = (text: string): Reply => (asked) => (asked.text.includes(`<output-0-${/<output-0-(\w+)>/.exec(asked.text)![1]}>\n${text}\n`) ? "0" : "1");

  it("is asked for in both orders", async () => {
    const { fake, found } = preference(likes("new"));
    assert.equal(await found, 1);
    assert.equal(fake.asked.length, 2);
    assert.equal(await preference(likes("old")).found, 0);
  });

  it("is a tie where the judge stays with a place, or where there is nothing to choose", async () => {
    for (const place of ["0", "1"]) assert.equal(await preference(place).found, 0.5);
    const { fake, found } = preference("0", "same", "same");
    assert.deepEqual([await found, fake.asked.length], [0.5, 0]);
  });

  it("is an error where the judge cannot say", () => assert.rejects(preference("both").found, JudgeError));
});

describe("max-score", () => {
  const of = (columns: Parameters<typeof bestScoring>[0], value?: unknown) => bestScoring(columns, value).map(({ pass }) => pass);

  it("passes the best mean of the other assertions; of equals the first", () => {
    assert.deepEqual(of([scored(1, 0), scored(1, 1)]), [false, true]);
    assert.deepEqual(of([scored(1, 0), scored(0.5)]), [true, false]);
    assert.deepEqual(of([scored(0), scored(0)]), [true, false]);
  });

  it("by sum, with weights a type, from a threshold on", () => {
    assert.deepEqual(of([scored(1), scored(0.6, 0.6)], { method: "sum" }), [false, true]);
    const mixed = [{ components: [{ type: "a", score: 1 }, { type: "b", score: 0 }] }, { components: [{ type: "a", score: 0 }, { type: "b", score: 0.9 }] }];
    assert.deepEqual(of(mixed), [true, false]);
    assert.deepEqual(of(mixed, { weights: { a: 0 } }), [false, true]);
    assert.deepEqual(of([scored(0.4), scored(0.5)], { threshold: 0.6 }), [false, false]);
    assert.deepEqual(of([scored(0.4), scored(0.6)], { threshold: 0.6 }), [false, true]);
  });

  it("counts no comparison and no set", () => {
    assert.deepEqual(of([{ components: [{ type: "select-best", score: 1 }, { type: "assert-set", score: 1 }, { type: "a", score: 0 }] }, scored(0.5)]), [false, true]);
  });

  it("cannot be judged with one column, or without other assertions", () => {
    assert.throws(() => of([scored(1)]), /only one/);
    assert.throws(() => of([scored(), scored(1)]), /needs at least one other assertion/);
  });

  it("comes after select-best, and fails an output that passed until then", async () => {
    const { found } = compare([assertion("select-best", "x"), assertion("max-score")], [column("a"), column("b", { components: [{ type: "contains", pass: true, score: 0.5, reason: "" }] })], "1");
    const columns = await found;
    assert.deepEqual(outcome(columns), [[false, 0], [false, 0]]);
    assert.match(columns[1]!.reason, /Not the best output: score 0\.500, the best has 1\.000/);
  });
});
