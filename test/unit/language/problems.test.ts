import assert from "node:assert/strict";
import { Project } from "./support.ts";

const SUITE = `prompts: [file://prompt.txt]
providers: [echo]
tests:
  - vars: { customer: Ann, tone: kind }
  - vars: { customer: Bob }
    assert: [{ type: contains, value: "{{expected}}" }]
`;

describe("variables over prompt, suite and data", () => {
  it("that no case gives are told where they are used, with what was meant", async () => {
    const project = await Project.of({ "promptfooconfig.yaml": SUITE, "prompt.txt": "Dear {{ custmer }}, {{ tone }} {{ missing | default('x') }} {{ env.X }}" });
    const [misspelt, partly] = project.remarks("prompt.txt");
    assert.equal(misspelt?.message, 'custmer has no value in promptfooconfig.yaml: nothing is filled in for it. Did you mean "customer"?');
    assert.deepEqual([misspelt?.severity, misspelt?.replacement], ["warning", "customer"]);
    assert.equal(partly?.message, "tone has no value in 1 of 2 cases in promptfooconfig.yaml: there nothing is filled in for it.");
    assert.equal(partly?.severity, "information");
    assert.equal(project.remarks("prompt.txt").length, 2);
  });

  it("that nothing reads are told where they are given, once", async () => {
    const project = await Project.of({ "promptfooconfig.yaml": SUITE.replace("customer: Bob", "customer: Bob, expected: x, spare: 1"), "prompt.txt": "{{customer}} {{tone}}" });
    assert.deepEqual(project.codes("promptfooconfig.yaml"), ["unused-variable: spare"]);
  });

  it("are looked for in tables, lines, files of tests, defaults and scenarios", async () => {
    const project = await Project.of({
      "evals/promptfooconfig.yaml": `prompts: [file://../prompts/*.txt]
defaultTest: { vars: { lang: en } }
scenarios:
  - config: [{ vars: { city: Rome } }]
    tests: [{ vars: { day: Monday } }]
tests: [file://a.csv, file://b.jsonl, file://c/*.yaml]
`,
      "evals/a.csv": '\n"question, long",answer,__expected\nq,a,equals:{{answer}}\n',
      "evals/b.jsonl": '{"vars": {"topic": "x"}}\n',
      "evals/c/1.yaml": "- vars: { name: n }\n",
      "prompts/p.txt": "{{lang}} {{city}} {{day}} {{answer}} {{topic}} {{name}} {{nowhere}}",
    });
    assert.deepEqual(project.codes("prompts/p.txt").filter((code) => code.startsWith("undefined")), ["undefined-variable: nowhere"]);
    assert.deepEqual(project.codes("evals/a.csv"), ["unused-variable: question, long"]);
    assert.deepEqual(project.codes("evals/b.jsonl"), []);
  });

  it("are not told of where code may give or read them", async () => {
    const project = await Project.of({ "promptfooconfig.yaml": "prompts: [file://p.txt]\ntests: file://make.js\n", "p.txt": "{{anything}}" });
    assert.deepEqual(project.codes("p.txt"), []);
  });

  it("are told of one prompt in many suites in one sentence, and of a prompt in none not at all", async () => {
    const suites = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`s${i}/promptfooconfig.yaml`, `prompts: [file://../p.txt]\ntests: [{ vars: { ${i < 47 ? "a" : "b"}: 1 } }]\n`]));
    const project = await Project.of({ ...suites, "p.txt": "{{ a }}", "prompts/alone.md": "{{ a }}" });
    const [remark, ...others] = project.remarks("p.txt");
    assert.deepEqual(others, []);
    assert.equal(remark?.message, "a has no value in 3 suites of 50 (s47/promptfooconfig.yaml, s48/promptfooconfig.yaml, s49/promptfooconfig.yaml): nothing is filled in for it. Did you mean \"b\"?");
    assert.deepEqual(project.remarks("prompts/alone.md"), []);
  });

  it("of a .prompt.yml and of a .prompty are known from the file itself", async () => {
    const project = await Project.of({
      "x.prompt.yml": "model: openai/x\nmessages:\n  - { role: system, content: Hi }\n  - { role: user, content: '{{input}} {{ilnput}}' }\ntestData: [{ input: a, expected: b }]\nevaluators: [{ name: e, string: { equals: '{{expected}}' } }]\n",
      "promptfooconfig.yaml": "prompts: [file://y.prompty]\ntests: [{}]\n",
      "y.prompty": "---\nname: y\ninputs:\n  who: { default: me }\n---\nsystem:\n{{ who }} {{ what }}\nuser:\n{% if %}\n",
    });
    assert.deepEqual(project.codes("x.prompt.yml"), ["undefined-variable: ilnput"]);
    assert.deepEqual(project.codes("y.prompty"), ["undefined-variable: what", "unclosed-block: {% if %}"]);
  });

  it("are those of the text as it is typed, and of the last suite that could be read", async () => {
    const project = await Project.of({ "promptfooconfig.yaml": SUITE, "prompt.txt": "{{ customer }}" });
    await project.type("promptfooconfig.yaml", `${SUITE}  - vars: { customer: [`);
    await project.type("prompt.txt", "{{ customer }} {{ custo¦");
    assert.deepEqual(project.codes("prompt.txt"), ["unclosed-expression: {{ custo"]);
  });
});

describe("other remarks", () => {
  it("name a filter that does not exist, and know the suite's own", async () => {
    const project = await Project.of({ "promptfooconfig.yaml": "prompts: [file://p.txt]\nnunjucksFilters: { shout: file://f.js }\ntests: [{ vars: { a: 1 } }]\n", "p.txt": "{{ a | uper }} {{ a | shout }}" });
    const [remark] = project.remarks("p.txt");
    assert.equal(remark?.message, 'There is no filter "uper": the prompt cannot be filled in. Did you mean "upper"?');
    assert.equal(project.remarks("p.txt").length, 1);
  });

  it("are about roles out of order", async () => {
    const chat = JSON.stringify([{ role: "user", content: "a" }, { role: "system", content: "b" }, { role: "tool", content: "c" }, { role: "usr", content: "d" }]);
    const project = await Project.of({ "promptfooconfig.yaml": "prompts: [file://chat.json]\n", "chat.json": chat });
    assert.deepEqual(project.codes("chat.json"), ["role-order: system", "role-order: tool", "unknown-role: usr"]);
  });

  it("stay few and quick on a prompt of 5 MB and on 10,000 variables", async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `{{ v${i} }}`).join("\r\n");
    const project = await Project.of({ "promptfooconfig.yaml": "prompts: [file://large.txt, file://many.txt]\ntests: [{ vars: { v1: x } }]\n", "large.txt": `${"word ".repeat(1_000_000)}{{ v2 }}`, "many.txt": many });
    assert.deepEqual(project.codes("large.txt"), ["undefined-variable: v2"]);
    assert.equal(project.remarks("many.txt").length, 200);
  });
});
