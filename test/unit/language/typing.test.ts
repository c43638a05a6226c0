import assert from "node:assert/strict";
import { Project, taken } from "./support.ts";

const SUITE = `prompts: [file://prompt.txt]
providers: [openai:chat:small]
nunjucksFilters: { shout: file://shout.js }
defaultTest:
  assert: [{ type: contains, value: x, metric: politeness }]
tests:
  - vars: { customer: Ann, topic: "a \`b\`" }
  - vars: { customer: Bob }
`;

describe("completion", () => {
  const project = () => Project.of({ "promptfooconfig.yaml": SUITE, "prompt.txt": "{{ customer }} {{ topic }}", "data.csv": "a\n" });
  const labels = async (file: string, text: string) => (await (await project()).complete(file, text)).map(({ label }) => label);
  const take = async (file: string, text: string, label: string) => {
    const found = (await (await project()).complete(file, text)).find((proposal) => proposal.label === label);
    assert.ok(found, `${label} is proposed`);
    return taken(text, found);
  };

  it("in a template is its variables, closed where it was not", async () => {
    assert.deepEqual(await labels("prompt.txt", "Hi {{¦"), ["customer", "topic"]);
    assert.equal(await take("prompt.txt", "Hi {{¦", "topic"), "Hi {{ topic }}");
    assert.equal(await take("prompt.txt", "Hi {{ cu¦ }}", "customer"), "Hi {{ customer }}");
    assert.equal(await take("prompt.txt", "Hi {{¦Read the mail", "topic"), "Hi {{ topic }}Read the mail");
    assert.equal(await take("prompt.txt", "{% if cus¦ %}", "customer"), "{% if customer %}");
    assert.deepEqual((await labels("prompt.txt", "{% set mine = 1 %}{{ ¦ }}")).slice(-1), ["mine"]);
  });

  it("is filters after a bar and tags after an opening mark", async () => {
    const filters = await labels("prompt.txt", "{{ customer | ¦ }}");
    assert.equal(filters[0], "shout");
    assert.ok(filters.includes("upper") && !filters.includes("customer"));
    assert.ok((await labels("prompt.txt", "{% ¦ %}")).includes("endfor"));
  });

  it("is nothing in text, in strings and after a dot", async () => {
    for (const text of ["Hi ¦", "{ ¦", "{{ x }} ¦", "{{ 'a ¦' }}", "{{ customer.¦ }}", "{# {{ ¦ #}", "{% raw %}{{ ¦ }}{% endraw %}"]) assert.deepEqual(await labels("prompt.txt", text), [], text);
  });

  it("in a suite is assertion types, fields, metrics, models, variables and files, however it is written", async () => {
    const after = (text: string) => labels("promptfooconfig.yaml", SUITE + text);
    assert.ok((await after("    assert:\n      - type: ¦")).includes("llm-rubric"));
    assert.ok((await after("    assert: [{ type: ¦")).includes("not-is-json"));
    assert.deepEqual(await after("    assert:\n      - type: equals\n        metric: ¦"), ["politeness"]);
    assert.ok((await after("    assert:\n      - type: equals\n        ¦")).includes("threshold"));
    assert.ok((await after("    ¦")).includes("assert"));
    assert.deepEqual(await after("  - vars:\n      ¦"), ["customer", "topic"]);
    assert.ok((await after("¦")).includes("scenarios"));
    assert.deepEqual(await labels("promptfooconfig.yaml", "prompts:\n  - file://¦"), ["file://data.csv", "file://prompt.txt"]);
    assert.ok((await labels("promptfooconfig.yaml", "providers:\n  - ¦")).includes("id"));
  });

  it("in llmops.yaml is the endpoints that it names", async () => {
    assert.deepEqual(await labels("llmops.yaml", "version: 1\nendpoints:\n  dev: { kind: sandbox }\n  prod: { kind: sandbox }\nsuites:\n  - path: .\n    endpoint: ¦"), ["dev", "prod"]);
  });
});

describe("hover", () => {
  it("on a variable is where it is given, its first values, and the cases without it", async () => {
    const project = await Project.of({ "promptfooconfig.yaml": SUITE, "prompt.txt": "Hi {{ customer }}, {{ topic | upper }}" });
    assert.equal(project.hover("prompt.txt", "customer"), "variable **customer**\n\npromptfooconfig.yaml: defined in promptfooconfig.yaml\n- `Ann`\n- `Bob`");
    assert.equal(project.hover("prompt.txt", "topic"), "variable **topic**\n\npromptfooconfig.yaml: defined in promptfooconfig.yaml · no value in 1 of 2 cases\n- `` a `b` ``");
    assert.equal(project.hover("prompt.txt", "upper"), "filter **upper**: In upper case.");
    assert.equal(project.hover("promptfooconfig.yaml", "topic"), project.hover("prompt.txt", "topic"));
  });

  it("is nothing beside them: other servers answer there", async () => {
    const project = await Project.of({ "promptfooconfig.yaml": SUITE, "prompt.txt": "Hi {{ customer }}" });
    assert.equal(project.hover("prompt.txt", "Hi"), undefined);
    assert.equal(project.hover("promptfooconfig.yaml", "providers"), undefined);
  });

  it("on a prompt that no suite names says so", async () => {
    const project = await Project.of({ "prompts/x.md": "{{ a }}" });
    await project.type("prompts/x.md", "{{ a }}¦");
    assert.equal(project.hover("prompts/x.md", "a"), "variable **a**\n\nNo suite uses this prompt.");
  });
});
