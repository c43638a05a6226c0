import assert from "node:assert/strict";
import fc from "fast-check";
import nunjucks from "nunjucks";
import { scan } from "../../../src/core/language/scanner.ts";
import { readTemplate } from "../../../src/core/language/template.ts";

const words = fc.constantFrom("a", "b", "customer", "order_id", "x1");
const strings = fc.constantFrom('"}}"', "'%}'", '"it\'s"', "'{{ a }}'", '"#}"');
const expressions = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    words,
    strings,
    fc.tuple(words, words).map(([a, b]) => `${a}.${b}`),
    fc.tuple(tie("any"), fc.constantFrom("upper", "trim", "default('none')", "join(', ')")).map(([a, filter]) => `${a} | ${filter}`),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => `${a} + ${b}`),
    fc.tuple(words, tie("any")).map(([a, b]) => `{ ${a}: ${b} }`),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => `[${a}, ${b}]`),
    fc.tuple(words, tie("any")).map(([a, b]) => `${a}(${b})`),
  ),
})).any;
/** Between an expression and its marks there is space: `}}}` would be another closing mark. */
const templates = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("text ", "{ not } ", "100 % ", "line\n\nline ", "# title ", "it's \"x\" ", "é😀 "),
    expressions.map((inner) => `{{ ${inner} }}`),
    expressions.map((inner) => `{{- ${inner} -}}`),
    fc.constantFrom("{# {{ a }} #}", "{% raw %}{{ a {% endraw %}", "{% verbatim %}{% x %}{% endverbatim %}"),
    fc.tuple(expressions, tie("any")).map(([test, body]) => `{% if ${test} %}${body}{% else %}-{% endif %}`),
    fc.tuple(words, expressions, tie("any")).map(([item, list, body]) => `{% for ${item} in ${list} %}${body}{% endfor %}`),
    fc.tuple(words, expressions).map(([name, value]) => `{% set ${name} = ${value} %}`),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => a + b),
  ),
})).any;

interface Node {
  readonly typename?: string;
  readonly value?: unknown;
  readonly fields?: readonly string[];
  readonly children?: readonly Node[];
}

/** Every text that nunjucks' own parser finds between the marks. */
function texts(node: unknown, found: string[] = []): string[] {
  if (node === null || typeof node !== "object") return found;
  if (Array.isArray(node)) {
    for (const item of node) texts(item, found);
    return found;
  }
  const one = node as Node & Record<string, unknown>;
  if (one.typename === "TemplateData") found.push(String(one.value));
  for (const field of one.fields ?? []) texts(one[field], found);
  return found;
}

