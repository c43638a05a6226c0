import assert from "node:assert/strict";
import { importOpenAiEvals } from "../../../src/core/evals/import/openAiEvals.ts";
import { formatProblem, ProblemError } from "../../../src/core/problem.ts";
import { model, open } from "../runner/support.ts";

const FILE = "/registry/evals/e.yaml";
const show = (file: string) => file.replace("/registry/", "");

/** An export: a registry with one eval of a class, and its samples. Written from OpenAI's docs/build-eval.md and eval-templates.md. */
function exported(kind: string, samples: readonly unknown[], args: Record<string, unknown> = {}, more: Record<string, string> = {}) {
  const files: Record<string, string> = { "data/e/samples.jsonl": samples.map((sample) => (typeof sample === "string" ? sample : JSON.stringify(sample))).join("\n"), ...more };
  const text = `e:\n  id: e.dev.v0\n  metrics: [accuracy]\ne.dev.v0:\n  class: evals.elsuite.some:${kind}\n  args:\n    samples_jsonl: e/samples.jsonl\n${Object.entries(args).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`).join("")}`;
  return { text, read: (folder: string, path: string) => Promise.resolve(files[`${folder}/${path}`] === undefined ? undefined : { file: `/registry/${folder}/${path}`, text: files[`${folder}/${path}`]! }) };
}

async function imported(kind: string, samples: readonly unknown[], args?: Record<string, unknown>, more?: Record<string, string>) {
  return importOpenAiEvals({ file: FILE, name: "e", ...exported(kind, samples, args, more) });
}

const said = (problems: readonly Parameters<typeof formatProblem>[0][]) => problems.map((problem) => formatProblem(problem, show));

/** Which samples pass when the model answers them so: by the engine itself, on the suite as it was written. */
async function verdicts(kind: string, samples: readonly { ideal: unknown; says: string }[], args?: Record<string, unknown>): Promise<boolean[]> {
  const { files } = await imported(kind, samples.map(({ ideal }, n) => ({ input: [{ role: "system", content: "Be brief." }, { role: "user", content: `Question ${n}` }], ideal })), args);
  const { http, asked } = model(({ text }) => samples[Number(text.split(" ")[1])]!.says);
  const bench = await open(Object.fromEntries(files), { http, env: { OPENAI_BASE_URL: "https://one.example/v1" } });
  const evaluation = await bench.evaluate();
  assert.equal(asked.length, samples.length);
  assert.equal((asked[0]!.body["messages"] as unknown[]).length, 2);
  return evaluation.series[0]!.cases.map(({ current }) => {
    assert.notEqual(current[0]!.status, "error", current[0]!.reason);
    return current[0]!.status === "passed";
  });
}

describe("an eval of OpenAI Evals as a suite", function () {
  this.timeout(30_000);

  const table: [kind: string, args: Record<string, unknown>, rows: [ideal: unknown, says: string, passes: boolean][]][] = [
    ["Match", {}, [["Paris", "Paris, of course", true], ["Paris", "It is Paris", false], [["a.b", "c"], "c!", true], [["a.b", "c"], "axb", false], ["{{x}}", "{{x}} it is", true], ["{% if %}", "no", false]]],
    ["Includes", {}, [["Paris", "It is Paris", true], ["Paris", "It is paris", false], [["a", "z,y"], "yes: z,y", true], [["{{n}}", "q"], "so {{n}}", true]]],
    ["Includes", { ignore_case: true }, [["Paris", "It is PARIS", true], [["{{N}}?"], "so {{n}}?", true], ["x", "y", false]]],
    ["FuzzyMatch", {}, [["The Eiffel Tower.", "eiffel tower", true], ["Eiffel tower in Paris", "The Eiffel, tower", true], ["Rome", "Paris", false], [["", "x"], "...", true], ["x", "", false]]],
    ["JsonMatch", {}, [['{"a": [1, {"b": "c"}]}', '{"a":[1,{"b":"c"}]}', true], ['{"a":1}', '{"a":1,"b":2}', false], ['{"a":null}', '{"a":null}', false], [['{"a":1}', "[2]"], "[2]", true], ["[1,2]", "[1]", false], ['{"a":1}', "no JSON", false]]],
  ];
  for (const [kind, args, rows] of table) {
    it(`judges as ${kind} does${Object.keys(args).length > 0 ? `, ${JSON.stringify(args)}` : ""}`, async () => {
      assert.deepEqual(await verdicts(kind, rows.map(([ideal, says]) => ({ ideal, says })), args), rows.map(([, , passes]) => passes));
    });
  }

  it("asks what the sample asks, whatever stands in it", async () => {
    const nasty = 'Say {{ideal}} {{ x }} {% if a %} {# c #} "quoted"\n\\ {{{{ 🙂';
    const { files } = await imported("Match", [{ input: [{ role: "user", content: nasty }], ideal: "x" }, { input: nasty, ideal: "x", x: "other" }]);
    const { http, asked } = model(() => "x");
    const bench = await open(Object.fromEntries(files), { http, env: { OPENAI_BASE_URL: "https://one.example/v1" } });
    await bench.evaluate();
    assert.deepEqual(asked.map(({ body }) => body["messages"]).sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length), [[{ role: "system", content: nasty }], [{ role: "user", content: nasty }]]);
    assert.deepEqual([asked[0]!.body["temperature"], asked[0]!.body["max_tokens"]], [0, 500]);
  });

  it("is judged by llm-rubric where a model judged, with the words of its spec", async () => {
    const spec = 'prompt: |-\n  [Task]: {input}\n  [Submission]: {completion}\n  [Criterion]: {criteria} for {topic}, {{literally}}\n  Does it?\nchoice_strings: YN\n';
    const { files, problems } = await imported("ModelBasedClassify", [{ input: "Q", ideal: "A", topic: "maps" }], { modelgraded_spec: "closedqa", modelgraded_spec_args: { criteria: "Is it short?" }, eval_type: "cot_classify" }, { "modelgraded/closedqa.yaml": spec });
    const suite = files.get("promptfooconfig.yaml")!;
    assert.match(suite, /type: llm-rubric\n {6}value: \|-\n {8}\[Task\]: \{\{input\}\}\n {8}\[Submission\]: \(the output\)\n {8}\[Criterion\]: Is it short\? for \{\{topic\}\}, \{literally\}/);
    assert.deepEqual(said(problems), ["evals/e.yaml:8:23: llm-rubric judges instead of closedqa: its choices, their scores and its eval_type have no counterpart; read the rubric that was written."]);
    const without = await imported("ModelBasedClassify", [{ input: "Q", ideal: "A" }], { modelgraded_spec: "fact" });
    assert.match(without.files.get("promptfooconfig.yaml")!, /value: 'The output says the same as this reference answer: \{\{ideal\}\}'/);
    assert.match(said(without.problems)[1]!, /^evals\/e\.yaml:8:23: The prompt of fact was not found: .+ Name the folder that holds modelgraded\/fact\.yaml with --data\.$/);
  });

  it("shows the model the examples, before a question's last message", async () => {
    const question = [{ role: "system", content: "S" }, { role: "user", content: "Q" }];
    const shot = (n: number) => ({ sample: [{ role: "system", name: "example_user", content: `q${n}` }, { role: "system", name: "example_assistant", content: `a${n}` }] });
    const file = { "data/e/few.jsonl": [shot(1), shot(2), shot(3)].map((one) => JSON.stringify(one)).join("\n") };
    const { files, problems } = await imported("Match", [{ input: question, ideal: "A" }], { num_few_shot: 2, few_shot_jsonl: "e/few.jsonl" }, file);
    assert.deepEqual(problems, []);
    const [test] = files.get("tests.jsonl")!.split("\n").map((line) => (line === "" ? undefined : (JSON.parse(line) as { vars: { input: string } })));
    assert.deepEqual(JSON.parse(test!.vars.input), [question[0], ...shot(1).sample, ...shot(2).sample, question[1]]);
    await assert.rejects(imported("Match", [{ input: question, ideal: "A" }], { num_few_shot: 2, few_shot_jsonl: "e/none.jsonl" }), /The examples e\/none\.jsonl are not to be found/);
    await assert.rejects(imported("Match", [{ input: question, ideal: "A" }], { num_few_shot: 2, few_shot_jsonl: "e/few.jsonl" }, { "data/e/few.jsonl": "{}" }), /An example is an object with its messages as "sample"/);
  });

  it("tells line by line what does not carry over, and keeps the rest", async () => {
    const { tests, problems } = await imported("Match", [{ input: "Q", ideal: "A" }, "{", "", { ideal: "A" }, { input: "Q" }, { input: [], ideal: "A" }, { input: "Q", ideal: 7 }, { input: "Q", ideal: "A", choices: ["a"] }], { num_shots: 4 });
    assert.equal(tests, 2);
    assert.deepEqual(said(problems).map((line) => line.replace(/(is not JSON:).*/, "$1 …")), [
      "evals/e.yaml:8:5: num_shots has no counterpart here.",
      "data/e/samples.jsonl:2:1: This line is not JSON: …",
      "data/e/samples.jsonl:4:1: This sample is left out: input: expected a text or a list of messages.",
      "data/e/samples.jsonl:6:1: This sample is left out: input: expected a text or a list of messages.",
      "data/e/samples.jsonl:7:1: This sample is left out: ideal: expected a text or a list of texts.",
      'data/e/samples.jsonl:5:1: This sample is left out: it has no "ideal".',
      "data/e/samples.jsonl:8:1: Of this sample choices is left out: only texts become variables.",
    ]);
  });

  const wrong: [what: string, text: string | undefined, kind: string, samples: readonly unknown[], name: string | undefined, at: string, message: RegExp][] = [
    ["no YAML", "a: [", "Match", [], "e", "evals/e.yaml:1:5", /YAML syntax/],
    ["no registry", "[1]", "Match", [], "e", "evals/e.yaml:1:1", /no registry of OpenAI Evals/],
    ["no such eval", undefined, "Match", [], "other", "evals/e.yaml:1:1", /There is no eval "other" in it\. It has e\.dev\.v0\./],
    ["names that lead in a circle", "e: { id: f }\nf: { id: e }\n", "Match", [], "e", "evals/e.yaml:1:1", /There is no eval "e"/],
    ["no samples named", "e:\n  class: a:Match\n  args: { max_tokens: 3 }\n", "Match", [], "e", "evals/e.yaml:3:9", /The eval e cannot be read: args\.samples_jsonl/],
    ["a class of its own", undefined, "Translate", [{ input: "Q", ideal: "A" }], "e", "evals/e.yaml:5:10", /The class Translate has no counterpart here/],
    ["samples that are not there", "e:\n  class: a:Match\n  args: { samples_jsonl: no.jsonl }\n", "Match", [], "e", "evals/e.yaml:3:26", /The samples no\.jsonl are not to be found\. Name the folder/],
    ["no sample that carries over", undefined, "Match", [{ ideal: "A" }], "e", "data/e/samples.jsonl:1:1", /None of its 1 samples carries over/],
    ["several evals and none named", "e:\n  class: a:Match\n  args: { samples_jsonl: x }\nf:\n  class: a:Match\n  args: { samples_jsonl: x }\n", "Match", [], undefined, "evals/e.yaml:1:1", /It has 2 evals: say which with --eval\. They are e, f\./],
  ];
  for (const [what, text, kind, samples, name, at, message] of wrong) {
    it(`is refused at its place: ${what}`, async () => {
      const { text: standard, read } = exported(kind, samples);
      await assert.rejects(importOpenAiEvals({ file: FILE, text: text ?? standard, name, read }), (error: unknown) => {
        assert.ok(error instanceof ProblemError);
        const line = formatProblem(error.problem, show);
        assert.equal(line.slice(0, at.length), at, line);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

