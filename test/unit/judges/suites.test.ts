import assert from "node:assert/strict";
import type { Assertion, Graders } from "../../../src/core/evals/model.ts";
import { assertMistake, read, said, valid, withTests, workspace } from "../suites/support.ts";

const suiteOf = (test: string) => withTests(`tests:\n  - ${test}\n`);
const asserting = (one: string) => suiteOf(`assert: [${one}]`);
const ids = (graders: Graders | undefined) => [graders?.text?.id, graders?.embedding?.id, graders?.moderation?.id];

describe("who judges, as a suite says", () => {
  it("is named by an id, with a configuration, or by kind", async () => {
    const grader = async (provider: string) => ((await valid(asserting(`{ type: llm-rubric, value: r, provider: ${provider} }`))).cases[0]!.assert[0] as Assertion).grader;
    assert.deepEqual(ids(await grader("openai:chat:m")), ["openai:chat:m", "openai:chat:m", "openai:chat:m"]);
    const configured = await grader("{ id: 'openai:chat:m', config: { temperature: 0.5 }, env: { A: 1 } }");
    assert.deepEqual([configured?.text?.config, configured?.text?.env], [{ temperature: 0.5 }, { A: "1" }]);
    assert.deepEqual(ids(await grader("{ text: echo, embedding: { id: 'openai:embedding:e' } }")), ["echo", "openai:embedding:e", undefined]);
    assert.equal(await grader("~"), undefined);
  });

  it("may stand in a file, like the question to it; both are part of the suite's version", async () => {
    const suite = await valid({ "promptfooconfig.yaml": asserting("{ type: llm-rubric, value: r, provider: file://judge.yaml, rubricPrompt: file://q.txt }"), "judge.yaml": "id: openai:chat:m\nconfig: { seed: 1 }\n", "q.txt": "Is {{output}} good?\n" });
    const { grader, rubricPrompt } = suite.cases[0]!.assert[0] as Assertion;
    assert.deepEqual([grader?.text?.config, rubricPrompt], [{ seed: 1 }, "Is {{output}} good?\n"]);
    assert.equal(said(suite, grader!.text!.location()).split(" ")[0], "judge.yaml:1:1");
    assert.deepEqual([...suite.files.keys()].map((file) => file.slice(suite.root.length + 1)), ["promptfooconfig.yaml", "judge.yaml", "q.txt"]);
  });

  it("for a test stands in its options, else in those of the default test", async () => {
    const suite = await valid(withTests("defaultTest: { options: { provider: echo, rubricPrompt: q, factuality: { subset: 0.5 } } }\ntests:\n  - { vars: { a: 1 } }\n  - { vars: { a: 2 }, options: { provider: 'openai:m', rubricPrompt: [{ role: user, content: x }] } }\n"));
    assert.deepEqual(suite.cases.map(({ options }) => [options.grader?.text?.id, options.rubricPrompt, options.factuality]), [
      ["echo", "q", { subset: 0.5 }],
      ["openai:m", [{ role: "user", content: "x" }], { subset: 0.5 }],
    ]);
  });

  it("is no matter to assertions that ask nobody", async () => {
    assert.equal(((await valid(asserting("{ type: equals, value: x, provider: nope }"))).cases[0]!.assert[0] as Assertion).grader, undefined);
  });

  const WRONG: [one: string, code: string, at: string, message: RegExp, files?: Record<string, string>][] = [
    ["{ type: llm-rubric, value: r, provider: 'anthropic:claude' }", "unknown-provider", "promptfooconfig.yaml:4:54 'anthropic:claude'", /The judge "anthropic:claude" cannot be called yet/],
    ["{ type: llm-rubric, value: r, provider: { id: nope } }", "unknown-provider", "promptfooconfig.yaml:4:60 nope", /"nope"/],
    ["{ type: llm-rubric, value: r, provider: { embedding: nope } }", "unknown-provider", "promptfooconfig.yaml:4:67 nope", /"nope"/],
    ["{ type: llm-rubric, value: r, provider: { label: x } }", "bad-provider", "promptfooconfig.yaml:4:54 { label: x }", /A judge is an id such as/],
    ["{ type: llm-rubric, value: r, provider: file://j.js }", "missing-file", "promptfooconfig.yaml:4:54 file://j.js", /There is no file j\.js/],
    ["{ type: llm-rubric, value: r, provider: file://j.yaml }", "bad-provider", "j.yaml:1:1 file://j.yaml", /A judge is an id such as/, { "j.yaml": "file://j.yaml\n" }],
    ["{ type: llm-rubric, value: r, rubricPrompt: file://q.py }", "bad-code-file", "promptfooconfig.yaml:4:58 file://q.py", /A rubricPrompt is made by a \.js or \.ts file/],
    ["{ type: llm-rubric, value: r, rubricPrompt: file://q.txt }", "missing-file", "promptfooconfig.yaml:4:58 file://q.txt", /There is no file q\.txt/],
    ["{ type: llm-rubric, value: 7 }", "bad-assertion-value", "promptfooconfig.yaml:4:41 7", /llm-rubric needs a text/],
    ["{ type: g-eval }", "bad-assertion-value", "promptfooconfig.yaml:4:14 { type: g-eval }", /g-eval needs a criterion/],
    ["{ type: g-eval, value: [] }", "bad-assertion-value", "promptfooconfig.yaml:4:37 []", /g-eval needs a criterion/],
    ["{ type: context-relevance, contextTransform: 'output(' }", "bad-transform", "promptfooconfig.yaml:4:59 'output('", /This transform does not compile/],
    ["{ type: factuality }", "bad-assertion-value", "promptfooconfig.yaml:4:14 { type: factuality }", /needs a reference answer/],
    ["{ type: not-factuality, value: x }", "bad-assertion-value", "promptfooconfig.yaml:4:45 x", /same verdict as factuality/],
    ["{ type: not-model-graded-closedqa, value: x }", "bad-assertion-value", "promptfooconfig.yaml:4:56 x", /same verdict as model-graded-closedqa/],
    ["{ type: model-graded-closedqa }", "bad-assertion-value", "promptfooconfig.yaml:4:14 { type: model-graded-closedqa }", /needs a criterion/],
    ["{ type: context-recall }", "bad-assertion-value", "promptfooconfig.yaml:4:14 { type: context-recall }", /needs the expected answer/],
    ["{ type: similar }", "bad-assertion-value", "promptfooconfig.yaml:4:14 { type: similar }", /needs a text, or a list of texts/],
    ["{ type: moderation, value: hate }", "bad-assertion-value", "promptfooconfig.yaml:4:41 hate", /list of categories/],
    ["{ type: select-best }", "bad-assertion-value", "promptfooconfig.yaml:4:14 { type: select-best }", /select-best needs a criterion/],
    ["{ type: not-select-best, value: x }", "bad-assertion-value", "promptfooconfig.yaml:4:46 x", /cannot be negated/],
    ["{ type: not-max-score }", "bad-assertion-value", "promptfooconfig.yaml:4:14 { type: not-max-score }", /cannot be negated/],
    ["{ type: max-score, value: { method: median } }", "bad-assertion-value", "promptfooconfig.yaml:4:40 { method: median }", /average or sum/],
    ["{ type: max-score, value: { weights: { contains: x } } }", "bad-assertion-value", "promptfooconfig.yaml:4:40 { weights: { contains: x } }", /numbers by assertion type/],
    ["{ type: assert-set, assert: [{ type: select-best, value: x }] }", "bad-assert", "promptfooconfig.yaml:4:43 { type: select-best, value: x }", /Put it beside the assert-set/],
  ];
  for (const [one, code, at, message, files] of WRONG) {
    it(`say what is wrong: ${one}`, () => assertMistake({ "promptfooconfig.yaml": asserting(one), ...files }, code, at, message));
  }

  it("an unknown judge of the default test is an error at its place", async () => {
    const { problems } = await read(workspace(withTests("defaultTest: { options: { provider: 'nope:x' } }\ntests:\n  - { vars: { a: 1 } }\n")));
    assert.deepEqual(problems.map(({ severity, code }) => [severity, code]), [["error", "unknown-provider"]]);
  });
});
