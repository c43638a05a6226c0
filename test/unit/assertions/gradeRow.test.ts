import { placeAt } from "../../../src/core/evals/suite/source.ts";
import assert from "node:assert/strict";
import { KNOWN_TYPES, LATER_TYPES, UNSUPPORTED_TYPES, baseType, definitionOf } from "../../../src/core/evals/assertions/registry.ts";
import { createJudge } from "../../../src/core/evals/assertions/gradeRow.ts";
import { type Answer, type Assertion, type Case, JudgeError } from "../../../src/core/evals/model.ts";
import { START } from "../../../src/core/problem.ts";
import { Bench, assertSet, assertion } from "./support.ts";

const bench = new Bench();
after(() => bench.close());

const yes = (more?: Partial<Assertion>) => assertion("contains", "a", more);
const no = (more?: Partial<Assertion>) => assertion("contains", "b", more);
const half = (more?: Partial<Assertion>) => assertion("javascript", "0.5", more);

describe("gradeRow", () => {
  it("score = Σ score·weight / Σ weight, and all must pass", async () => {
    const passed = await bench.grade([yes(), half({ weight: 3 })], "a");
    assert.deepEqual([passed.pass, passed.score, passed.reason], [true, 0.625, "All assertions passed"]);
    const failed = await bench.grade([yes({ weight: 3 }), no()], "a");
    assert.deepEqual([failed.pass, failed.score], [false, 0.75]);
    assert.equal(failed.reason, 'Expected the output to contain "b".');
  });

  it("a threshold replaces it", async () => {
    const score = async (threshold: number, output = "a") => {
      const { pass, score, reason } = await bench.grade([yes(), no()], output, { threshold });
      return [pass, score, reason];
    };
    assert.deepEqual(await score(0.5), [true, 0.5, "Score 0.50 reaches the threshold 0.5"]);
    assert.deepEqual(await score(0.6), [false, 0.5, "Score 0.50 is below the threshold 0.6"]);
    assert.deepEqual((await score(0, "x")).slice(0, 2), [true, 0]);
  });

  it("weight 0 never fails a plain assertion, but a set fails all the same", async () => {
    const plain = await bench.grade([yes(), no({ weight: 0 })], "a");
    assert.deepEqual([plain.pass, plain.score, plain.components[1]?.pass, plain.components[1]?.score], [true, 1, true, 0]);
    const set = await bench.grade([yes(), assertSet([no()], { weight: 0 })], "a");
    assert.deepEqual([set.pass, set.score], [false, 1]);
    const none = await bench.grade([yes({ weight: 0 }), no({ weight: 0 })], "a");
    assert.deepEqual([none.pass, none.score], [true, 0]);
  });

  it("no assertions pass, no output fails", async () => {
    assert.deepEqual(await bench.grade([], "a"), { pass: true, score: 1, reason: "No assertions", metrics: {}, components: [] });
    for (const output of [null, undefined]) {
      const row = await bench.grade([assertion("javascript", "nonsense(")], output, { threshold: 0 });
      assert.deepEqual(row, { pass: false, score: 0, reason: "No output", metrics: {}, components: [] });
      assert.equal((await bench.grade([], output)).pass, false);
    }
    assert.equal((await bench.grade([assertion("equals", "")], "")).pass, true);
  });

  it("sets have a threshold, a weight and components of their own", async () => {
    const row = await bench.grade([yes(), assertSet([yes(), no()], { threshold: 0.5, weight: 2, metric: "group" })], "a");
    assert.deepEqual([row.pass, row.score], [true, (1 + 2 * 0.5) / 3]);
    assert.deepEqual(row.components.map(({ type, pass, score, metric }) => [type, pass, score, metric]), [
      ["contains", true, 1, undefined], ["assert-set", true, 0.5, "group"], ["contains", true, 1, undefined], ["contains", false, 0, undefined],
    ]);
    assert.equal((await bench.grade([assertSet([yes(), no()])], "a")).pass, false);
  });

  it("a metric is the weighted mean of what names it, through sets, with a templated name", async () => {
    const { metrics } = await bench.grade(
      [
        yes({ metric: "{{kind}}", weight: 3 }), no({ metric: "tone" }), half({ metric: "other" }), no({ metric: "muted", weight: 0 }),
        assertSet([no({ metric: "tone", weight: 2 })], { weight: 2 }), assertSet([yes({ metric: "own" }), no()], { metric: "own", threshold: 0 }), yes({ metric: "{{empty}}" }),
      ],
      "a",
      { vars: { kind: "tone" } },
    );
    assert.deepEqual(metrics, { tone: 3 / (3 + 1 + 2 * 2), other: 0.5, muted: 0, own: 0.5 });
    assert.deepEqual((await bench.grade([yes({ metric: "{{ broken" })], "a")).metrics, { "{{ broken": 1 });
  });

  it("one assertion that cannot be judged makes the row an error, the first by position", async () => {
    await assert.rejects(bench.grade([no(), assertion("javascript", "NaN"), assertion("latency", undefined)], "a"), (error) => error instanceof JudgeError && /NaN/.test(error.message));
    await assert.rejects(bench.grade([assertSet([assertion("latency", undefined)], { weight: 0 })], "a", { threshold: 0 }), JudgeError);
    await assert.rejects(bench.grade([assertion("no-such-type", "x")], "a"), /"no-such-type" is not known/);
  });

  it("judges a test's answer", async () => {
    const place = placeAt({ file: "s.yaml", range: START });
    const test: Case = {
      id: "1", index: 0, description: "d", vars: { want: "Rome" }, threshold: undefined, options: { prefix: undefined, suffix: undefined, repeat: undefined, provider: {} },
      assert: [assertion("javascript", "context.test.description === 'd' && context.prompt === 'p' && context.vars.want === output"), assertion("latency", undefined, { threshold: 20 }), assertion("cost", undefined, { threshold: 1 })],
      metadata: {}, prompts: undefined, providers: undefined, providerOutput: undefined, place,
    };
    const answer: Answer = { output: "Rome", latencyMs: 12, usage: undefined, cost: 0.1, finishReason: undefined, fingerprint: undefined, cached: false };
    const judge = createJudge({ render: (text) => text, suiteCode: bench.suiteCode });
    assert.equal((await judge({ test, answer, promptText: "p" })).pass, true);
    assert.equal((await judge({ test, answer: { ...answer, latencyMs: 21 }, promptText: "p" })).pass, false);
    assert.equal((await judge({ test, answer: { ...answer, output: null }, promptText: "p" })).reason, "No output");
  });
});

describe("the registry", () => {
  it("knows every type once", () => {
    assert.deepEqual([...KNOWN_TYPES].filter((type) => LATER_TYPES.has(type) || UNSUPPORTED_TYPES.has(type)), []);
    assert.ok(KNOWN_TYPES.has("contains") && KNOWN_TYPES.has("llm-rubric"));
    assert.equal(baseType("not-is-json"), "is-json");
    assert.ok(definitionOf("not-regex"));
    for (const type of ["not-", "constructor", "not-not-regex", "trace-span-count"]) assert.equal(definitionOf(type), undefined);
  });
});
