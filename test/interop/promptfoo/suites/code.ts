import type { Example } from "../sides.ts";
import { contains, echoed, equals } from "./support.ts";

const X = { vars: { a: "x" } };
const Y = { vars: { a: "y" } };
/** Shell that finds the variable `a` in the first argument. */
const NAMED = `case "$1" in *'"a":"x"'*) name=x;; *) name=y;; esac;`;
const prompted = (prompts: unknown, files: Example["files"], more: Partial<Example> & { config?: object } = {}): Example => ({ files, ...more, config: { prompts: Array.isArray(prompts) ? prompts : [prompts], providers: ["echo"], tests: [X, Y], ...more.config } });
const varied = (vars: object, files: Example["files"], more: object = {}): Example => ({ config: echoed("{{a}} of {{b}}", [{ vars: { b: "bee", ...vars } }], more), files });

/** Prompts that are made by code. */
export const codePrompts: Readonly<Record<string, Example>> = {
  "a function in CommonJS": prompted("file://p.js", { "p.js": "module.exports = ({ vars, provider, config }) => `Hi ${vars.a} by ${provider.id}, ${JSON.stringify(config)}`;" }),
  "a function in a module": prompted("file://p.mjs", { "p.mjs": "export default async function ({ vars }) { return [{ role: 'user', content: `Hi ${vars.a}` }]; }" }),
  "functions by name": prompted(["file://p.mjs:one", "file://p.cjs:two"], { "p.mjs": "export const one = ({ vars }) => `one ${vars.a}`;", "p.cjs": "module.exports = { two: ({ vars }) => `two ${vars.a}` };" }),
  "a function in TypeScript": prompted("file://p.ts:typed", { "p.ts": "interface Context { vars: Record<string, string> }\nexport function typed({ vars }: Context): string { return `typed ${vars.a}`; }" }),
  "a function that gives a template": prompted("file://p.js", { "p.js": "module.exports = () => 'Say {{a}} {{a | upper}}';" }),
  "a function that gives messages as templates": prompted("file://p.js", { "p.js": "module.exports = () => [{ role: 'system', content: 'be {{a}}' }, { role: 'user', content: 'hi' }];" }),
  "a function that gives a prompt and a configuration": prompted("file://p.js", { "p.js": "module.exports = ({ vars }) => ({ prompt: `Hi ${vars.a}`, config: { temperature: vars.a === 'x' ? 0.5 : 0.9 } });" }, { config: { providers: [{ id: "openai:chat:m", config: { apiBaseUrl: "ENDPOINT/v1" } }] } }),
  "a function with a configuration and a label": prompted({ id: "file://p.js", label: "mine", config: { tone: "dry" } }, { "p.js": "module.exports = ({ vars, config }) => `${config.tone} ${vars.a}`;" }, { config: { tests: [{ ...X, prompts: ["mine"] }] } }),
  "a function that throws, and ones that return nothing or a number": prompted(["file://p.js:throws", "file://p.js:nothing", "file://p.js:number", "file://p.js:fine"], { "p.js": "module.exports = { throws: () => { throw new Error('no'); }, nothing: () => undefined, number: () => 7, fine: ({ vars }) => vars.a };" }),
  "a function by provider": prompted("file://p.js", { "p.js": "module.exports = ({ provider }) => `for ${provider.id} ${provider.label}`;" }, { config: { providers: ["echo", { id: "echo", label: "second" }] } }),
  "functions that a glob finds": prompted("file://prompts/*.js:made", { "prompts/a.js": "module.exports = { made: ({ vars }) => `a ${vars.a}` };" }),
  "a function with affixes": prompted("file://p.js", { "p.js": "module.exports = ({ vars }) => `Hi ${vars.a}`;" }, { config: { tests: [{ ...X, options: { prefix: "before ", suffix: " after" } }] } }),
  "a function in Python": prompted("file://p.py:make", { "p.py": "from lib import word\n\ndef make(context):\n    return word() + ' ' + context['vars']['a'] + ' ' + context['provider']['id']\n", "lib.py": "def word():\n    return 'Hi'\n" }),
  "a function in Python that gives messages": prompted("file://p.py:make", { "p.py": "def make(context):\n    return [{'role': 'user', 'content': 'Hi ' + context['vars']['a']}]\n" }),
  "a method in Python": prompted("file://p.py:Maker.make", { "p.py": "class Maker:\n    @staticmethod\n    def make(context):\n        return 'Hi ' + context['vars']['a']\n" }),
  "a function in Python that throws": prompted("file://p.py:make", { "p.py": "def make(context):\n    raise ValueError('no')\n" }),
  "a script in Python": prompted("file://p.py", { "p.py": "import json, sys\ncontext = json.loads(sys.argv[1])\nprint('Hi ' + context['vars']['a'])\nprint('second')\n" }),
  "a program": prompted("file://bin/p.sh", { "bin/p.sh": `#!/bin/sh\n${NAMED} echo "Hi $name"\n` }, { executable: ["bin/p.sh"] }),
  "a program with arguments": prompted("exec:bin/p.sh one 'two words'", { "bin/p.sh": `#!/bin/sh\n${NAMED.replace("$1", "$3")} echo "$1, $2: $name"\n` }, { executable: ["bin/p.sh"] }),
  "a program that fails": prompted("exec:bin/p.sh", { "bin/p.sh": "#!/bin/sh\necho no >&2\nexit 3\n" }, { executable: ["bin/p.sh"] }),
  "a program by name, in the suite's folder": { ...prompted("file://p.sh", { "p.sh": "#!/bin/sh\necho good\n" }, { executable: ["p.sh"] }), differs: "a program that makes a prompt, beside the suite" },
  "a script of an interpreter": prompted("exec:python3 p.py", { "p.py": "import json, sys\nprint('Hi ' + json.loads(sys.argv[1])['vars']['a'])\n" }),
  "JSON from a program": prompted("exec:bin/p.sh", { "bin/p.sh": "#!/bin/sh\necho '[{\"role\": \"user\", \"content\": \"Hi {{a}}\"}]'\n" }, { executable: ["bin/p.sh"] }),
  "custom filters": { config: { prompts: ["{{a | shout}} {{a | twice(' and ')}}", '[{"role": "user", "content": "{{a | shout}}"}]'], providers: ["echo"], nunjucksFilters: { shout: "./filters/shout.js", twice: "filters/twice.mjs" }, tests: [X, { vars: { a: "{{b | shout}}", b: "bee" } }], defaultTest: { assert: [contains("X")] } }, files: { "filters/shout.js": "module.exports = (text) => String(text).toUpperCase();", "filters/twice.mjs": "export default (text, between) => text + between + text;" } },
  "a filter that throws, and one that is not there": { config: { prompts: ["{{a | bad}}", "{{a | absent}}", "{{a}}"], providers: ["echo"], nunjucksFilters: { bad: "bad.js" }, tests: [X] }, files: { "bad.js": "module.exports = () => { throw new Error('no'); };" } },
};

