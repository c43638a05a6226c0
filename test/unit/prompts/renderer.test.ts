import assert from "node:assert/strict";
import { createRenderer, RenderError } from "../../../src/core/prompts/renderer.ts";

const renderer = await createRenderer();
const text = (template: string, vars: Record<string, unknown> = {}, env: Record<string, string> = {}) => renderer.prompt(template, vars, env).text;
const messages = (template: string, vars: Record<string, unknown> = {}) => renderer.prompt(template, vars, {}).messages;

describe("a template", () => {
  const RENDERED: Record<string, [template: string, vars: Record<string, unknown>, expected: string]> = {
    "leaves an undefined variable empty": ["[{{a}}|{{b.c}}]", {}, "[|]"],
    "does not escape": ["{{a}}", { a: `<&"'>` }, `<&"'>`],
    "has nunjucks' logic": ["{% for x in a %}{{ x | upper }}{% if not loop.last %}, {% endif %}{% endfor %}", { a: ["x", "y"] }, "X, Y"],
    "parses JSON with load": ["{{ (a | load).b }}", { a: '{"b": 3}' }, "3"],
    "is text without marks": ["a } b {c} %}", { c: "x" }, "a } b {c} %}"],
    "prints an object by dump": ["{{ a | dump }}", { a: { b: 1 } }, '{"b":1}'],
    "keeps what is said to be raw": ["= {% raw %}{{a}}{% endraw %}", { a: "x" }, "= {{a}}"],
    "may take a variable for a value only": ["{{ a['b c'] }}", { a: { "b c": 1 } }, "1"],
  };
  for (const [name, [template, vars, expected]] of Object.entries(RENDERED)) it(name, () => assert.equal(text(template, vars), expected));

  it("sees the environment that it is given", () => {
    assert.equal(text("{{ env.KEY }}{{ env.HOME }}", {}, { KEY: "k" }), "k");
    assert.equal(text("{{ env }}", { env: "a variable of that name" }, { KEY: "k" }), "a variable of that name");
    assert.equal(renderer.text("{{a}}{{env.KEY}}", { a: "x" }, { KEY: "k" }), "xk");
  });

  it("reads no files", () => assert.throws(() => text("{% include 'package.json' %}"), RenderError));

  it("that fails is a RenderError in one line", () => {
    for (const template of ["{{ a b }}", "{{ a | nofilter }}", "{{ 'x' | load }}", "{{ a() }}", '["{{ a | nofilter }}"]']) {
      assert.throws(() => text(template), (error) => error instanceof RenderError && /^The prompt cannot be filled in: [^\n]+$/.test(error.message), template);
    }
  });

  it("renders the same however many there are", () => {
    const templates = Array.from({ length: 600 }, (_, i) => `${i} {{a}}`);
    for (const a of ["x", "y"]) assert.deepEqual(templates.map((template) => text(template, { a })), templates.map((_, i) => `${i} ${a}`));
  });
});

describe("variables in variables", () => {
  const chain = (length: number) => Object.fromEntries(Array.from({ length }, (_, i) => [`v${i}`, i === length - 1 ? "end" : `{{v${i + 1}}}`]));
  const RENDERED: Record<string, [template: string, vars: Record<string, unknown>, expected: string]> = {
    "are filled in": ["{{a}}", { a: "<{{ b }}>", b: "x" }, "<x>"],
    "are filled in through others": ["{{v0}}", chain(5), "end"],
    "are rendered as templates when every name exists": ["{{a}}", { a: "{{ b | upper }}", b: "x" }, "X"],
    "stay text when a name does not exist": ["= {{a}}", { a: "{{ b | upper }} {{ nope }}", b: "x" }, "= {{ b | upper }} {{ nope }}"],
    "stay text when a condition's name does not exist": ["= {{a}}", { a: "{% if nope %}x{% endif %}" }, "= {% if nope %}x{% endif %}"],
    "stay text when a mark is not closed": ["= {{a}}", { a: "{{ b\nc", b: "x" }, "= {{ b\nc"],
    "are only filled in, not rendered, in JSON prompts": ['[{"content": "{{a}} {{c}}"}]', { a: "{{ b | upper }}", b: "x", c: "{{b}}" }, JSON.stringify([{ content: "{{ b | upper }} x" }], null, 2)],
    "lose the line end that a block of YAML leaves": ["[{{a}}|{{b}}]", { a: "x\n", b: "y\n\n" }, "[x|y\n]"],
    "that name what does not exist stay": ["= {{a}}", { a: "{{nope}}-{{b}}", b: "x" }, "= {{nope}}-{{b}}"],
    "print objects as JavaScript does inside of texts": ["{{a}}", { a: "is {{b}} {{c}}", b: { c: 1 }, c: [1, 2] }, "is [object Object] 1,2"],
    "that are no texts are passed as they are": ["{{ a.b + 1 }}", { a: { b: 1 } }, "2"],
  };
  for (const [name, [template, vars, expected]] of Object.entries(RENDERED)) it(name, () => assert.equal(text(template, vars), expected));

  it("end after five rounds, however they lead on", () => {
    const ring = { a: "x{{b}}", b: "{{a}}" };
    assert.match(text('[{"content": "{{a}}"}]', ring), /"x+\{\{[ab]\}\}"/);
    // A round takes what it has filled in already, so that each of the five doubles how far a chain is followed.
    assert.equal(text('[{"content": "{{v0}}"}]', chain(40)), JSON.stringify([{ content: "{{v32}}" }], null, 2));
  });
});

