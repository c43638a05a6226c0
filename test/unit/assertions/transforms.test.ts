import { placeAt } from "../../../src/core/evals/suite/source.ts";
import assert from "node:assert/strict";
import { createJudge } from "../../../src/core/evals/assertions/gradeRow.ts";
import { type Case, JudgeError } from "../../../src/core/evals/model.ts";
import { transformed } from "../../../src/core/evals/suiteCode/transform.ts";
import { START } from "../../../src/core/problem.ts";
import { assertion, Bench } from "./support.ts";

describe("transforms", function () {
  this.timeout(30_000);
  const bench = new Bench({ timeoutMs: 500 });
  const make = (code: string, output: unknown = "x") => transformed(bench.suiteCode, code, output, { vars: { a: "v" } });
  after(() => bench.close());

  it("are expressions, or bodies of several lines, that see the output and its context", async () => {
    assert.equal(await make("output + context.vars.a"), "xv");
    assert.equal(await make("const n = output.length;\nreturn n"), 1);
    assert.deepEqual(await make("Promise.resolve({ output })"), { output: "x" });
  });

  it("are functions of files", async () => {
    bench.file("t.cjs", "module.exports = (output) => output + '!'; module.exports.up = (output) => output.toUpperCase();");
    assert.equal(await make(`file://${bench.folder}/t.cjs`), "x!");
    assert.equal(await make(`file://${bench.folder}/t.cjs:up`), "X");
  });

  it("that fail or return nothing are an error of the row", async () => {
    for (const [code, message] of [["output.a.b", /^The transform threw TypeError/], ["output +", /cannot be used: SyntaxError/], ["null", /returned nothing/], ["const a = 1;\na", /several lines needs a return/], ["() => 1", /returned a function/], ["(() => { for (;;); })()", /was killed after 0\.5 s/]] as const) {
      await assert.rejects(make(code), (error) => error instanceof JudgeError && message.test(error.message), code);
    }
  });

  const test = (more: Partial<Case>): Case => ({ id: "c", index: 0, description: undefined, vars: {}, assert: [], threshold: undefined, options: { prefix: undefined, suffix: undefined, repeat: undefined, provider: {} }, metadata: {}, prompts: undefined, providers: undefined, providerOutput: undefined, place: placeAt({ file: "s.yaml", range: START }), ...more });
  const answer = (output: unknown) => ({ output, latencyMs: 0, usage: undefined, cost: 0, finishReason: undefined, fingerprint: undefined, cached: false });
  const side = { prompt: { key: "p", label: "p", template: "t", config: {}, location: { file: "p", range: START } }, transform: "output + ' one'" };
  const judge = (more: Partial<Case>, output: unknown = "x") => createJudge({ render: (text) => text, suiteCode: bench.suiteCode })({ test: test(more), answer: answer(output), promptText: "", side });

  it("of the provider, the test and the assertion follow each other; what was judged is the row's output", async () => {
    const options = { ...test({}).options, transform: "output + ' two'" };
    const row = await judge({ options, assert: [assertion("equals", "x one two three", { transform: "output + ' three'" }), assertion("equals", "x one two")] });
    assert.deepEqual([row.pass, row.output], [true, "x one two"]);
  });

  it("of an answer's body come first, and may say that it is an error", async () => {
    const taken = async (response: string, body: string) => (await createJudge({ render: (text) => text, suiteCode: bench.suiteCode })({ test: test({}), answer: answer(body), promptText: "", side: { ...side, response } })).output;
    assert.equal(await taken("json.a + text.length", '{"a":1}'), "8 one");
    assert.equal(await taken("(json, text) => ({ output: json ?? text })", "no JSON"), "no JSON one");
    await assert.rejects(taken("({ error: 'busy' })", "{}"), (error) => error instanceof JudgeError && error.message === "transformResponse says: busy");
    await assert.rejects(taken("json.a.b", "{}"), /transformResponse threw TypeError/);
  });

  it("make nothing of no output", async () => assert.equal((await judge({ assert: [assertion("contains", "one")] }, null)).reason, "No output"));

  it("a scoring function grades the row, and fails it when it breaks", async () => {
    bench.file("score.cjs", "module.exports = (scores, { threshold }) => ({ pass: scores.m === 1, score: threshold, reason: 'own' }); module.exports.bad = () => 1; module.exports.throws = () => { throw new Error('no') };");
    const scored = async (name: string) => {
      const { pass, score, reason } = await judge({ scoring: `file://${bench.folder}/score.cjs${name}`, threshold: 0.3, assert: [assertion("contains", "x", { metric: "m" })] });
      return [pass, score, reason];
    };
    assert.deepEqual(await scored(""), [true, 0.3, "own"]);
    assert.deepEqual(await scored(":bad"), [false, 0, "The scoring function returned no {pass, score, reason}."]);
    assert.deepEqual(await scored(":throws"), [false, 0, "The scoring function threw Error: no"]);
  });
});