describe("the scanner of templates", () => {
  it("finds the pieces that nunjucks' own parser finds", () => {
    const { parser } = nunjucks as unknown as { parser: { parse(text: string): unknown } };
    fc.assert(
      fc.property(templates, (template) => {
        const expected = texts(parser.parse(template.replaceAll("{{-", "{{").replaceAll("-}}", "}}"))).join("");
        const parts = scan(template, "nunjucks");
        assert.ok(parts.every(({ closed }) => closed), template);
        let [text, at] = ["", 0];
        for (const { kind, start, end } of parts) {
          text += template.slice(at, kind === "raw" ? end : start);
          at = end;
        }
        assert.equal(text + template.slice(at), expected, template);
        assert.deepEqual(readTemplate(template, "nunjucks").mistakes, [], template);
      }),
      { numRuns: 1000, seed: 7 },
    );
  });

  it("takes every text, and covers it in order", () => {
    const anything = fc.array(fc.constantFrom("{{", "}}", "{%", "%}", "{#", "#}", "raw", "endraw", "'", '"', "\n", "\r\n", " ", "a", "|", "if", "endfor", "\\", "${", "}", "{{!--", "/", "#"), { maxLength: 30 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(anything, fc.constantFrom("nunjucks" as const, "handlebars" as const, "literal" as const, "copilot" as const), (text, dialect) => {
        let at = 0;
        for (const { start, end, innerStart, innerEnd } of scan(text, dialect)) {
          assert.ok(at <= start && start <= innerStart && innerStart <= innerEnd && innerEnd <= end && end <= text.length);
          at = end;
        }
        const { uses, mistakes } = readTemplate(text, dialect);
        for (const { name, start, end } of uses) assert.equal(text.slice(start, end), name);
        for (const { start, end } of mistakes) assert.ok(start >= 0 && start <= end && end <= text.length);
      }),
      { numRuns: 2000 },
    );
  });

  const pieces = (text: string) => scan(text, "nunjucks").map(({ start, end, closed }) => `${closed ? "" : "open "}${text.slice(start, end)}`);

  it("ends what is half typed at the next mark, or with its line", () => {
    assert.deepEqual(pieces("Hi {{ na\nBye {{ name }}"), ["open {{ na", "{{ name }}"]);
    assert.deepEqual(pieces("Hi {{ na {{ name }}"), ["open {{ na", "{{ name }}"]);
    assert.deepEqual(pieces("Hi {{ x | default('a }} b\n{{ c }}"), ["{{ x | default('a }}", "{{ c }}"]);
    assert.deepEqual(pieces("{# note\nstill\n\n{{ c }}"), ["open {# note\nstill", "{{ c }}"]);
    assert.deepEqual(pieces("{% raw %}{{ a }}\r\n\r\n{{ c }}"), ["{% raw %}", "open {{ a }}", "{{ c }}"]);
    assert.deepEqual(pieces("{{Read the message | of {{ name }}"), ["open {{Read", "{{ name }}"]);
    assert.deepEqual(pieces("{{ a.b | default('x'"), ["open {{ a.b | default('x'"]);
    assert.deepEqual(pieces("{% if x\n{{ c }}"), ["open {% if x", "{{ c }}"]);
    assert.deepEqual(pieces("{{"), ["open {{"]);
  });
});

describe("variables of a template", () => {
  const uses = (text: string, dialect: Parameters<typeof readTemplate>[1] = "nunjucks") => readTemplate(text, dialect).uses.map(({ name, guarded }) => name + (guarded ? "?" : ""));

  it("are those that it takes from outside, by nunjucks' rules of scope", () => {
    assert.deepEqual(uses("{{ a.b }} {{ a['c'] }} {{ f(x, y=z) }} {{ {k: v} }} {{ w | join(sep) }}"), ["a", "a", "f", "x", "z", "v", "w", "sep"]);
    assert.deepEqual(uses("{% for i in items %}{{ i }}{{ loop.index }}{% endfor %}{{ i }}"), ["items", "i"]);
    assert.deepEqual(uses("{% if a %}{% set b = 1 %}{% endif %}{{ b }}"), ["a?"]);
    assert.deepEqual(uses("{% for i in l %}{% set c = 1 %}{% endfor %}{{ c }}"), ["l", "c"]);
    assert.deepEqual(uses("{% set c = 0 %}{% for i in l %}{% set c = i %}{% endfor %}{{ c }}"), ["l"]);
    assert.deepEqual(uses("{% macro m(p, q=d) %}{{ p }}{{ q }}{{ r }}{% endmacro %}{{ m(s) }}"), ["r", "s"]);
    assert.deepEqual(uses("{% set t %}{{ u }}{% endset %}{{ t }}"), ["u"]);
  });

  it("are guarded where the template says what happens without them", () => {
    assert.deepEqual(uses("{{ a | default('x') }} {% if b %}{{ b }}{{ c }}{% elif d %}{{ d }}{% endif %} {{ e or f }} {{ g is defined }}"), ["a?", "b?", "b?", "c", "d?", "d?", "e?", "f?", "g?"]);
  });

  it("are read in the other dialects by their own rules", () => {
    assert.deepEqual(uses("{{a}} {{ b.c }} {{ d e }} {% x %}", "literal"), ["a", "b.c"]);
    assert.deepEqual(uses('{{role "system"}}{{#if a}}{{b}}{{/if}}{{#each xs as |x|}}{{x}}{{y}}{{this.z}}{{/each}}{{> part}}{{!-- {{c}} --}}{{{d}}}', "handlebars"), ["a?", "b", "xs", "y?", "d"]);
    assert.deepEqual(uses("${input:city:Which?} ${selection} ${input:day}", "copilot"), ["city", "day"]);
  });
});

describe("mistakes in a template", () => {
  const mistakes = (text: string, dialect: Parameters<typeof readTemplate>[1] = "nunjucks") => readTemplate(text, dialect).mistakes.map(({ code, start, end }) => `${code}: ${text.slice(start, end)}`);

  it("are told at their place", () => {
    assert.deepEqual(mistakes("{{ }} {% fro x in y %} {% endfor %} {% if a %}{% for b in c %}{% endif %}{% else %}"), [
      "empty-expression: {{ }}",
      "unknown-tag: fro",
      "unopened-block: {% endfor %}",
      "unclosed-block: {% for b in c %}",
      "unopened-block: {% else %}",
    ]);
    assert.deepEqual(mistakes("{% if a %} and no end"), ["unclosed-block: {% if a %}"]);
    assert.deepEqual(mistakes("{{#if a}} {{/each}}", "handlebars"), ["unclosed-block: {{#if a}}", "unopened-block: {{/each}}"]);
  });
});
