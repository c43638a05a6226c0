import type { Example } from "../sides.ts";
import { contains, echoed, equals } from "./support.ts";

const pass = (more: object = {}) => contains("x", more);
const fail = (more: object = {}) => contains("nope", more);
const of = (...tests: object[]): Example => ({ config: echoed("{{a}}", tests.map((test) => ({ vars: { a: "x" }, ...test }))) });
const judged = (...lists: object[][]): Example => of(...lists.map((assert) => ({ assert })));

/** How assertions become scores, and scores verdicts. */
export const scoring: Readonly<Record<string, Example>> = {
  "all, some, none": judged([pass(), pass()], [pass(), fail()], [fail()], []),
  weights: judged([pass({ weight: 3 }), fail()], [pass({ weight: 0.5 }), fail({ weight: 0.25 })], [pass({ weight: 0 }), fail({ weight: 0 })], [fail({ weight: 0 }), pass()]),
  "negative weights": judged([pass({ weight: -1 }), pass({ weight: 2 })], [fail({ weight: -1 })]),
  thresholds: of({ threshold: 0.5, assert: [pass(), fail()] }, { threshold: 0.51, assert: [pass(), fail()] }, { threshold: 0, assert: [fail()] }, { threshold: 1, assert: [pass(), pass()] }, { threshold: 2, assert: [pass()] }, { threshold: 0.5 }),
  "a default threshold": { config: echoed("{{a}}", [{ vars: { a: "x" }, assert: [pass(), fail()] }, { vars: { a: "x" }, threshold: 0.9, assert: [pass(), fail()] }], { defaultTest: { threshold: 0.5 } }) },
  sets: judged([{ type: "assert-set", assert: [pass(), fail()] }], [{ type: "assert-set", threshold: 0.5, assert: [pass(), fail()] }, pass()], [{ type: "assert-set", weight: 0, assert: [fail()] }], [{ type: "assert-set", weight: 3, threshold: 0.5, assert: [pass({ weight: 3 }), fail()] }, fail()], [{ type: "assert-set", assert: [] }]),
  metrics: judged([pass({ metric: "m" }), fail({ metric: "m", weight: 3 })], [pass({ metric: "{{a}}-m" })], [{ type: "assert-set", metric: "set", assert: [pass({ metric: "m" }), fail({ metric: "n" })] }], [{ type: "javascript", metric: "m", value: "({ pass: true, score: 0.5, reason: '', namedScores: { m: 1, k: 0.25 } })" }]),
  "scripts' scores": judged([{ type: "javascript", value: "0.3" }], [{ type: "javascript", value: "0.3", threshold: 0.5 }], [{ type: "javascript", value: "({ pass: false, score: 0.9, reason: 'r' })" }, pass()], [{ type: "not-javascript", value: "0" }], [{ type: "javascript", value: "output.length" }], [{ type: "javascript", value: "-1" }]),
  "scripts that throw": judged([{ type: "javascript", value: "output.none.none" }], [{ type: "javascript", value: "this is no script" }], [{ type: "not-javascript", value: "output.none.none" }]),
  "scripts of several lines": judged([{ type: "javascript", value: "const a = output;\nreturn a === 'x'" }], [{ type: "javascript", value: "const a = output; a === 'x'" }], [{ type: "javascript", value: "output === 'x'\n" }], [{ type: "javascript", value: "const a = 1;\na > 0" }]),
  "what is not": judged([{ type: "not-contains", value: "nope" }], [{ type: "not-contains", value: "x" }], [{ type: "not-equals", value: "x" }], [{ type: "not-is-json" }], [{ type: "not-regex", value: "y" }]),
  "a missing threshold": { ...judged([{ type: "latency" }], [pass()]), differs: "a missing threshold or value" },
  "objects and JSON": { config: { prompts: ["SAY {{a}}"], providers: [{ id: "openai:chat:m", config: { apiBaseUrl: "ENDPOINT/v1" } }], tests: [{ vars: { a: '{"n": 1}' }, assert: [equals({ n: 1 }), { type: "is-json" }, { type: "contains-json", value: { required: ["n"] } }, { type: "javascript", value: "JSON.parse(output).n" }] }, { vars: { a: "no JSON" }, assert: [{ type: "is-json", weight: 2 }, { type: "not-is-json" }] }] } },
  "no output": { config: { prompts: ["{{a}}"], providers: [{ id: "openai:chat:m", config: { apiBaseUrl: "ENDPOINT/v1" } }], tests: [{ vars: { a: "NULL" }, threshold: 0, assert: [contains("x", { weight: 0 })] }, { vars: { a: "SAY " }, assert: [equals("")] }] } },
  "an empty output": of({ vars: { a: "" }, assert: [equals("")] }, { vars: { a: "" } }),
  "derived metrics": { config: echoed("{{a}}", [{ vars: { a: "x y" }, assert: [contains("x", { metric: "found" }), contains("z", { metric: "missed", weight: 2 })] }, { vars: { a: "z" }, assert: [contains("x", { metric: "found" })] }], { derivedMetrics: [{ name: "sum", value: "found + missed" }, { name: "mean", value: "found / __count" }, { name: "more", value: "max(sum, mean) * 2" }] }) },
  "derived metrics of what is not there": { config: echoed("{{a}}", [{ vars: { a: "x" }, assert: [contains("x", { metric: "found" })] }], { derivedMetrics: [{ name: "lost", value: "found + nothing" }] }), differs: "a derived metric of what is not there" },
};
