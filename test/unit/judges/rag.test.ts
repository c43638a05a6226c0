import assert from "node:assert/strict";
import { assertion, fakeJudge, judge, judgesAs, type Reply } from "./support.ts";

const vars = { query: "Where is it?", context: "It is in Paris. It is tall. It is old. 1889 is its year." };

describe("context-recall", () => {
  const recall = (more = {}, type = "context-recall") => assertion(type, "It is in Paris and tall.", more);
  const lines = "1. It is in Paris. [Attributed]\n2. It is tall. [Not Attributed]\nSo much for that.";
  judgesAs([
    ["the share that is borne out", recall(), lines, true, 0.5, { vars }],
    ["a threshold", recall({ threshold: 0.6 }), lines, false, 0.5, { vars }],
    ["turned round", recall({}, "not-context-recall"), lines, false, 0.5, { vars }],
    ["all", recall(), "[attributed]\n[ATTRIBUTED]", true, 1, { vars }],
    ["without a context the prompt is it", recall(), "a [Attributed]", true, 1],
    ["prose", recall(), "All of it is there.", /no lines with \[Attributed\]/, 0, { vars }],
    ["a context that is no text", recall(), lines, /needs the variable "context"/, 0, { vars: { context: [1] } }],
    ["no value", assertion("context-recall"), lines, /needs a text as its value/, 0, { vars }],
  ]);
});

describe("context-relevance", () => {
  const relevance = (more = {}, type = "context-relevance") => assertion(type, undefined, more);
  judgesAs([
    ["the share of the sentences", relevance({ threshold: 0.25 }), "It is in Paris.", true, 0.25, { vars }],
    ["0.5 at least", relevance(), "It is in Paris.", false, 0.25, { vars }],
    ["turned round", relevance({}, "not-context-relevance"), "It is in Paris.", true, 0.75, { vars }],
    ["copied twice is copied once", relevance(), "It is in Paris. It is in Paris.", false, 0.25, { vars }],
    ["of lines", relevance(), "- b", true, 0.5, { vars: { query: "q", context: "a\nb\n" } }],
    ["of a list of texts", relevance(), "b", true, 0.5, { vars: { query: "q", context: ["a", "b"] } }],
    ["nothing helps", relevance(), "Insufficient Information", false, 0, { vars }],
    ["sentences that are not in the context", relevance(), "It is in Rome.", /no sentences of the context/, 0, { vars }],
    ["no query", relevance(), "x", /needs the variable "query"/, 0, { vars: { context: "c" } }],
    ["no context", relevance(), "x", /needs the variable "context"/, 0, { vars: { query: "q" } }],
  ]);
});

describe("context-faithfulness", () => {
  const faithful = (more = {}, type = "context-faithfulness") => assertion(type, undefined, more);
  const verdicts = (reply: string): Reply => (_asked, index) => (index === 0 ? "It is in Paris.\nIt is green." : reply);
  judgesAs([
    ["the last line counts", faithful(), verdicts("1. … Verdict: No.\nFinal verdict for each statement in order: Yes. No."), true, 0.5, { vars }],
    ["without it the lines", faithful(), verdicts("1. … Verdict: Yes.\n2. … verdict: yes."), true, 1, { vars }],
    ["a missing verdict is a no", faithful(), verdicts("Final verdict for each statement in order: Yes."), true, 0.5, { vars }],
    ["a threshold", faithful({ threshold: 0.6 }), verdicts("Verdict: Yes. Verdict: No."), false, 0.5, { vars }],
    ["turned round", faithful({}, "not-context-faithfulness"), verdicts("Verdict: No. Verdict: No."), true, 1, { vars }],
    ["no statements", faithful(), "", /its reply is empty/, 0, { vars }],
    ["no verdicts", faithful(), verdicts("All of it is right."), /no verdicts/, 0, { vars }],
    ["words instead of verdicts", faithful(), verdicts("Final verdict for each statement in order: perhaps."), /no verdicts/, 0, { vars }],
    ["no text", faithful(), verdicts("Verdict: Yes"), /judges texts/, 0, { vars, output: { a: 1 } }],
  ]);

  it("shows the statements of the first reply to the second", async () => {
    const fake = fakeJudge(verdicts("Verdict: Yes. Verdict: Yes."));
    await judge(fake, faithful(), "out", { vars });
    assert.match(fake.asked[1]!.text, /1\. It is in Paris\.\n2\. It is green\./);
  });
});
