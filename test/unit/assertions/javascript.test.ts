import assert from "node:assert/strict";
import { checkAssertion } from "../../../src/core/evals/assertions/registry.ts";
import type { Assertion } from "../../../src/core/evals/model.ts";
import { JudgeError } from "../../../src/core/evals/model.ts";
import { functionBody } from "../../../src/core/evals/suiteCode/functionBody.ts";
import { Bench, assertion } from "./support.ts";

const bench = new Bench();
after(() => bench.close());

const grade = (value: string, output: unknown, more?: Partial<Assertion>, vars: Record<string, unknown> = {}) =>
  bench.grade([assertion("javascript", value, more)], output, { vars });

describe("javascript", () => {
  it("booleans", async () => {
    for (const [script, pass] of [
      ["output === 'yes'", true], ["output === 'no'", false], ["output.length > 2;", true], ["output === 'yes'\n", true],
      ["const n = output.length; n > 2", true], ["let s = 'a;b'; s.includes(';') && output === 'no'", false], ["var a = 1; var b = 2; a > b", false],
      ["const n = output.length;\nreturn n === 3;", true], ["if (output === 'yes') {\n  return true;\n}\nreturn false;", true], ["Promise.resolve(output === 'yes')", true],
    ] as const) {
      const plain = await grade(script, "yes");
      assert.deepEqual([plain.pass, plain.score], [pass, pass ? 1 : 0], script);
      const negated = await bench.grade([assertion("not-javascript", script)], "yes");
      assert.deepEqual([negated.pass, negated.score], [!pass, pass ? 0 : 1], script);
    }
  });

  it("numbers are the score; they pass above 0, or from the threshold on", async () => {
    const results = async (type: string, script: string, threshold?: number) => {
      const { pass, score } = await bench.grade([assertion(type, script, { threshold })], "x");
      return [pass, score];
    };
    assert.deepEqual(await results("javascript", "0.4"), [true, 0.4]);
    assert.deepEqual(await results("javascript", "0"), [false, 0]);
    assert.deepEqual(await results("javascript", "-1"), [false, -1]);
    assert.deepEqual(await results("javascript", "0.4", 0.5), [false, 0.4]);
    assert.deepEqual(await results("javascript", "0.5", 0.5), [true, 0.5]);
    assert.deepEqual(await results("javascript", "0", 0), [true, 0]);
    assert.deepEqual(await results("not-javascript", "0.4"), [false, 0.4]);
    assert.deepEqual(await results("not-javascript", "0.4", 0.5), [true, 0.4]);
  });

  it("grades, with metrics of their own", async () => {
    const script = "({ pass: output === 'x', score: 0.7, reason: 'so so', namedScores: { tone: 0.2 } })";
    assert.deepEqual(await grade(script, "x", { metric: "style" }), {
      pass: true, score: 0.7, reason: "All assertions passed", metrics: { style: 0.7, tone: 0.2 }, metricWeights: { style: 1, tone: 1 },
      components: [{ pass: true, score: 0.7, reason: "so so", type: "javascript", metric: "style" }],
    });
    const negated = await bench.grade([assertion("not-javascript", script)], "x");
    assert.deepEqual([negated.pass, negated.score], [false, 0.7]);
  });

  it("sees the output as it came, and its context", async () => {
    assert.equal((await grade("output.city === 'Rome' && context.vars.n === 2 && context.prompt === 'the prompt'", { city: "Rome" }, {}, { n: 2 })).pass, true);
    assert.equal((await grade("context.config.limit > output.length", "ab", { config: { limit: 3 } })).pass, true);
    assert.equal((await grade("output === '{{city}}'", "Rome", {}, { city: "Rome" })).pass, true);
    assert.equal((await grade("Object.keys(process.env).length === 0", "x")).pass, true);
    assert.equal((await grade("process.mainModule.require('path').basename('/a/b') === 'b'", "x")).pass, true);
  });

  it("an inline script that throws or does not compile fails, also under not-", async () => {
    for (const type of ["javascript", "not-javascript"]) {
      for (const [script, reason] of [["JSON.parse(output).ok", /^The script threw SyntaxError: .*JSON/], ["output ===", /^The script cannot be used. SyntaxError/]] as const) {
        const row = await bench.grade([assertion(type, script)], "no JSON");
        assert.deepEqual([row.pass, row.score], [false, 0]);
        assert.match(row.reason, reason);
      }
    }
    assert.equal((await checkAssertion(assertion("javascript", "output ===")))?.severity, "warning");
    assert.equal(await checkAssertion(assertion("javascript", "const a = 1; a > 0")), undefined);
    assert.equal((await checkAssertion(assertion("javascript", undefined)))?.severity, "error");
  });

  it("a result that is no judgement is an error", async () => {
    for (const [script, message] of [
      ["NaN", /returned NaN/], ["1 / 0", /returned Infinity/], ["'yes'", /returned "yes"/],
      ["({ pass: true })", /Return true or false/], ["({ pass: true, score: NaN, reason: '' })", /Return true or false/], ["[true]", /Return true or false/],
      ["() => true", /returned a function/],
    ] as const) await assert.rejects(grade(script, "x"), (error) => error instanceof JudgeError && message.test(error.message), script);
  });

  it("a result that is missing fails: the output lacks what the script reads", async () => {
    for (const script of ["undefined", "null", "const a = 1;", "output === 'x'\noutput === 'y'", "JSON.parse('{}').category"]) {
      const { pass, score, reason } = await grade(script, "x");
      assert.deepEqual([pass, score], [false, 0], script);
      assert.match(reason, /returned/);
    }
  });

  it("files: ES modules, CommonJS, named functions, TypeScript", async () => {
    bench.file("package.json", '{"type": "module"}');
    bench.file("esm.mjs", "export default (output, { vars }) => output === vars.want; export const no = () => false; export async function slow(output) { return output.length / 4 }");
    bench.file("common.cjs", "module.exports = (output) => output === 'good'; module.exports.no = () => false;");
    bench.file("old.js", "const path = require('path'); module.exports = { check: (output) => path.basename(output) === 'good' };");
    bench.file("typed.ts", "export default (output: string): boolean => output === 'good';");
    const file = async (value: string) => {
      const { pass, score } = await grade(value, "good", {}, { want: "good" });
      return [pass, score];
    };
    assert.deepEqual(await file("file://esm.mjs"), [true, 1]);
    assert.deepEqual(await file("file://./esm.mjs:no"), [false, 0]);
    assert.deepEqual(await file("file://esm.mjs:slow"), [true, 1]);
    assert.deepEqual(await file("file://common.cjs"), [true, 1]);
    assert.deepEqual(await file("file://common.cjs:no"), [false, 0]);
    assert.deepEqual(await file("file://old.js:check"), [true, 1]);
    assert.deepEqual(await file("file://typed.ts"), [true, 1]);
    assert.deepEqual(await file(`file://${bench.folder}/esm.mjs`), [true, 1]);
  });

  it("a file that throws or cannot be loaded is an error", async () => {
    bench.file("throws.mjs", "export default () => { throw new Error('boom') }; export const value = 3;");
    bench.file("broken.mjs", "export default (");
    await assert.rejects(grade("file://throws.mjs", "x"), /throws\.mjs threw Error: boom/);
    await assert.rejects(grade("file://throws.mjs:value", "x"), /no function named "value"/);
    await assert.rejects(grade("file://broken.mjs", "x"), /broken\.mjs cannot be used/);
    await assert.rejects(grade("file://missing.mjs", "x"), JudgeError);
  });

  it("a script can give another type's value", async () => {
    bench.file("expected.mjs", "export default (output, { vars }) => vars.city; export const list = () => ['x', 'Rome']; export const judged = () => true;");
    const pass = async (type: string, value: string) => (await bench.grade([assertion(type, value)], "in Rome", { vars: { city: "Rome" } })).pass;
    assert.equal(await pass("contains", "file://expected.mjs"), true);
    assert.equal(await pass("not-contains", "file://expected.mjs"), false);
    assert.equal(await pass("contains-any", "file://expected.mjs:list"), true);
    await assert.rejects(pass("contains", "file://expected.mjs:judged"), /returned a judgement/);
  });
});

describe("functionBody", () => {
  it("puts the return where promptfoo does", () => {
    assert.equal(functionBody("output > 1;  \n"), "return output > 1");
    assert.equal(functionBody("const a=1; a>0"), "const a=1; return a>0");
    assert.equal(functionBody("const s = ';'; const t = `;`; s === \"a;b\""), "const s = ';'; const t = `;`; return s === \"a;b\"");
    assert.equal(functionBody("let x = 1;"), "let x = 1");
    assert.equal(functionBody("a\nreturn b\n"), "a\nreturn b");
  });
});