/** Variables that are made by code. */
export const codeVariables: Readonly<Record<string, Example>> = {
  "in JavaScript": varied({ a: "file://v.js" }, { "v.js": "module.exports = (name, prompt, vars, provider) => ({ output: [name, prompt, vars.b, provider !== undefined].join('; ').replaceAll('{{', '<') });" }, { providers: [{ id: "echo" }] }),
  "in a module": varied({ a: "file://v.mjs" }, { "v.mjs": "export default async (name, prompt, vars) => ({ output: `${name} ${vars.b}` });" }),
  "in Python": varied({ a: "file://v.py" }, { "v.py": "def get_var(name, prompt, vars):\n    return {'output': ' ' + name + ' ' + vars['b'] + ' \\n'}\n" }),
  "after each other": varied({ a: "file://v.js", c: "file://w.js" }, { "v.js": "module.exports = () => ({ output: 'first' });", "w.js": "module.exports = (name, prompt, vars) => ({ output: vars.a + ' then' });" }),
  "that throw, say an error or return nothing": { config: echoed("{{a}}", ["throws", "error", "nothing", "empty", "fine"].map((name) => ({ vars: { a: `file://${name}.js` } }))), files: { "throws.js": "module.exports = () => { throw new Error('no'); };", "error.js": "module.exports = () => ({ error: 'no' });", "nothing.js": "module.exports = () => ({});", "empty.js": "module.exports = () => ({ output: '' });", "fine.js": "module.exports = () => ({ output: 'fine' });" } },
  "beside others of a list": varied({ a: ["plain", "file://v.js"] }, { "v.js": "module.exports = () => ({ output: 'made' });" }),
  "of the default test, for assertions": { config: echoed("{{a}}", [{ vars: { b: "bee" }, assert: [equals("{{a}}"), contains("bee")] }], { defaultTest: { vars: { a: "file://v.js" } } }), files: { "v.js": "module.exports = (name, prompt, vars) => ({ output: `made of ${vars.b}` });" } },
};
