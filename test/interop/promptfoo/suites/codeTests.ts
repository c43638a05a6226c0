import type { Example } from "../sides.ts";
import { contains, echoed, equals } from "./support.ts";

const of = (tests: unknown, files: Example["files"], more: object = {}): Example => ({ config: echoed("{{a}}", tests, more), files });
const JAVASCRIPT = "module.exports = (config) => ['x', 'y'].map((a) => ({ vars: { a, config: JSON.stringify(config) }, assert: [{ type: 'equals', value: a }] }));";

/** Tests that are made by code. */
export const codeTests: Readonly<Record<string, Example>> = {
  "a function in CommonJS": of("file://t.js", { "t.js": JAVASCRIPT }),
  "a function in a module": of("file://t.mjs", { "t.mjs": "export default async () => [{ vars: { a: 'x' } }];" }),
  "functions by name": of("file://t.mjs:made", { "t.mjs": "export const made = () => [{ vars: { a: 'x' } }];" }),
  "a list that is exported": of("file://t.js", { "t.js": "module.exports = [{ vars: { a: 'x' } }, { vars: { a: ['y', 'z'] } }];" }),
  "a function in TypeScript": of("file://t.ts", { "t.ts": "interface Test { vars: Record<string, string> }\nexport default function (): Test[] { return [{ vars: { a: 'typed' } }]; }" }),
  "a function in Python": of("file://t.py", { "t.py": "def generate_tests():\n    return [{'vars': {'a': 'x'}, 'assert': [{'type': 'contains', 'value': 'x'}]}]\n" }),
  "a function in Python by name": of("file://t.py:made", { "t.py": "from more import value\n\ndef made():\n    return [{'vars': {'a': value}}]\n", "more.py": "value = 'more'\n" }),
  "in a list, beside others": of([{ vars: { a: "first" } }, "file://t.js", "file://t.py:made"], { "t.js": JAVASCRIPT, "t.py": "def made():\n    return [{'vars': {'a': 'py'}}]\n" }),
  "with a configuration": of({ path: "file://t.js", config: { n: 2, deep: { list: [1] } } }, { "t.js": JAVASCRIPT }),
  "with a configuration from a file": of([{ path: "file://t.js", config: { n: "file://n.json" } }, { path: "file://t.py:made", config: { n: 1 } }], { "t.js": JAVASCRIPT, "n.json": '{"deep": 3}', "t.py": "def made(config):\n    return [{'vars': {'a': str(config['n'])}}]\n" }),
  "that name files": of("file://t.js", { "t.js": "module.exports = () => [{ vars: { a: 'file://a.txt' }, assert: [{ type: 'javascript', value: 'file://judge.js' }], options: { transform: 'file://u.js' } }];", "a.txt": "of a file\n", "judge.js": "module.exports = (output) => output === 'OF A FILE';", "u.js": "module.exports = (output) => output.toUpperCase();" }),
  "with default tests": of("file://t.js", { "t.js": "module.exports = () => [{ vars: { a: 'x' } }, { vars: { b: 'y' } }];" }, { defaultTest: { vars: { a: "default" }, assert: [contains("x")] } }),
  "none": of("file://t.js", { "t.js": "module.exports = () => [];" }, { defaultTest: { vars: { a: "d" } } }),
  "that throw": of("file://t.js", { "t.js": "module.exports = () => { throw new Error('no'); };" }),
  "that throw in Python": of("file://t.py", { "t.py": "def generate_tests():\n    raise ValueError('no')\n" }),
  "in Python that are no list": of("file://t.py", { "t.py": "def generate_tests():\n    return 7\n" }),
  "for scenarios": of(undefined, { "t.js": "module.exports = () => [{ vars: { a: 'x {{b}}' } }];" }, { scenarios: [{ config: [{ vars: { b: "bee" } }, { vars: { b: "sea" } }], tests: ["file://t.js"] }] }),
};

const varied = (test: object, files: Example["files"] = {}, more: object = {}): Example => ({ config: echoed("{{a}} {{b}}", [{ vars: { a: "x", b: "y" }, ...test }], more), files });

/** `transformVars`: what becomes of variables before they are expanded. */
export const transformedVariables: Readonly<Record<string, Example>> = {
  "of one line": varied({ options: { transformVars: "({ ...vars, a: vars.a.toUpperCase(), c: 1 })" }, assert: [equals("X y")] }),
  "of several lines": varied({ options: { transformVars: "const b = vars.b + '!';\nreturn { b };" } }),
  "that make lists": varied({ options: { transformVars: "({ a: ['p', 'q'] })" } }),
  "of the default test": varied({}, {}, { defaultTest: { options: { transformVars: "({ b: vars.b + vars.d })" }, vars: { d: "default" } } }),
  "over the default one's": varied({ options: { transformVars: "({ b: 'own' })" } }, {}, { defaultTest: { options: { transformVars: "({ b: 'default', a: 'default' })" } } }),
  "in JavaScript": varied({ options: { transformVars: "file://v.js" } }, { "v.js": "module.exports = (vars, context) => ({ b: typeof context.uuid + Object.keys(vars) });" }),
  "in a file, by name": varied({ options: { transformVars: "file://v.js:named" } }, { "v.js": "module.exports = { named: async (vars) => ({ b: vars.a + vars.b }) };" }),
  "in Python": varied({ options: { transformVars: "file://v.py" } }, { "v.py": "def get_transform(vars, context):\n    return {**vars, 'b': vars['a'] * 2}\n" }),
  "that name a file": varied({ options: { transformVars: "({ b: `file://${vars.a}.txt` })" } }, { "x.txt": "found\n" }),
  "of scenarios": { config: { prompts: ["{{a}}"], providers: ["echo"], scenarios: [{ config: [{ vars: { a: "x" } }], tests: [{ options: { transformVars: "({ a: vars.a + '!' })" } }] }] } },
  "that throw": varied({ options: { transformVars: "vars.none.none" } }),
  "that give nothing": varied({ options: { transformVars: "undefined" } }),
};
