import assert from "node:assert/strict";
import type { GradedRow } from "../../../src/core/evals/assertions/definition.ts";
import { checkAssertion } from "../../../src/core/evals/assertions/registry.ts";
import { type Assertion, JudgeError } from "../../../src/core/evals/model.ts";
import { Bench, assertion } from "./support.ts";

const bench = new Bench();
after(() => bench.close());

async function grade(type: string, row: Partial<GradedRow>, value?: unknown, more?: Partial<Assertion>): Promise<[boolean, number]> {
  const { pass, score } = await bench.grade([assertion(type, value, more)], "x", row);
  return [pass, score];
}

describe("finish-reason", () => {
  it("knows the words of other vendors, without regard to case", async () => {
    for (const [finishReason, value, pass] of [["stop", "STOP", true], ["STOP", "stop", true], ["end_turn", "stop", true], ["max_tokens", "length", true], ["tool_use", "tool_calls", true], ["function_call", "tool_calls", true], ["function_call", "function_call", false], ["own", "own", true], ["length", "stop", false], [undefined, "stop", false], [" ", "stop", false]] as const) {
      assert.deepEqual(await grade("finish-reason", { finishReason }, value), [pass, pass ? 1 : 0], `${finishReason} ${value}`);
      assert.deepEqual(await grade("not-finish-reason", { finishReason }, value), [!pass, pass ? 0 : 1], `${finishReason} ${value}`);
    }
    assert.match((await bench.grade([assertion("finish-reason", "stop")], "x", { finishReason: "length" })).reason, /Expected the finish reason to be "stop": it was "length"/);
  });
});

describe("perplexity", () => {
  const logProbs = [-0.5, -1.5];
  const perplexity = Math.E;

  it("is at most the threshold", async () => {
    for (const [threshold, pass] of [[3, true], [2.7, false], [Math.E, true]] as const) {
      assert.deepEqual(await grade("perplexity", { logProbs }, undefined, { threshold }), [pass, pass ? 1 : 0]);
      assert.deepEqual(await grade("not-perplexity", { logProbs }, undefined, { threshold }), [!pass, pass ? 0 : 1]);
    }
  });

  it("as a score is at least the threshold", async () => {
    const score = 1 / (1 + perplexity);
    assert.deepEqual(await grade("perplexity-score", { logProbs }, undefined, { threshold: 0.2 }), [true, score]);
    assert.deepEqual(await grade("perplexity-score", { logProbs }, undefined, { threshold: 0.5 }), [false, score]);
    assert.deepEqual(await grade("not-perplexity-score", { logProbs }, undefined, { threshold: 0.5 }), [true, 1 - score]);
  });

  it("without a threshold passes, which is told beforehand where it means nothing", async () => {
    for (const type of ["perplexity", "not-perplexity"]) assert.deepEqual(await grade(type, { logProbs }), [true, 1]);
    assert.deepEqual(await grade("not-perplexity-score", { logProbs }), [true, 1 - 1 / (1 + perplexity)]);
    assert.equal((await checkAssertion(assertion("perplexity")))?.severity, "warning");
    assert.equal(await checkAssertion(assertion("perplexity-score")), undefined);
  });

  it("cannot be judged without log probabilities", async () => {
    for (const type of ["perplexity", "not-perplexity", "perplexity-score", "not-perplexity-score"]) {
      for (const none of [undefined, []]) await assert.rejects(grade(type, { logProbs: none }, undefined, { threshold: 1 }), (error) => error instanceof JudgeError && /logprobs: true/.test(error.message));
    }
  });
});

describe("is-refusal", () => {
  it("no text is a refusal of score 0", async () => {
    for (const output of ["", " \n", { a: 1 }, []]) {
      const plain = await bench.grade([assertion("is-refusal")], output);
      const negated = await bench.grade([assertion("not-is-refusal")], output);
      assert.deepEqual([plain.pass, plain.score, negated.pass, negated.score], [true, 0, false, 0]);
    }
  });
});

describe("outputs made to be slow", () => {
  const long = (text: string) => text.repeat(200_000);

  it("markup", async () => {
    for (const output of [long("<a "), long("<a <!--"), long("<a x='"), long('<a x="\''), long("<a>"), long("<a></b>"), long("<!x "), long("<a/>"), long("</a "), long(" a= "), "<a>".repeat(20_000) + "</a>".repeat(20_000)]) {
      for (const type of ["contains-xml", "contains-html", "is-xml"]) await bench.grade([assertion(type)], output);
    }
    await bench.grade([assertion("is-html")], "<div>".repeat(50_000));
  });

  it("the check of SQL is killed", async () => {
    const quick = new Bench({ timeoutMs: 500 });
    try {
      await assert.rejects(quick.grade([assertion("is-sql", { allowedTables: ["select::null::(a+)+$"] })], `SELECT a FROM ${"a".repeat(40)}b`), (error) => error instanceof JudgeError && /check of MySQL was killed after 0.5 s/.test(error.message));
    } finally {
      quick.close();
    }
  });
});
