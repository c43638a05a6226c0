import assert from "node:assert/strict";
import type { GradedRow } from "../../../src/core/evals/assertions/definition.ts";
import { JudgeError } from "../../../src/core/evals/model.ts";
import { Bench, assertion } from "./support.ts";

const bench = new Bench();
after(() => bench.close());

const weather = { name: "weather", parameters: { type: "object", required: ["city"], properties: { city: { type: "string" } } } };
const provider: GradedRow["provider"] = { functions: [weather, { name: "{{name}}", parameters: { type: "object" } }, { name: "bare" }, { name: "odd", parameters: { type: "strange" } }], tools: [{ type: "function", function: weather }, { type: "other" }] };
const grade = (type: string, output: unknown, row: Partial<GradedRow> = {}) => bench.grade([assertion(type)], output, { provider, vars: { name: "later" }, ...row });
const call = (name: string, args: string) => ({ name, arguments: args });

describe("calls of functions and tools", () => {
  const CALLS: [call: object, reason: RegExp | true][] = [
    [call("weather", '{"city": "Rome"}'), true], [call("later", "{}"), true], [call("weather", '{"city": 3}'), /weather do not fit its schema: \/city must be string/], [call("weather", "{}"), /required property 'city'/],
    [call("weather", "no"), /are no JSON/], [call("storm", "{}"), /no function of that name/], [call("bare", "{}"), /no function of that name with "parameters"/], [{ name: "weather" }, /no function call/],
  ];

  it("functions, also below function_call; not- changes nothing", async () => {
    for (const type of ["is-valid-function-call", "is-valid-openai-function-call", "not-is-valid-openai-function-call"]) {
      for (const [given, reason] of CALLS) {
        for (const output of [given, { function_call: given }]) {
          const { pass, score, reason: said } = await grade(type, output);
          assert.deepEqual([pass, score], [reason === true, reason === true ? 1 : 0], JSON.stringify(output));
          if (reason !== true) assert.match(said, reason);
        }
      }
      assert.match((await grade(type, "text")).reason, /no function call/);
      assert.match((await grade(type, call("weather", "{}"), { provider: { tools: [] } })).reason, /knows no function calls/);
    }
  });

  it("tools: every call must be one", async () => {
    for (const type of ["is-valid-openai-tools-call", "not-is-valid-openai-tools-call"]) {
      const tools = (...calls: object[]) => calls.map((function_) => ({ type: "function", function: function_ }));
      const good = call("weather", '{"city": "Rome"}');
      for (const output of [tools(good), { tool_calls: tools(good, good) }]) assert.equal((await grade(type, output)).pass, true);
      assert.match((await grade(type, tools(good, call("weather", "{}")))).reason, /do not fit its schema/);
      assert.match((await grade(type, tools({ name: "weather" }))).reason, /no tool call/);
      assert.match((await grade(type, [])).reason, /no list of tool calls/);
      assert.match((await grade(type, "text")).reason, /no list of tool calls/);
      assert.match((await grade(type, tools(good), { provider: {} })).reason, /has no tools/);
    }
  });

  it("a provider that is not known is an error", async () => {
    await assert.rejects(grade("is-valid-function-call", call("weather", "{}"), { provider: undefined }), JudgeError);
    await assert.rejects(grade("is-valid-openai-tools-call", [{ type: "function", function: call("weather", "{}") }], { provider: undefined }), JudgeError);
  });

  it("a schema that is none is an error, a broken template too", async () => {
    await assert.rejects(grade("is-valid-function-call", call("odd", "{}")), JudgeError);
    await assert.rejects(grade("is-valid-function-call", call("x", "{}"), { provider: { functions: [{ name: "{{ x | nofilter }}" }] } }), JudgeError);
  });
});

describe("tool-call-f1", () => {
  it("gives up on an output made to be slow", async () => {
    const output = `${"[\n".repeat(3000)}x${"\n]".repeat(3000)}`;
    for (const type of ["tool-call-f1", "not-tool-call-f1"]) {
      const { pass, score, reason } = await bench.grade([assertion(type, "f")], output);
      assert.deepEqual([pass, score], [false, 0]);
      assert.match(reason, /too tangled/);
    }
  });

  it("says what was called", async () => {
    assert.match((await bench.grade([assertion("tool-call-f1", "f,g")], '[{"name": "h"}, {"name": "g"}]')).reason, /is 0\.500, below the threshold 1: expected f, g, called g, h\./);
  });
});
