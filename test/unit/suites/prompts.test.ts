import assert from "node:assert/strict";
import { assertMistake, mistakes, read, said, valid, workspace } from "./support.ts";

const suiteOf = (prompts: string) => `prompts: ${prompts}\nproviders: [echo]\ntests: [{ vars: { a: x } }]\n`;

/** `key = template` of each prompt, with the place of its text. */
async function prompts(written: string, files: Record<string, string> = {}): Promise<[string, string, string][]> {
  const suite = await valid({ "promptfooconfig.yaml": suiteOf(written), ...files });
  return suite.prompts.map(({ key, template, location }) => [key, template, said(suite, location)]);
}

describe("prompts of a suite", () => {
  it("stand in it as texts: one, a list, several lines", async () => {
    assert.deepEqual(await prompts("Hi {{a}}"), [["promptfooconfig.yaml#0", "Hi {{a}}", "promptfooconfig.yaml:1:10 Hi {{a}}"]]);
    assert.deepEqual(await prompts("\n  - 'One'\n  - |-\n    Two\n    lines"), [
      ["promptfooconfig.yaml#0", "One", "promptfooconfig.yaml:2:5 'One'"],
      ["promptfooconfig.yaml#1", "Two\nlines", "promptfooconfig.yaml:4:1     Two\n    lines"],
    ]);
  });

  const FILES: Record<string, { path: string; text: string; found: [template: string, line: number, column: number][] }> = {
    "a text": { path: "p.txt", text: "\n\n  Hi {{a}}\n", found: [["Hi {{a}}", 3, 3]] },
    "a text in parts between lines of ---": { path: "p.txt", text: "One\n---\n\nTwo --- {{a}}\n---\n---\r\nThree\n----\n", found: [["One", 1, 1], ["Two --- {{a}}", 4, 1], ["Three\n----", 7, 1]] },
    "Markdown, line ends included": { path: "p.md", text: "# Hi\n\n---\n{{a}}\n", found: [["# Hi\n\n---\n{{a}}\n", 1, 1]] },
    "a Jinja template": { path: "p.j2", text: "{% if a %}Hi{% endif %}\n", found: [["{% if a %}Hi{% endif %}\n", 1, 1]] },
    "a chat in JSON, as it is written": { path: "p.json", text: '[\n {"role": "user", "content": "{{a}}"}]', found: [['[\n {"role": "user", "content": "{{a}}"}]', 1, 1]] },
    "JSON only once it is filled in": { path: "p.json", text: '[{"role": "user", "content": {{ a | dump }} }]', found: [['[{"role": "user", "content": {{ a | dump }} }]', 1, 1]] },
    "a chat in YAML, as JSON": { path: "p.yaml", text: "- role: user\n  content: '{{a}}'\n", found: [['[{"role":"user","content":"{{a}}"}]', 1, 1]] },
    "YAML only once it is filled in": { path: "p.yml", text: "{% if a %}\n- role: user\n{% endif %}\n", found: [["{% if a %}\n- role: user\n{% endif %}\n", 1, 1]] },
    "a line of JSON Lines each": { path: "p.jsonl", text: '[{"role":"user","content":"1"}]\r\n\r\n["2"]\n', found: [['[{"role":"user","content":"1"}]', 1, 1], ['["2"]', 3, 1]] },
    "a row of CSV each": { path: "p.csv", text: 'label,prompt\r\nfirst,"One,\r\n{{a}}"\r\n,\r\n,Two\r\n', found: [["One,\r\n{{a}}", 2, 1], ["Two", 5, 1]] },
    "a line of CSV each, without commas": { path: "p.csv", text: "Prompt\nSay {{a}}\n\nSay it again\n", found: [["Say {{a}}", 2, 1], ["Say it again", 4, 1]] },
  };
  for (const [name, { path, text, found }] of Object.entries(FILES)) {
    it(`come from a file: ${name}`, async () => {
      const suite = await valid({ "promptfooconfig.yaml": suiteOf(`file://${path}`), [path]: text });
      assert.deepEqual(suite.prompts.map(({ template, location: { range } }) => [template, range.start.line + 1, range.start.character + 1]), found);
      assert.ok(suite.prompts.every(({ location }) => location.file.endsWith(path)));
    });
  }

  it("mark their own part of a file", async () => {
    const found = await prompts("file://p.txt", { "p.txt": "One\n---\nTwo\n lines \n" });
    assert.deepEqual(found, [["p.txt#0", "One", "p.txt:1:1 One"], ["p.txt#1", "Two\n lines", "p.txt:3:1 Two\n lines"]]);
  });

  it("come from a glob, sorted, with or without file://", async () => {
    const files = { "p/b.txt": "B", "p/a.txt": "A", "p/[c]/c.md": "C", "node_modules/p/d.txt": "D" };
    for (const glob of ["file://p/*.txt", "p/*.txt", "p/?.txt", '"p/{a,b}.*"']) assert.deepEqual((await prompts(glob, files)).map(([key]) => key), ["p/a.txt#0", "p/b.txt#0"], glob);
    assert.deepEqual((await prompts('"**/*.{txt,md}"', files)).map(([, template]) => template), ["C", "A", "B"]);
  });

  it("are objects with a label and a configuration; text and Markdown drop the configuration", async () => {
    const written = "[{ id: file://p.j2, label: one, config: { x: 1 } }, { raw: 'Hi', label: two, config: { x: 2 } }, { raw: file://p.md, config: { x: 3 } }, { id: p.txt, config: { x: 4 } }, { id: p.csv, config: { x: 5 }, label: three }]";
    const suite = await valid({ "promptfooconfig.yaml": suiteOf(written), "p.j2": "J", "p.md": "M", "p.txt": "T", "p.csv": "prompt,label\nC,\nD,four\n" });
    assert.deepEqual(suite.prompts.map(({ key, label, template, config }) => [key, label, template, config]), [
      ["one", "one", "J", { x: 1 }], ["two", "two", "Hi", { x: 2 }], ["p.md#0", "p.md", "M", {}], ["p.txt#0", "p.txt", "T", {}], ["three", "three", "C", { x: 5 }], ["four", "four", "D", { x: 5 }],
    ]);
  });

  it("are a map of paths and labels", async () => {
    assert.deepEqual(await prompts("{ p/a.txt: one, b.txt: two }", { "p/a.txt": "A", "b.txt": "B" }), [["one", "A", "p/a.txt:1:1 A"], ["two", "B", "b.txt:1:1 B"]]);
  });

  it("count once when they are listed twice; equal texts of several files are several", async () => {
    const found = await prompts("[Hi, file://a.txt, Hi, file://b.txt, { raw: Hi, label: other }]", { "a.txt": "A\n---\nA", "b.txt": "A" });
    assert.deepEqual(found.map(([key]) => key), ["promptfooconfig.yaml#0", "a.txt#0", "a.txt#1", "b.txt#0", "other"]);
  });

  it("keep identities apart: a label that is taken gives way to the path", async () => {
    const suite = await valid({ "evals/a.txt": "A\n---\nB\n---\nC", "promptfooconfig.yaml": suiteOf("[{ id: evals/a.txt, label: same }]") });
    assert.deepEqual(suite.prompts.map(({ key, label }) => [key, label]), [["same", "same"], ["evals/a.txt#1", "same"], ["evals/a.txt#2", "same"]]);
    assert.deepEqual((await read(workspace({ "evals/promptfooconfig.yaml": suiteOf("a.txt"), "evals/a.txt": "A" }), "evals/promptfooconfig.yaml")).prompts.map(({ key, label }) => [key, label]), [["evals/a.txt#0", "evals/a.txt"]]);
  });

  it("are texts when a sentence only looks like a path, unless there is such a file", async () => {
    for (const text of ["Say hello to Mr. X", "Answer yes/no.", "{{a}}/{{b}}", "**Bold** and 2 * 3", "See a.txt"]) assert.deepEqual((await prompts(JSON.stringify(text)))[0]?.[1], text);
    assert.equal((await prompts("my prompts/first one.txt", { "my prompts/first one.txt": "Hi" }))[0]?.[1], "Hi");
  });

  it("are no texts when they are a word with a slash", () => assertMistake(suiteOf("prompts/first"), "missing-file", "promptfooconfig.yaml:1:10 prompts/first", /There is no file prompts\/first/));

  it("are not made by code that is not there", async () => {
    for (const path of ["file://p.js", "file://p.py:make", "p.mts", "exec:./make.sh"]) await assertMistake(suiteOf(`[${path}]`), "missing-file", `promptfooconfig.yaml:1:11 ${path}`, /There is no file/);
  });

  const WRONG: [prompts: string, code: string, at: string, message: RegExp, file?: string][] = [
    ["[]", "no-prompts", "promptfooconfig.yaml:1:10 []", /has no prompts. Add/],
    ["", "no-prompts", "promptfooconfig.yaml:1:1 prompts", /has no prompts/],
    ["[3]", "bad-prompt", "promptfooconfig.yaml:1:11 3", /is a text, a file:\/\/path, or/],
    ["[{ label: x }]", "bad-prompt", "promptfooconfig.yaml:1:11 { label: x }", /needs an id .* or raw/],
    ["file://p.txt", "empty-prompt", "promptfooconfig.yaml:1:10 file://p.txt", /p\.txt is empty/, " \n"],
    ["[{ id: file://q.txt }]", "missing-file", "promptfooconfig.yaml:1:17 file://q.txt", /There is no file q\.txt \(looked for /],
    ["file://q*.txt", "missing-file", "promptfooconfig.yaml:1:10 file://q*.txt", /q\*\.txt matches no file/],
    ["p.csv", "no-prompts", "p.csv:1:1 text,label", /p\.csv has no column "prompt"/, "text,label\nHi,one\n"],
    ["p.csv", "csv-syntax", "p.csv:2:1 \"Hi,one", /a quote opens here and is never closed/, 'prompt,label\n"Hi,one\n'],
    ["p.json", "yaml-syntax", "p.json:1:18 \"", /JSON syntax: /, '[{"role": "user" "content": 1}]'],
  ];
  for (const [written, code, at, message, text] of WRONG) {
    it(`say what is wrong: ${written}${text === undefined ? "" : ` of ${JSON.stringify(text)}`}`, () => assertMistake({ "promptfooconfig.yaml": suiteOf(written), ...(text === undefined ? {} : { [written.replace("file://", "")]: text }) }, code, at, message));
  }

  it("need not be there to be missed once", async () => {
    assert.deepEqual((await mistakes("providers: [echo]\ntests: [{ vars: { a: x } }]\n")).map(({ code, at }) => [code, at.split(" ")[0]]), [["no-prompts", "promptfooconfig.yaml:1:1"]]);
  });
});

describe("a mark that is not closed on its line", () => {
  it("is a warning: nothing of the prompt is filled in, as in promptfoo", async () => {
    for (const [text, at] of [["{{a}}\n {{ a\n", "p.txt:2:2 {"], ["Hi {% if a\n%}", "p.txt:1:4 {"], ["# Title {#id}\n{{a}}", "p.txt:1:9 {"]] as const) {
      const found = await mistakes({ "promptfooconfig.yaml": suiteOf("p.txt"), "p.txt": text });
      assert.deepEqual(found.map((mistake) => [mistake.severity, mistake.code, mistake.at]), [["warning", "template-open", at]], text);
    }
  });
});

describe("a template that does not compile", () => {
  const PLACES: Record<string, [prompts: string, files: Record<string, string>, at: string]> = {
    "on its line of a text": ["p.txt", { "p.txt": "\nOne\n---\n\n Two\n{{ a b }}\n" }, "p.txt:6:6 b"],
    "on the first line of a part": ["p.txt", { "p.txt": "One\n---\n\n 😀 {{ a b }}\n" }, "p.txt:4:10 b"],
    "in Markdown": ["p.md", { "p.md": "# Hi\r\n{% if %}\r\n" }, "p.md:2:7 %"],
    "in a block of the suite": ["\n  - |\n    Hi\n    {{ a b }}", {}, "promptfooconfig.yaml:4:10 b"],
    "behind a label with the same text": ["[{ label: '{{ a b }}', raw: '{{ a b }}' }]", {}, "promptfooconfig.yaml:1:44 b"],
    "in quotes": ["['Hi {{ a b }}']", {}, "promptfooconfig.yaml:1:20 b"],
    "in a folded text, as a whole": ["\n  - >-\n    Hi\n    {{ a b }}", {}, "promptfooconfig.yaml:3:1     Hi\n    {{ a b }}"],
    "in a text of a chat in JSON": ["p.json", { "p.json": '[\n  {"role": "system", "content": "{{ fine | default(\\"x\\") }}"},\n  {"role": "user", "content": "Hi {{ a b }}"}\n]' }, "p.json:3:40 b"],
    "in a text of a chat in YAML": ["p.yaml", { "p.yaml": "- role: system\n  content: Hi\n- role: user\n  content: |\n    Hi\n    {{ a b }}\n" }, "p.yaml:6:10 b"],
    "in a line of JSON Lines": ["p.jsonl", { "p.jsonl": '["{{a}}"]\n["{{ a b }}"]\n' }, "p.jsonl:2:8 b"],
    "in a row of CSV": ["p.csv", { "p.csv": 'label,prompt\nx,"Hi\n{{ a b }}"\n' }, "p.csv:3:6 b"],
    "at the block that is never closed": ["p.txt", { "p.txt": "{{a}}\n {% if a %} {{a}}\n" }, "p.txt:2:2 {"],
  };
  for (const [name, [written, files, at]] of Object.entries(PLACES)) {
    it(`is shown ${name}`, () => assertMistake({ "promptfooconfig.yaml": suiteOf(written), ...files }, "template-syntax", at, /^This template cannot be read: (expected variable end|unexpected token|parseIf: expected)/));
  }
});
