import assert from "node:assert/strict";
import { stemmer } from "stemmer";
import { bleuScore } from "../../../src/core/evals/assertions/bleu.ts";
import { meteorScore } from "../../../src/core/evals/assertions/meteor.ts";
import { checkAssertion } from "../../../src/core/evals/assertions/registry.ts";
import { JudgeError } from "../../../src/core/evals/model.ts";
import { Bench, assertion } from "./support.ts";

const bench = new Bench();
after(() => bench.close());

// nltk 3.9's single_meteor_score of the lower-cased words, with Porter's original stemmer and a WordNet that knows nothing.
const METEOR: [reference: string, candidate: string, score: number][] = [
  ["the cat sat on the mat", "the cat sat on the mat", 0.9976851851851852],
  ["the cat sat on the mat", "on the mat sat the cat", 0.5],
  ["It is a guide to action that ensures that the military will forever heed Party commands", "It is a guide to action which ensures that the military always obeys the commands of the party", 0.6944444444444445],
  ["the cats were running quickly", "the cat was run quick", 0.5111111111111111],
  ["a b c", "d e f", 0],
  ["a a b c", "a c a", 0.38461538461538464],
  ["He reads books daily", "reading a book each day he reads", 0.5943152454780362],
];

describe("meteor", () => {
  it("weighs as it is told to: with alpha ½ and no penalty it is the harmonic mean, and gamma is the penalty of one word a chunk", async () => {
    const score = async (reference: string, candidate: string, config: Record<string, number>) => (await bench.grade([assertion("meteor", reference, { config })], candidate)).score;
    assert.ok(Math.abs((await score("a b c d", "a b", { alpha: 0.5, gamma: 0 })) - 2 / 3) < 1e-12);
    assert.ok(Math.abs((await score("a b", "b a", { gamma: 0.3, beta: 7 })) - 0.7) < 1e-12);
  });

  it("is what nltk computes without synonyms", () => {
    for (const [reference, candidate, score] of METEOR) assert.ok(Math.abs(meteorScore(candidate, reference, stemmer) - score) < 1e-12, `${reference} / ${candidate}`);
  });

  it("takes the best reference, and 0.5 for a threshold", async () => {
    const grade = (type: string, value: unknown, output: string, more = {}) => bench.grade([assertion(type, value, more)], output);
    assert.equal((await grade("meteor", ["no", "the cat sat."], "The cat sat")).pass, true);
    const negated = await grade("not-meteor", "the cat sat on the mat", "on the mat sat the cat");
    assert.deepEqual([negated.pass, negated.score], [false, 0.5]);
    assert.deepEqual([(await grade("meteor", "a", "")).score, (await grade("meteor", "", "a")).score], [0, 0]);
    assert.equal((await grade("meteor", "a", "b", { threshold: 0 })).pass, true);
    for (const value of [undefined, [], 3]) {
      await assert.rejects(grade("meteor", value, "x"), JudgeError);
      assert.equal((await checkAssertion(assertion("meteor", value)))?.severity, "error");
    }
  });

  it("long texts do not take for ever", () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `word${i % 500}`).join(" ");
    assert.ok(meteorScore(text, text, stemmer) > 0.99);
  });
});

describe("bleu", () => {
  it("takes the penalty of the nearest reference, of two the shorter", () => {
    assert.equal(bleuScore("a b c d", ["a b c d e f g h", "a b c d e"]), Math.exp(1 - 5 / 4));
    assert.equal(bleuScore("a b c d", ["a b c d e", "a b c"]), 1);
  });
});
