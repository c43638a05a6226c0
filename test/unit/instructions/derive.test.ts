import assert from "node:assert/strict";
import { deriveChecks } from "../../../src/core/evals/instructions/derive.ts";
import { keptBy, keptShare } from "../../../src/core/evals/instructions/kept.ts";

const rules = async (template: string) => (await deriveChecks({ template })).map(({ rule, sentence }) => [rule, sentence]);

describe("checks derived from a prompt", () => {
  /** An instruction, its rule, an output that keeps it and one that does not. */
  const KINDS: [string, string, string, string][] = [
    ['Answer with JSON only, in this form: {"category": "<category>"}', "json", '{"category": "refund"}', "refund"],
    ['Respond in JSON with the keys "a" and "b".', "json", '{"a": 1, "b": 2}', '{"a": 1}'],
    ["Respond in JSON only.", "json", '```json\n{"a": 1}\n```', 'Here it is: ```json\n{"a": 1}\n```'],
    ["Reply in at most 5 words.", "words", "one two three four five", "one two three four five six"],
    ["Keep your answer under 3 words.", "words", "one two", "one two three"],
    ["Write between 2 and 3 words.", "words", "one two", "one"],
    ["The answer must have at least two words.", "words", "one two", "one"],
    ["Answer with one word.", "words", "Yes", "Yes indeed"],
    ["Summarize it in one sentence.", "sentences", "All is well.", "All is well. Very."],
    ["Reply in at most three short sentences.", "sentences", "A. B. C.", "One is here. Two is here. Three is here. Four is here."],
    ["Answer in German.", "language", "Das Paket ist leider noch nicht angekommen.", "The parcel has not arrived yet, I am sorry."],
    ["Answer with one word: billing, refund or delivery.", "choice", "Refund.", "other"],
    ["Reply with exactly one of: yes, no, unsure", "choice", '"Unsure"', "maybe"],
    ["Do not mention prices.", "no-mention", "It is cheap.", "The Prices are low."],
    ['Never use the word "sorry".', "no-mention", "We regret it.", "Sorry!"],
    ['End your answer with "Best regards".', "end-with", "Hello.\nBest regards", "Best regards, hello"],
  ];
  for (const [sentence, rule, keeping, breaking] of KINDS) {
    it(`reads “${sentence}”`, async () => {
      const check = (await deriveChecks({ template: `You are a helper.\n${sentence}\n\nMessage: {{message}}` })).find((candidate) => candidate.rule === rule);
      assert.equal(check?.sentence, sentence);
      assert.deepEqual([check?.keeps(keeping), check?.keeps(breaking)], [true, false]);
    });
  }

  /** Whatever is conditional, negated, quoted, an example, or filled in. In doubt there is no check. */
  const NONE = [
    "If you are unsure, answer in JSON.",
    "Unless asked otherwise, reply in at most 5 words.",
    "Do not answer in JSON.",
    "Answer in JSON or in plain text when asked.",
    '"Answer in one word." -> rude',
    "```\nAnswer in JSON.\n```",
    "The user may answer in Spanish.",
    "Use at most {{n}} words.",
    "The parcel was at most 5 words away.",
    "Do not mention it.",
    "Answer in English and in German.",
  ];
  for (const text of NONE) it(`finds none in “${text.replace(/\n/g, " ")}”`, async () => assert.deepEqual(await rules(text), []));

  it("reads a choice in one word as one check, and a limit beside a choice as two", async () => {
    assert.deepEqual((await rules("Answer with one word: billing, refund or delivery.")).map(([rule]) => rule), ["choice"]);
    assert.deepEqual((await rules("In at most 2 words answer with one of: late delivery, refund.")).map(([rule]) => rule), []);
    assert.deepEqual((await rules("Answer in at most 2 words with one of: late delivery, refund.")).map(([rule]) => rule), ["words", "choice"]);
  });

  it("reads each instruction of the sample's kind of prompt once, of a chat only system and user", async () => {
    const chat = JSON.stringify([
      { role: "system", content: "Reply in at most 50 words. Be kind." },
      { role: "assistant", content: "Answer in JSON." },
      { role: "user", content: "- Do not mention competitors.\n- Do not mention competitors.\n{{message}}" },
    ]);
    assert.deepEqual(await rules(chat), [["words", "Reply in at most 50 words."], ["no-mention", "Do not mention competitors."]]);
  });

  it("scores the share that is kept, and nothing where nothing can be told", async () => {
    const checks = await deriveChecks({ template: "Answer in German. Reply in at most 3 words." });
    const share = (answer: unknown) => keptShare(keptBy(checks, answer));
    assert.equal(share("Ja"), 1);
    assert.equal(share("This is a long English answer to that."), 0);
    assert.equal(share("Das Paket ist leider noch nicht angekommen."), 0.5);
    assert.equal(keptShare([]), undefined);
    assert.deepEqual(keptBy(checks, "Ja"), [null, true]);
    assert.equal(keptShare([null]), undefined);
  });

  it("are all broken by an answer of nothing, as in IFEval", async () => {
    const checks = await deriveChecks({ template: "Answer in German. Do not mention prices." });
    for (const nothing of ["", " \n", null, undefined]) assert.deepEqual(keptBy(checks, nothing), [false, false]);
  });

  it("tell of an object its format only, of calls of tools nothing", async () => {
    const checks = await deriveChecks({ template: 'Respond in JSON with the keys "a" and "b".\nReply in at most 3 words.' });
    assert.deepEqual(keptBy(checks, { a: 1, b: 2 }), [true, null]);
    assert.deepEqual(keptBy(checks, { a: 1 }), [false, null]);
    assert.deepEqual(keptBy(checks, [{ type: "function" }]), [null, null]);
  });
});
