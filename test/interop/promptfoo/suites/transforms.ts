import type { Example } from "../sides.ts";
import { contains, echoed, equals } from "./support.ts";

const X = { vars: { a: "x" } };
const of = (...tests: object[]): Example => ({ config: echoed("Hi {{a}}", tests.map((test) => ({ ...X, ...test }))) });
const FILES = {
  "lib/t.js": "module.exports = (output, context) => output + ' by ' + context.vars.a; module.exports.loud = (output) => output.toUpperCase();",
  "lib/t.mjs": "export default (output) => ({ said: output }); export const named = async (output) => output.length;",
  "lib/t.ts": "export default (output: string): string => `typed ${output}`;",
  "lib/t.py": "def get_transform(output, context):\n    return output + ' by ' + context['vars']['a']\n\ndef loud(output, context):\n    return output.upper()\n",
};
const filed = (transform: string): Example => ({ config: echoed("Hi {{a}}", [{ ...X, options: { transform } }]), files: FILES });

/** What is made of outputs before they are judged. */
export const transforms: Readonly<Record<string, Example>> = {
  "of a provider": { config: { prompts: ["Hi {{a}}"], providers: [{ id: "echo", transform: "output.toUpperCase()" }, { id: "echo", label: "plain" }], tests: [{ ...X, assert: [equals("HI X")] }] } },
  "of a provider in a file": { config: { prompts: ["Hi {{a}}"], providers: ["file://p.yaml"], tests: [X] }, files: { "p.yaml": "id: echo\ntransform: output + '!'\n" } },
  "of a provider, then of the test, then of the assertion": { config: { prompts: ["Hi {{a}}"], providers: [{ id: "echo", transform: "output + ' one'" }], tests: [{ ...X, options: { transform: "output + ' two'" }, assert: [equals("Hi x one two three", { transform: "output + ' three'" }), equals("Hi x one two")] }] } },
  "of one line and of several": of({ options: { transform: "output.length" }, assert: [{ type: "javascript", value: "output > 1" }] }, { options: { transform: "const n = output.length;\nreturn `${n}`;" }, assert: [equals("4")] }, { options: { transform: "output.length\n" } }, { options: { transform: "({ n: output.length })" }, assert: [equals({ n: 4 })] }),
  "by their older name": of({ options: { postprocess: "output + '!'" }, assert: [equals("Hi x!")] }, { options: { postprocess: "'old'", transform: "'new'" } }),
  "of the default test": { config: echoed("Hi {{a}}", [X, { ...X, options: { transform: "'own'" } }, { ...X, options: { transform: "" } }], { defaultTest: { options: { transform: "'default'" } } }) },
  "with variables and what is made of them": of({ vars: { a: "{{b}}", b: "deep" }, options: { transform: "context.vars.a" }, assert: [equals("deep")] }),
  "that return nothing": of({ options: { transform: "undefined" } }, { options: { transform: "null" } }, { options: { transform: "''" }, assert: [equals("")] }, { options: { transform: "0" } }, { options: { transform: "false" } }),
  "that throw": of({ options: { transform: "output.none.none" }, assert: [contains("x")] }, { assert: [contains("x", { transform: "output.none.none" })] }),
  "that are promises": of({ options: { transform: "Promise.resolve(output + '!')" }, assert: [equals("Hi x!")] }),
  "that load modules": of({ options: { transform: "process.mainModule.require('node:path').basename('/a/b')" }, assert: [equals("b")] }),
  "of outputs that are given": of({ providerOutput: "given", options: { transform: "output + '!'" }, assert: [equals("given!")] }),
  "of no output": { config: { prompts: ["NULL"], providers: [{ id: "openai:chat:m", config: { apiBaseUrl: "ENDPOINT/v1" } }], tests: [{ ...X, options: { transform: "'something'" }, assert: [contains("something")] }] } },
  "of members of a set": of({ assert: [{ type: "assert-set", assert: [equals("4", { transform: "String(output.length)" }), contains("Hi")] }] }),
  "of objects for scripts": of({ options: { transform: "({ list: [1, 2] })" }, assert: [{ type: "javascript", value: "output.list.length === 2" }, { type: "is-json" }, contains("list")] }),
  "in CommonJS": filed("file://lib/t.js"),
  "in CommonJS, by name": filed("file://lib/t.js:loud"),
  "in a module": filed("file://lib/t.mjs"),
  "in a module, by name": { ...filed("file://lib/t.mjs:named"), differs: "`module.mjs:name` as a transform" },
  "in TypeScript": filed("file://lib/t.ts"),
  "in Python": filed("file://lib/t.py"),
  "in Python, by name": filed("file://lib/t.py:loud"),
  "in a file of an assertion": { config: echoed("Hi {{a}}", [{ ...X, assert: [equals("HI X", { transform: "file://lib/t.js:loud" })] }]), files: FILES },
  "in a file that is not there": { ...filed("file://lib/none.js"), differs: "one of a transform or a scoring function" },
  "in a file, of tests in a file": { config: echoed("Hi {{a}}", "file://tests/t.yaml"), files: { ...FILES, "tests/t.yaml": "- vars: { a: x }\n  options: { transform: file://lib/t.js:loud }\n" } },
  "a scoring function": { config: echoed("Hi {{a}}", [{ ...X, assertScoringFunction: "file://score.js", assert: [contains("Hi", { metric: "m" }), contains("no", { metric: "n" })] }]), files: { "score.js": "module.exports = (scores, { componentResults }) => ({ pass: scores.m === 1 && componentResults.length === 2, score: 0.75, reason: 'own' });" } },
  "a scoring function of the default test, by name and with a threshold": { config: echoed("Hi {{a}}", [{ ...X, threshold: 0.9, assert: [contains("Hi")] }], { defaultTest: { assertScoringFunction: "file://score.js:own" } }), files: { "score.js": "module.exports = { own: (scores, { threshold }) => ({ pass: threshold === 0.9, score: 0.1, reason: 'own' }) };" } },
  "a scoring function that fails": { config: echoed("Hi {{a}}", [{ ...X, assertScoringFunction: "file://score.js:throws", assert: [contains("Hi")] }, { ...X, assertScoringFunction: "file://score.js:nothing", assert: [contains("Hi")] }, { ...X, assertScoringFunction: "file://score.js:throws" }]), files: { "score.js": "module.exports = { throws: () => { throw new Error('no'); }, nothing: () => 1 };" } },
  "a scoring function in Python": { config: echoed("Hi {{a}}", [{ ...X, assertScoringFunction: "file://score.py:own", assert: [contains("Hi", { metric: "m" })] }]), files: { "score.py": "def own(scores, context):\n    return {'pass': scores['m'] == 1, 'score': 0.5, 'reason': 'own'}\n" } },
};
