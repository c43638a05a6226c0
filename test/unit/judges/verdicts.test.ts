import assert from "node:assert/strict";
import { assertion, fakeJudge, judge, judgesAs, type Reply } from "./support.ts";

const rubric = (more = {}) => assertion("llm-rubric", "is kind", more);
const notRubric = assertion("not-llm-rubric", "is kind");
const json = (value: unknown) => JSON.stringify(value);

describe("llm-rubric", () => {
  judgesAs([
    ["passes", rubric(), json({ reason: "kind", pass: true, score: 0.9 }), true, 0.9],
    ["fails", rubric(), json({ reason: "rude", pass: false, score: 0.2 }), false, 0.2],
    ["turned round", notRubric, json({ reason: "kind", pass: true, score: 0.9 }), false, 0.1],
    ["turned round", notRubric, json({ reason: "rude", pass: false, score: 0 }), true, 1],
    ["in a fence, between sentences", rubric(), 'Here:\n```json\n{"pass": true, "score": 1, "reason": "r"}\n```\nDone.', true, 1],
    ["a threshold is asked of the score besides", rubric({ threshold: 0.8 }), json({ pass: true, score: 0.7 }), false, 0.7],
    ["a threshold that is reached", rubric({ threshold: 0.7 }), json({ pass: true, score: 0.7 }), true, 0.7],
    ["a threshold saves no failure", rubric({ threshold: 0.7 }), json({ pass: false, score: 0.9 }), false, 0.9],
    ["without a score the pass is the score", rubric(), json({ pass: true }), true, 1],
    ["without a pass it passes", rubric(), json({ score: 0.3 }), true, 0.3],
    ["a pass in words", rubric(), json({ pass: "Yes", score: "0.5" }), true, 0.5],
    ["any other word is none", rubric(), json({ pass: "perhaps", score: 0.5 }), false, 0.5],
    ["prose", rubric(), "I like this output.", /fake text answered no \{pass, score, reason\}: "I like this output\."/],
    ["nothing", rubric(), "", /its reply is empty/],
    ["NaN", rubric(), '{"pass": true, "score": NaN}', /answered no \{pass, score, reason\}/],
    ["a score in words", rubric(), json({ pass: true, score: "high" }), /answered no/],
    ["null, which JSON makes of NaN", rubric(), json({ pass: true, score: NaN }), /answered no/],
    ["neither pass nor score", rubric(), json({ reason: "fine" }), /answered no/],
    ["a list", rubric(), json([true]), /answered no/],
    ["prose stays an error when turned round", notRubric, "No.", /answered no/],
    ["no rubric", assertion("llm-rubric"), json({ pass: true }), /needs a text with what to judge by/],
  ]);
});

/** The first reply are steps, the second a grade. */
const steps = (grade: unknown): Reply => ({ text }) => (text.includes('"steps"') ? json({ steps: ["look", "judge"] }) : typeof grade === "string" ? grade : json(grade));