describe("a prompt in JSON", () => {
  it("is filled in leaf by leaf, so that quotes in values are safe, and printed with two spaces", () => {
    const template = '[{"role":"user","content":"{{a}}","n":1,"{{a}}":[true,null,"{% if a %}y{% endif %}"]}]';
    const filled = [{ role: "user", content: 'say "hi"\n', n: 1, "{{a}}": [true, null, "y"] }];
    const { text: printed, messages: sent } = renderer.prompt(template, { a: 'say "hi"\n\n' }, {});
    assert.equal(printed, JSON.stringify(filled, null, 2));
    assert.deepEqual(sent, filled);
  });

  it("is filled in as a text when it is JSON only afterwards", () => {
    assert.deepEqual(messages('[{"role": "user", "content": {{ a | dump }} }]', { a: 'say "hi"' }), [{ role: "user", content: 'say "hi"' }]);
  });
});

describe("messages of a prompt", () => {
  const CHAT = [{ role: "system", content: "s" }, { role: "user", content: "u" }];
  const SENT: Record<string, [prompt: string, messages: unknown]> = {
    "are a list in JSON": [JSON.stringify(CHAT), CHAT],
    "are a list in YAML": ["- role: system\n  content: s\n- role: user\n  content: u\n", CHAT],
    "are a list in YAML after blanks": ["\n\n- role: user\n  content: |\n    a\n    b\n", [{ role: "user", content: "a\nb\n" }]],
    "else are one of the user, as it stands": [" Hi\n", [{ role: "user", content: " Hi\n" }]],
    "are other JSON as it is": ['{"a":1}', { a: 1 }],
    "are a value of JSON as it is": ['"x"', "x"],
    "are one of the user for what only begins like JSON": ["[1, 2", [{ role: "user", content: "[1, 2" }]],
    "are one of the user for a text in brackets": ["[System] be kind", [{ role: "user", content: "[System] be kind" }]],
    "are one of the user for another list in YAML": ["- one\n- two", [{ role: "user", content: "- one\n- two" }]],
  };
  for (const [name, [prompt, expected]] of Object.entries(SENT)) it(name, () => assert.deepEqual(messages(prompt), expected));

  const BROKEN: [prompt: string, said: RegExp][] = [
    ["{not JSON}", /begins like a chat in JSON but cannot be read as one: /],
    ['[{"role": "user", "content": "x"},]', /begins like a chat in JSON/],
    ['{"a": {{b}} }', /begins like a chat in JSON/],
    ["- role: user\n content: x", /begins like a chat in YAML but cannot be read as one: /],
  ];
  for (const [prompt, expected] of BROKEN) it(`are refused for ${JSON.stringify(prompt)}`, () => assert.throws(() => messages(prompt), (error) => error instanceof RenderError && expected.test(error.message)));
});

describe("the check of a template", () => {
  const CHECKED: [template: string, line: number, character: number, message: string, path?: string[]][] = [
    ["a {{ b c }}", 0, 7, "expected variable end"],
    ["a\n {% endif %}", 1, 4, "unknown block tag: endif"],
    ["a\n {{ b }", 1, 6, "expected variable end"],
    ["{% for x in a %}\n{%- if b %}{{ b }}{% endfor %}", 1, 21, "unknown block tag: endfor"],
    ["{% if a %}\n{{ b }}", 0, 0, "parseIf: expected elif, else, or endif, got end of file"],
    ['{"a": ["{{ x }}", {"b": "\\n {{ y z }}"}]}', 1, 6, "expected variable end", ["a", "1", "b"]],
  ];
  for (const [template, line, character, message, path = []] of CHECKED) {
    it(`finds the mistake in ${JSON.stringify(template)}`, () => assert.deepEqual(renderer.check(template), { message, line, character, path }));
  }

  it("finds none in what compiles", () => {
    for (const template of ["", "Hi", "{{a}}", "{% if a %}{% endif %}", '{"a": "{{ x | default(\\"y\\") }}"}', "{a} }}"]) assert.equal(renderer.check(template), undefined, template);
  });
});
