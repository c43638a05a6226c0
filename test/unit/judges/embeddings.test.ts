import assert from "node:assert/strict";
import { cosine, dot, euclidean } from "../../../src/core/evals/judges/vectors.ts";
import { JudgeError } from "../../../src/core/evals/model.ts";
import { assertion, assertUnjudged, fakeJudge, judge } from "./support.ts";

const VECTORS: Readonly<Record<string, number[]>> = { east: [1, 0], north: [0, 1], between: [1, 1], far: [3, 4], long: [0, 0, 1], zero: [0, 0] };
const byName = () => fakeJudge("", { vector: (text) => VECTORS[text] });

describe("vectors", () => {
  it("are compared by angle, product and distance", () => {
    assert.equal(cosine([1, 2], [2, 4]).toFixed(12), "1.000000000000");
    assert.equal(cosine([1, 0], [-1, 0]), -1);
    assert.equal(cosine([0, 0], [1, 0]), 0);
    assert.equal(dot([1, 2, 3], [4, 5, 6]), 32);
    assert.equal(euclidean([0, 0], [3, 4]), 5);
    for (const compare of [cosine, dot, euclidean]) assert.throws(() => compare([1], [1, 2]), (error) => error instanceof JudgeError && /1 and 2 dimensions/.test(error.message));
  });
});

describe("similar", () => {
  const TABLE: [type: string, value: unknown, output: string, threshold: number | undefined, pass: boolean, score: number][] = [
    ["similar", "east", "east", undefined, true, 1],
    ["similar", "east", "between", undefined, false, Math.SQRT1_2],
    ["similar", "east", "between", 0.7, true, Math.SQRT1_2],
    ["similar:cosine", "east", "north", undefined, false, 0],
    ["similar", "zero", "east", undefined, false, 0],
    ["not-similar", "east", "north", undefined, true, 1],
    ["not-similar", "east", "east", undefined, false, 0],
    ["similar", ["north", "east"], "east", undefined, true, 1],
    ["similar", ["north", "zero"], "east", undefined, false, 0],
    ["not-similar", ["north", "zero"], "east", undefined, true, 1],
    ["not-similar", ["north", "east"], "east", undefined, false, 0],
    ["similar:dot", "east", "far", 3, true, 3],
    ["similar:dot", "east", "far", 3.1, false, 3],
    ["not-similar:dot", "east", "far", 3.1, true, -2],
    ["similar:euclidean", "zero", "far", 5, true, 1 / 6],
    ["similar:euclidean", "zero", "far", undefined, false, 1 / 6],
    ["not-similar:euclidean", "zero", "far", undefined, true, 5 / 6],
    ["not-similar:euclidean", "zero", "far", 6, false, 5 / 6],
  ];
  for (const [type, value, output, threshold, pass, score] of TABLE) {
    it(`${type} of ${output} to ${JSON.stringify(value)} at ${threshold ?? "the default"}: ${pass}, ${score.toFixed(2)}`, async () => {
      const grade = await judge(byName(), assertion(type, value, { threshold }), output);
      assert.deepEqual([grade.pass, grade.score.toFixed(9)], [pass, score.toFixed(9)], grade.reason);
    });
  }

  it("of embeddings with different dimensions cannot be judged, whichever way round", async () => {
    for (const type of ["similar", "not-similar", "similar:dot", "similar:euclidean"]) await assertUnjudged(judge(byName(), assertion(type, "east"), "long"), /2 and 3 dimensions/);
  });

  it("needs a text or texts", () => assertUnjudged(judge(byName(), assertion("similar", 7), "east"), /needs a text, or a list of texts/));
});

describe("answer-relevance", () => {
  const guesses = (question: string) => fakeJudge(question, { vector: (text) => VECTORS[text] });
  const relevance = (type = "answer-relevance", threshold?: number) => assertion(type, undefined, { threshold });

  it("is the mean similarity of three guessed questions to the real one", async () => {
    const questions = ["east", "north", "between"];
    let next = 0;
    const fake = fakeJudge(() => questions[next++], { vector: (text) => VECTORS[text] });
    const grade = await judge(fake, relevance(), "an answer", { vars: { query: "east" } });
    assert.equal(grade.score.toFixed(9), ((1 + 0 + Math.SQRT1_2) / 3).toFixed(9));
    assert.equal(grade.pass, true);
    assert.equal(new Set(fake.keys.slice(0, 3)).size, 3, "three answers, not one from the cache");
  });

  it("compares with the prompt where there is no query; has a threshold; turns round", async () => {
    assert.equal((await judge(guesses("east"), relevance(), "x", { prompt: "east" })).score, 1);
    assert.equal((await judge(guesses("between"), relevance("answer-relevance", 0.8), "x", { prompt: "east" })).pass, false);
    const turned = await judge(guesses("north"), relevance("not-answer-relevance"), "x", { prompt: "east" });
    assert.deepEqual([turned.pass, turned.score], [true, 1]);
  });

  it("cannot be judged without a question, or of what is no text", async () => {
    await assertUnjudged(judge(guesses(" "), relevance(), "x", { prompt: "east" }), /no question/);
    await assertUnjudged(judge(guesses("east"), relevance(), { a: 1 }, { prompt: "east" }), /judges texts/);
  });
});
