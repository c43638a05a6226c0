import type { Example } from "../sides.ts";
import { contains, echoed, equals } from "./support.ts";

/** What variables become in a prompt. */
export const variables: Readonly<Record<string, Example>> = {
  "texts, numbers, lists, objects and nothing": { config: echoed("{{a}}|{{b}}|{{c}}|{{d.e}}|{{f}}|{{g}}|{{d}}", [{ vars: { a: "t", b: 1.5, c: [1, 2], d: { e: "x" }, f: null, g: false } }]) },
  "variables in variables": { config: echoed("{{a}}", [{ vars: { a: "{{b}} {{b}} {{c}}", b: "{{c}}", c: "deep" } }, { vars: { a: "{{none}}", b: "x" } }, { vars: { a: "{{b.c}} {{b}}", b: { c: "x" } } }, { vars: { a: "{{ b | upper }} {{b}}", b: "x" } }]) },
  "a variable that names itself": { config: echoed("{{a}}", [{ vars: { a: "{{a}} again" } }]) },
  "variables that are templates": { config: echoed("{{a}}", [{ vars: { a: "{% if b %}yes{% else %}no{% endif %}", b: true } }, { vars: { a: "{% if none %}yes{% endif %}" } }, { vars: { a: "{% for x in b %}{{x}}{% endfor %}", b: [1, 2] } }, { vars: { a: "{{ 1 + 1 }}" } }, { vars: { a: "{# note #}x" } }]) },
  "variables with open marks": { config: echoed("{{a}}", [{ vars: { a: "a {{ b" } }, { vars: { a: "a {% b" } }, { vars: { a: "a }} b" } }, { vars: { a: "50 {# x" } }]) },
  "the line end of a block": { config: "prompts: ['[{{a}}]']\nproviders: [echo]\ntests:\n  - vars:\n      a: |\n        one\n        two\n  - vars:\n      a: |+\n        one\n\n" },
  "a name that no test gives": { config: echoed("[{{a}}] [{{a.b}}] [{{c | default('d')}}]", [{ vars: { x: "y" } }]) },
  "files": {
    config: echoed("{{a}}|{{b}}|{{c}}|{{d}}|{{e}}", [{ vars: { a: "file://data/a.txt", b: "file://data/b.json", c: "file://data/c.yaml", d: "file://data/d.md", e: "file://data/e.csv" } }]),
    files: { "data/a.txt": "\n text {{b}}\n\n", "data/b.json": '{ "n": [1,\n 2] }\n', "data/c.yaml": "n: 1\nlist: [a, b]\n", "data/d.md": "# Title\n", "data/e.csv": "h,i\n1,2\n" },
  },
  "files that a pattern finds": { config: echoed("{{a}}", [{ vars: { a: "file://data/*.txt" } }]), files: { "data/1.txt": "one", "data/2.txt": "two", "data/3.md": "three" } },
  "lists of files": { config: echoed("{{a}}", [{ vars: { a: ["file://1.txt", "text", "file://2.txt"] } }]), files: { "1.txt": "one", "2.txt": "two" } },
  "files inside of objects are no files": { config: echoed("It is {{a.b}} here", [{ vars: { a: { b: "file://1.txt" } } }]), files: { "1.txt": "one" } },
  "a file that is not there": { config: echoed("{{a}}", [{ vars: { a: "file://none.txt" } }]) },
  "all variables in a file": { config: echoed("{{a}} {{b}}", [{ vars: "vars.yaml" }, { vars: ["vars.yaml", "more.yaml"] }]), files: { "vars.yaml": "a: [x, y]\nb: z\n", "more.yaml": "b: more\n" } },
  "filters": { config: echoed("{{a | upper}} {{b | length}} {{c | join('-')}} {{d | load | dump}} {{a | safe}}", [{ vars: { a: "<x>", b: [1, 2], c: [1, 2], d: '{"n": 1}' } }]) },
  "in JSON prompts": { config: echoed('{"q": "{{a}}", "n": [1, "{{b}}"], "{{a}}": true}', [{ vars: { a: 'say "hi"\nthere', b: { c: 1 } } }, { vars: { a: "{{b}}", b: "{% if x %}y{% endif %}" } }]) },
  "in JSON prompts of one value": { config: echoed(['"{{a}}"', "12", "null"], [{ vars: { a: "x" } }]) },
  "templates in expected values": { config: echoed("{{a}}", [{ vars: { a: "x", b: "{{a}}" }, assert: [equals("{{a}}"), equals("{{b}}"), contains("{{ a | upper }}", { weight: 0 }), { type: "contains-any", value: ["{{a}}", "z"] }, { type: "contains-all", value: "{{a}},x" }] }]) },
  "__ variables": { config: echoed("{{a}}{{__note}}", [{ vars: { a: "x", __note: "n" } }]) },
};
