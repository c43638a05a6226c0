import assert from "node:assert/strict";
import { model, open } from "../runner/support.ts";
import { assertion, assertUnjudged, fakeJudge, judge } from "./support.ts";

const CHOICES = [{ choice: "Partly", score: 0.5 }, { choice: "yes", score: 1 }, { choice: "no", score: 0 }];
const llm = (more: object = {}) => assertion("github-llm", { systemPrompt: "Judge {{completion}}.", prompt: "Is {{completion}} right for {{input}}? {{other}} {% if %}", choices: CHOICES, ...more });

describe("the llm evaluator of a .prompt.yml", () => {
  it("asks its own question, with output and variables filled in literally and once", async () => {
    const fake = fakeJudge("yes");
    await judge(fake, llm(), "  see {{input}}\n", { vars: { input: "{{completion}}!" } });
    assert.deepEqual(fake.asked[0]!.messages, [{ role: "system", content: "Judge {{completion}}." }, { role: "user", content: "Is see {{input}} right for {{completion}}!? {{other}} {% if %}" }]);
    await judge(fake, llm({ systemPrompt: undefined }), "x");
    assert.deepEqual(fake.asked[1]!.messages.map(({ role }) => role), ["user"]);
  });

  const table: [reply: string, pass: boolean, score: number][] = [
    ["YES", true, 1],
    ["No.", false, 0],
    ["Yes, but partly wrong", true, 0.5],
    ["nothing", false, 0],
    ["maybe", false, 0],
  ];
  for (const [reply, pass, score] of table) {
    it(`takes the first choice that ${JSON.stringify(reply)} contains: ${score}`, async () => {
      const grade = await judge(fakeJudge(reply), llm());
      assert.deepEqual([grade.pass, grade.score], [pass, score]);
    });
  }

  it("says which it was, or that it was none", async () => {
    assert.equal((await judge(fakeJudge("maybe"), llm())).reason, "The judge's answer has none of the choices: maybe");
    assert.equal((await judge(fakeJudge("partly"), llm())).components[0]!.reason, 'The judge chose "Partly"');
    await assertUnjudged(judge(fakeJudge(" \n"), llm()), /answered no words/);
  });
});

describe("GitHub's own evaluators", () => {
  const scale = (name: string) => assertion("github-scale", name);
  const vars = { input: "the question", expected: "the truth" };

  const reads: [name: string, material: string[]][] = [
    ["similarity", ["the question", "the truth", "the output"]],
    ["coherence", ["the question", "the output"]],
    ["fluency", ["the output"]],
    ["relevance", ["the question", "the output"]],
    ["groundedness", ["the question", "the truth", "the output"]],
  ];
  for (const [name, material] of reads) {
    it(`${name} shows the judge what GitHub's shows, and no more`, async () => {
      const fake = fakeJudge("4");
      const grade = await judge(fake, scale(name), "the output", { vars });
      const shown = String(fake.asked[0]!.messages[1]!.content);
      assert.deepEqual([...shown.matchAll(/>\n(.*)\n<\//g)].map((match) => match[1]), material);
      assert.deepEqual([grade.pass, grade.score, grade.components[0]!.reason], [true, 0.75, `The judge rated ${name} 4 of 5`]);
    });
  }

  const replies: [reply: string, score: number][] = [["1", 0], ["2", 0.25], ["3", 0.5], ["5", 1], ["**Score: 4**", 0.75], ["4/5", 0.75], ["3 of 5.", 0.5], ["First I thought 2.\nThen 10 reasons, version 1.5: \n5\n", 1]];
  for (const [reply, score] of replies) {
    it(`read ${JSON.stringify(reply)} as ${score}`, async () => {
      const grade = await judge(fakeJudge(reply), scale("fluency"));
      assert.deepEqual([grade.score, grade.pass], [score, score > 0]);
    });
  }

  it("judge nothing where a rating or a variable is missing", async () => {
    for (const reply of ["good", "0", "7", "45", "2.5", ""]) await assertUnjudged(judge(fakeJudge(reply), scale("fluency")), /answered no digit from 1 to 5/);
    await assertUnjudged(judge(fakeJudge("5"), scale("similarity"), "x", { vars: { input: "q" } }), /^github\/similarity needs "expected" in the row of testData\.$/);
  });
});

describe("judges of a .prompt.yml", function () {
  this.timeout(30_000);

  const prompt = `model: openai/gpt-4o-mini
messages: [{ role: user, content: "{{input}}" }]
testData: [{ input: a, expected: b }]
evaluators:
  - { name: own, llm: { modelId: mistral-ai/judge-1, prompt: "Is {{completion}} good?", choices: [{ choice: "5", score: 1 }] } }
  - { name: theirs, uses: github/similarity }
`;
  const config = (judgeToo: string) => `version: 1\nendpoints:\n  dev: { kind: openai, baseUrl: "https://dev.example/v1", model: m }\n  ref: { kind: openai, baseUrl: "https://ref.example/v1", model: r }\nsuites: [{ path: "*.prompt.yml", endpoint: dev${judgeToo} }]\n`;
  async function asked(files: Record<string, string>, env: Record<string, string> = {}) {
    const { http, asked } = model(() => "5");
    const bench = await open({ "s.prompt.yml": prompt, ...files }, { http, env });
    const { series } = await bench.evaluate({ file: `${bench.folder}/s.prompt.yml` });
    return { asked: asked.map(({ url, body }) => `${new URL(url).host} ${String(body["model"])}`).sort(), sample: series[0]!.cases[0]!.current[0]! };
  }

  it("are the endpoint of llmops.yaml, since GitHub's service is gone", async () => {
    const { asked: dev, sample } = await asked({ "llmops.yaml": config("") });
    assert.deepEqual([dev, sample.status, sample.metrics], [["dev.example m", "dev.example m", "dev.example m"], "passed", { own: 1, theirs: 1 }]);
    assert.deepEqual((await asked({ "llmops.yaml": config(", judge: ref") })).asked, ["dev.example m", "ref.example r", "ref.example r"]);
  });

  it("are the models that it names where there is none, and only with a key", async () => {
    const { asked: openai } = await asked({}, { OPENAI_API_KEY: "sk-0123456789" });
    assert.deepEqual(openai, ["api.openai.com gpt-4o", "api.openai.com gpt-4o-mini", "api.openai.com judge-1"]);
    const { asked: without, sample } = await asked({});
    assert.deepEqual(without, ["api.openai.com gpt-4o-mini"]);
    assert.match(sample.reason, /Nobody is named to judge\./);
  });
});
