import { locationOf } from "../../../src/core/evals/suite/source.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { findSuites } from "../../../src/core/evals/suite/findSuites.ts";
import { diskSnapshot } from "../../../src/core/config/diskSnapshot.ts";
import { mistakesOf, read, said, workspace } from "../suites/support.ts";
import { folderWith, json, llmops } from "../cli/support.ts";

const PROMPT = `name: Sentiment
description: Feels what a text feels
model: openai/gpt-4o-mini
modelParameters: { maxTokens: 5, temperature: 0.1, topP: 0.9 }
responseFormat: json_schema
jsonSchema: '{"name": "s", "schema": {"type": "object"}}'
messages:
  - role: system
    content: Answer {{tone}}, positive or negative.
  - { role: user, content: "{{input}}" }
testData:
  - { input: I love it, expected: positive }
  - { input: I hate it, expected: negative }
  - { input: I love it, expected: positive }
evaluators:
  - { name: right, string: { equals: "{{expected}}" } }
  - { name: kind, string: { startsWith: POS, contains: "{{expected}}" } }
`;

const file = (text: string) => read(workspace({ "s.prompt.yml": text }), "s.prompt.yml");

describe(".prompt.yml", () => {
  it("is a suite: one prompt, its model, a case a row, an assertion an evaluator", async () => {
    const suite = await file(PROMPT);
    assert.deepEqual(suite.problems, []);
    const [prompt] = suite.prompts;
    assert.deepEqual([suite.description, prompt?.label, prompt?.dialect, JSON.parse(prompt?.template ?? "")], ["Feels what a text feels", "Sentiment", "literal", [{ role: "system", content: "Answer {{tone}}, positive or negative." }, { role: "user", content: "{{input}}" }]]);
    assert.match(said(suite, prompt!.location), /^s\.prompt\.yml:8:3 - role: system/);
    assert.deepEqual(suite.providers.map(({ id, config }) => [id, config]), [["openai:chat:gpt-4o-mini", { max_tokens: 5, temperature: 0.1, top_p: 0.9, response_format: { type: "json_schema", json_schema: { name: "s", schema: { type: "object" } } } }]]);
    assert.deepEqual(suite.cases.map(({ vars }) => vars["expected"]), ["positive", "negative", "positive"]);
    assert.equal(suite.cases[2]?.id, `${suite.cases[0]?.id}~2`);
    assert.match(said(suite, locationOf(suite.cases[1]!.place)), /^s\.prompt\.yml:13:5 \{ input: I hate it/);
    // Of several operators the first in GitHub's order counts.
    assert.deepEqual(suite.cases[0]?.assert.map((node) => node.kind === "assertion" && [node.type, node.metric, node.value]), [["github-string", "right", { operator: "equals", text: "{{expected}}" }], ["github-string", "kind", { operator: "contains", text: "{{expected}}" }]]);
  });

  it("is found beside promptfoo's suites", async () => {
    const root = workspace({ "a/x.prompt.yml": PROMPT, "b/y.prompt.yaml": PROMPT, "c/promptfooconfig.yaml": "", "d/prompt.yml": "", "node_modules/z.prompt.yml": PROMPT });
    assert.deepEqual(await findSuites(diskSnapshot(root), root), ["a/x.prompt.yml", "b/y.prompt.yaml", "c/promptfooconfig.yaml"].map((path) => join(root, path)));
  });

  const MISTAKES: [string, string, string, string][] = [
    ["no messages", PROMPT.replace(/messages:[\s\S]*(?=testData)/, ""), "no-prompts", "s.prompt.yml:1:1"],
    ["an unknown role", PROMPT.replace("role: user", "role: boss"), "bad-prompt", "s.prompt.yml:10:5"],
    ["no model", PROMPT.replace(/model: .*\n/, ""), "no-model", "s.prompt.yml:1:1"],
    ["a schema that is not JSON", PROMPT.replace('{"name"', '{name'), "bad-json-schema", "s.prompt.yml:6:13"],
    ["an unknown format", PROMPT.replace("json_schema\n", "xml\n"), "bad-response-format", "s.prompt.yml:5:17"],
    ["a row that is none", PROMPT.replace("- { input: I hate it, expected: negative }", "- hate"), "bad-test", "s.prompt.yml:13:5"],
    ["an operator that is none", PROMPT.replace("startsWith: POS, contains:", "matches:"), "bad-assert", "s.prompt.yml:17:27"],
    ["a misspelt key", PROMPT.replace("testData", "testdata"), "unknown-key", "s.prompt.yml:11:1"],
  ];
  for (const [what, text, code, at] of MISTAKES) {
    it(`says at its place: ${what}`, async () => {
      const [first] = mistakesOf(await file(text));
      assert.deepEqual([first?.code, first?.at.split(" ")[0]], [code, at]);
    });
  }

  const EVALUATOR = (written: string) => PROMPT.replace(/ {2}- \{ name: right[^]*/, `  - ${written}\n`);
  const WRONG: [written: string, code: string, at: string, message: RegExp][] = [
    ["{ name: x, llm: { choices: [{ choice: a, score: 1 }] } }", "bad-assert", "s.prompt.yml:16:21", /needs the question to the judge as "prompt"/],
    ["{ name: x, llm: { prompt: p } }", "bad-assert", "s.prompt.yml:16:21", /llm needs "choices"/],
    ["{ name: x, llm: { prompt: p, choices: [{ choice: a }] } }", "bad-assert", "s.prompt.yml:16:44", /A choice is \{choice: /],
    ["{ name: x, llm: { prompt: p, modelID: m, choices: [{ choice: a, score: 1 }] } }", "unknown-key", "s.prompt.yml:16:34", /Did you mean "modelId"/],
    ["{ name: x, uses: github/beauty }", "unknown-assertion", "s.prompt.yml:16:22", /There is no evaluator "github\/beauty"\. There are github\/similarity, /],
    ["{ name: x, uses: similarity }", "unknown-assertion", "s.prompt.yml:16:22", /There is no evaluator "similarity"/],
    ["{ name: x }", "bad-assert", "s.prompt.yml:16:5", /needs string, llm or uses/],
  ];
  for (const [written, code, at, message] of WRONG) {
    it(`says what is wrong with an evaluator: ${written}`, async () => {
      const found = mistakesOf(await file(EVALUATOR(written)));
      assert.deepEqual(found.map((mistake) => [mistake.code, mistake.at.split(" ")[0]]), [[code, at]]);
      assert.match(found[0]!.message, message);
    });
  }

  it("asks judges by its own questions and by GitHub's", async () => {
    const suite = await file(EVALUATOR("{ name: own, llm: { modelId: a/b, systemPrompt: S, prompt: '{{completion}}?', choices: [{ choice: 1, score: 0.5 }] } }\n  - { name: theirs, uses: github/fluency }"));
    assert.deepEqual(suite.problems, []);
    assert.deepEqual(suite.cases[0]!.assert.map((node) => node.kind === "assertion" && [node.type, node.metric, node.value, node.grader?.text?.id]), [
      ["github-llm", "own", { systemPrompt: "S", prompt: "{{completion}}?", choices: [{ choice: "1", score: 0.5 }] }, "openai:chat:b"],
      ["github-scale", "theirs", "fluency", "openai:chat:gpt-4o"],
    ]);
  });

  it("runs on the endpoint that llmops.yaml names, by GitHub's rules", async function () {
    this.timeout(20_000);
    const text = `model: openai/gpt-4o
messages: [{ role: system, content: "Labels: positive, negative. Text: great fun -> positive" }, { role: user, content: "{{input}}" }]
testData: [{ input: positive, expected: positive }, { input: negative, expected: negative }]
evaluators: [{ name: exact, string: { equals: "{{expected}}" } }, { name: start, string: { startsWith: "{{input}}" } }, { name: never, string: { endsWith: xyz } }, { name: like, uses: github/similarity }]
`;
    const folder = folderWith({ "s.prompt.yml": text, "llmops.yaml": 'version: 1\nendpoints: { dev: { kind: sandbox } }\nsuites: [{ path: "*.prompt.yml", endpoint: dev }]\n' });
    const report = await json(folder, ["eval"]);
    assert.equal(report.verdict, "failed");
    assert.deepEqual(report.suites[0]?.metrics.map(({ name, current }) => [name, current]).filter(([name]) => !["latency-p50", "tokens", "cost"].includes(String(name))), [["accuracy", 0], ["toxicity", 0], ["exact", 1], ["start", 1], ["never", 0], ["like", 1]]);
  });

  it("without an endpoint is refused by nobody silently: its origin is OpenAI's", async () => {
    const folder = folderWith({ "s.prompt.yml": PROMPT });
    const { code, stdout } = await llmops(folder, ["eval", "--max-calls", "0"]);
    assert.notEqual(code, 0);
    assert.doesNotMatch(stdout, /1 passed/);
  });
});