describe("g-eval", () => {
  const geval = (more = {}) => assertion("g-eval", "coherent", more);
  judgesAs([
    ["a tenth of the grade", geval(), steps({ score: 8, reason: "r" }), true, 0.8],
    ["0.7 at least", geval(), steps({ score: 6, reason: "r" }), false, 0.6],
    ["a threshold of its own", geval({ threshold: 0.5 }), steps({ score: 6, reason: "r" }), true, 0.6],
    ["turned round", assertion("not-g-eval", "coherent"), steps({ score: 8, reason: "r" }), false, 0.2],
    ["turned round", assertion("not-g-eval", "coherent"), steps({ score: 2, reason: "r" }), true, 0.8],
    ["a number in words", geval(), steps({ score: "9", reason: "r" }), true, 0.9],
    ["no steps", geval(), "Look closely.", /no \{steps: \[…\]\}/],
    ["an empty list of steps", geval(), json({ steps: [] }), /no \{steps/],
    ["prose for a grade", geval(), steps("Very good."), /no \{score: 0 to 10, reason\}/],
    ["beyond the scale", geval(), steps({ score: 11, reason: "r" }), /no \{score/],
    ["NaN", geval(), steps('{"score": NaN, "reason": "r"}'), /no \{score/],
    ["no prompt", geval(), steps({ score: 8, reason: "r" }), /needs the prompt/, 0, { prompt: "" }],
  ]);

  it("several criteria: the mean, with all reasons", async () => {
    const fake = fakeJudge(({ text }) => (text.includes('"steps"') ? json({ steps: ["look"] }) : json({ score: text.includes("coherent") ? 9 : 4, reason: text.includes("coherent") ? "first" : "second" })));
    const grade = await judge(fake, assertion("g-eval", ["coherent", "short"]));
    assert.deepEqual([grade.pass, grade.score, grade.components[0]?.reason], [false, 0.65, "first\n\nsecond"]);
    assert.equal(fake.asked.length, 4);
  });
});

for (const type of ["factuality", "model-graded-factuality"]) {
  describe(type, () => {
    const facts = (name = type) => assertion(name, "Paris");
    judgesAs([
      ...(["A", "B", "C", "E"] as const).map((category) => [`${category} agrees`, facts(), json({ category, reason: "r" }), true, 1] as const),
      ["D disagrees", facts(), json({ category: "D", reason: "r" }), false, 0],
      ["a small letter", facts(), json({ category: "d" }), false, 0],
      ["a letter in parentheses", facts(), "(D) It contradicts.", false, 0],
      ["a letter before a parenthesis", facts(), "b) More than it.", true, 1],
      ["not- has no effect", facts(`not-${type}`), json({ category: "D" }), false, 0],
      ["scores of the test's own", facts(), json({ category: "A" }), true, 0.4, { options: { factuality: { subset: 0.4 } } }],
      ["a score of 0 fails", facts(), json({ category: "B" }), false, 0, { options: { factuality: { superset: 0 } } }],
      ["another category", facts(), json({ category: "F" }), /no \{category/],
      ["prose", facts(), "It is right.", /no \{category/],
    ]);
  });
}

describe("model-graded-closedqa", () => {
  const closed = (type = "model-graded-closedqa") => assertion(type, "names a city");
  judgesAs([
    ["Y", closed(), "It names Paris.\nY\nY", true, 1],
    ["N", closed(), "It names none.\nN ", false, 0],
    ["not- has no effect", closed("not-model-graded-closedqa"), "Y", true, 1],
    ["neither", closed(), "Yes, it does.", /no Y or N at its end/],
  ]);
});

describe("conversation-relevance", () => {
  const relevance = (more = {}, type = "conversation-relevance") => assertion(type, undefined, more);
  const turns = (count: number) => ({ vars: { _conversation: Array.from({ length: count }, (_, i) => ({ input: `in ${i}`, output: `out ${i}` })) } });
  const lastIs = (...irrelevant: number[]): Reply => ({ text }) => json({ verdict: irrelevant.some((i) => text.includes(`out ${i}\n</`)) ? "no" : "yes", reason: "off" });
  judgesAs([
    ["one exchange", relevance(), json({ verdict: "yes" }), true, 1],
    ["one exchange", relevance(), json({ verdict: "no", reason: "off" }), false, 0],
    ["a share of the exchanges", relevance(), lastIs(1), true, 0.75, turns(4)],
    ["a threshold", relevance({ threshold: 0.8 }), lastIs(1), false, 0.75, turns(4)],
    ["turned round", relevance({}, "not-conversation-relevance"), lastIs(1), false, 0.25, turns(4)],
    ["prose", relevance(), "Relevant.", /no \{verdict/],
    ["a conversation that is none", relevance(), json({ verdict: "yes" }), /needs a list of \{input, output\}/, 0, { vars: { _conversation: [null] } }],
    ["a broken question of the suite's own", relevance({ rubricPrompt: "{% if %}" }), json({ verdict: "yes" }), /rubricPrompt cannot be filled in/],
    ["a question of the suite's own loops over the exchanges", relevance({ rubricPrompt: "{% for m in messages %}{{m.input}}{% endfor %}" }), ({ text }) => json({ verdict: text === "the prompt" ? "yes" : "no" }), true, 1],
    ["another verdict", relevance(), json({ verdict: "maybe" }), /no \{verdict/],
  ]);

  it("sees five exchanges at most, or as many as the window", async () => {
    const shown = async (config: object) => {
      const fake = fakeJudge(json({ verdict: "yes" }));
      await judge(fake, relevance({ config }), "x", turns(7));
      return fake.asked.map(({ text }) => [...text.matchAll(/user: in/g)].length);
    };
    assert.deepEqual(await shown({}), [1, 2, 3, 4, 5, 5, 5]);
    assert.deepEqual(await shown({ windowSize: 2 }), [1, 2, 2, 2, 2, 2, 2]);
  });
});

describe("moderation", () => {
  const flagged = (...flags: string[]) => fakeJudge("", { flags: () => flags });
  const grade = async (type: string, value: unknown, flags: string[], output = "text") => {
    const { pass, score } = await judge(flagged(...flags), assertion(type, value), output);
    return [pass, score];
  };

  it("passes what is flagged for nothing, or for none of the categories", async () => {
    assert.deepEqual(await grade("moderation", undefined, []), [true, 1]);
    assert.deepEqual(await grade("moderation", undefined, ["hate"]), [false, 0]);
    assert.deepEqual(await grade("moderation", ["hate"], ["violence"]), [true, 1]);
    assert.deepEqual(await grade("moderation", ["hate", "violence"], ["violence"]), [false, 0]);
    assert.deepEqual(await grade("not-moderation", undefined, ["hate"]), [true, 1]);
    assert.deepEqual(await grade("not-moderation", undefined, []), [false, 0]);
  });

  it("asks nobody about an empty output", async () => {
    const fake = flagged("hate");
    assert.equal((await judge(fake, assertion("moderation"), "")).pass, true);
    assert.deepEqual(fake.asked, []);
  });
});
