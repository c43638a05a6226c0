import assert from "node:assert/strict";
import { occurrencesOf } from "../../../src/core/language/component.ts";
import { rename, RenameError } from "../../../src/core/language/rename.ts";
import { coloursOf, sectionsOf, messageTokens } from "../../../src/core/language/structure.ts";
import { path, Project } from "./support.ts";

const FILES = {
  "a/promptfooconfig.yaml": `prompts: [file://../p.txt, "Inline {{ who }}"]
defaultTest:
  assert:
    - { type: contains, value: "{{ who | upper }}" }
    - { type: javascript, value: "output.includes(context.vars.who) && context.vars['who']" }
tests:
  - vars: { who: Ann }
  - vars: { "who": Bob }
  - file://more.csv
  - file://lines.jsonl
`,
  "a/more.csv": 'id,"who"\n1,Cid\n',
  "a/lines.jsonl": '{"vars": {"who": "Dan"}}\r\n{"vars": {"who": "Eve"}}\r\n',
  "b/promptfooconfig.yaml": "prompts: [file://../p.txt]\ntests: [{ vars: { who: Fay } }]\n",
  "c/promptfooconfig.yaml": "prompts: [file://other.txt]\ntests: [{ vars: { who: Gus } }]\n",
  "c/other.txt": "{{ who }}",
  "p.txt": "{{ who }} {% for who in whos %}{{ who }}{% endfor %}",
};

/** A project's texts after a rename. */
async function renamed(from: string, to: string, files: Readonly<Record<string, string>> = FILES): Promise<Record<string, string>> {
  const project = await Project.of(files);
  const offset = project.text(from).indexOf("who");
  const texts: Record<string, string> = { ...files };
  const places = rename(project.index, path(from), offset, to).sort((x, y) => y.start - x.start);
  for (const { file, start, end } of places) {
    const name = project.index.nameOf(file);
    texts[name] = (texts[name] as string).slice(0, start) + to + (texts[name] as string).slice(end);
  }
  return texts;
}

describe("a variable over all its files", () => {
  it("is renamed in prompts, suites, heads of tables, lines of JSON and code, from wherever it stands", async () => {
    const expected = Object.fromEntries(Object.entries(FILES).map(([name, text]) => [name, name.startsWith("c/") ? text : text.replaceAll(/\bwho\b/g, "person")]));
    expected["p.txt"] = "{{ person }} {% for who in whos %}{{ who }}{% endfor %}";
    for (const from of ["p.txt", "a/more.csv", "a/lines.jsonl", "b/promptfooconfig.yaml"]) assert.deepEqual(await renamed(from, "person"), expected, from);
  });

  it("is renamed where a prompt file declares it", async () => {
    const files = { "promptfooconfig.yaml": "prompts: [file://x.prompty, file://y.prompt]\ntests: [{ vars: { who: Ann } }]\n", "x.prompty": "---\ninputs:\n  who: { default: me }\nsample: { who: you }\n---\nsystem:\n{{who}}\n", "y.prompt": "---\ninput:\n  schema:\n    who?: string, the name\n---\n{{who}}" };
    const texts = await renamed("x.prompty", "person", files);
    assert.equal(texts["x.prompty"], files["x.prompty"].replaceAll("who", "person"));
    assert.equal(texts["y.prompt"], files["y.prompt"].replaceAll("who", "person"));
  });

  it("is not given a name that is none, has a meaning, or is taken", async () => {
    const files = { "promptfooconfig.yaml": "prompts: [file://p.txt]\ntests: [{ vars: { who: a, other: b } }]\n", "p.txt": "{{ who }}" };
    for (const [name, message] of [["a b", /cannot be a variable's name/], ["loop", /a meaning of its own/], ["other", /promptfooconfig\.yaml has a variable other already/]] as const) {
      await assert.rejects(renamed("p.txt", name, files), (error) => error instanceof RenameError && message.test(error.message));
    }
  });

  it("is found with every place that reads it", async () => {
    const project = await Project.of(FILES);
    const { defined, used, suites } = occurrencesOf(project.index, path("p.txt"), "who");
    assert.deepEqual([defined.length, used.length, suites.length], [6, 5, 2]);
  });

  it("is the same in 500 files at once", async () => {
    const suites = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [[`s${i}/promptfooconfig.yaml`, `prompts: [file://../shared.txt, file://own.txt]\ntests: [{ vars: { who: a } }]\n`], [`s${i}/own.txt`, "{{ who }}"]]).flat());
    const project = await Project.of({ ...suites, "shared.txt": "{{ who }}" });
    const places = rename(project.index, path("shared.txt"), 4, "person");
    assert.equal(new Set(places.map(({ file }) => file)).size, 501);
  });
});

describe("the structure of a prompt", () => {
  it("is its messages, blocks and own variables, where no other server outlines the file", async () => {
    const text = "---\nname: x\n---\nsystem:\nBe kind.\n{% if a %}\nyes\n{% endif %}\nuser:\n{% set b = 1 %}{{ b }}\n";
    const project = await Project.of({ "promptfooconfig.yaml": "prompts: [file://x.prompty, file://y.md]\n", "x.prompty": text, "y.md": "# Title\n{% if a %}\n{% endif %}" });
    assert.deepEqual(sectionsOf(project.index, path("x.prompty")).map(({ kind, name }) => `${kind} ${name}`), ["message system", "block if a", "message user", "variable b"]);
    assert.deepEqual(sectionsOf(project.index, path("y.md")), []);
  });

  it("has about so many tokens a message", async () => {
    const project = await Project.of({ "promptfooconfig.yaml": "prompts: [file://x.prompty]\n", "x.prompty": "system:\nBe kind.\nuser:\n{{ a }}\n" });
    assert.deepEqual(messageTokens(project.index, path("x.prompty")), [{ start: 8, tokens: 2 }, { start: 23, tokens: 2 }]);
    assert.deepEqual(messageTokens(project.index, path("promptfooconfig.yaml")), []);
  });

  it("is coloured piece by piece", async () => {
    const text = "{{ a.b | join(', ') }}{% if x and 1 %}{# note #}";
    const project = await Project.of({ "promptfooconfig.yaml": "prompts: [file://p.txt]\n", "p.txt": text });
    const colours = coloursOf(project.index, path("p.txt")).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);
    assert.deepEqual(colours, ["operator {{", "variable a", "variable b", "operator |", "function join", "string ', '", "operator }}", "operator {%", "keyword if", "variable x", "keyword and", "number 1", "operator %}", "comment {# note #}"]);
  });
});
