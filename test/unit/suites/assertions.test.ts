import { locationOf } from "../../../src/core/evals/suite/source.ts";
import assert from "node:assert/strict";
import { assertMistake, mistakes, said, valid, withTests, written } from "./support.ts";

const suiteOf = (assertions: string) => withTests(`tests:\n  - assert: ${assertions}\n`);

describe("assertions of a test", () => {
  it("have a type, a value, a threshold, a weight, a metric and a place", async () => {
    const suite = await valid(suiteOf("[{ type: not-contains, value: x, weight: 2, metric: '{{m}}' }, { type: levenshtein, value: x, threshold: 3, config: { c: 1 } }]"));
    const [first, second] = suite.cases[0]!.assert;
    assert.ok(first?.kind === "assertion" && second?.kind === "assertion");
    assert.deepEqual([first.type, first.value, first.threshold, first.weight, first.metric, first.config], ["not-contains", "x", undefined, 2, "{{m}}", {}]);
    assert.deepEqual([second.threshold, second.weight, second.metric, second.config], [3, 1, undefined, { c: 1 }]);
    assert.equal(said(suite, locationOf(second.place)), "promptfooconfig.yaml:4:76 { type: levenshtein, value: x, threshold: 3, config: { c: 1 } }");
  });

  it("make sets with a threshold, a weight and a metric of their own", async () => {
    const suite = await valid(suiteOf("\n    - type: assert-set\n      threshold: 0.5\n      weight: 3\n      metric: m\n      assert: [{ type: equals, value: x }, { type: contains, value: y, weight: 2 }]"));
    const [set] = suite.cases[0]!.assert;
    assert.ok(set?.kind === "set");
    assert.deepEqual([written([set]), set.weight, set.metric, set.assert[1]?.weight], [[{ set: [["equals", "x"], ["contains", "y"]], threshold: 0.5 }], 3, "m", 2]);
    assert.match(said(suite, locationOf(set.place)), /^promptfooconfig\.yaml:5:7 type: assert-set\n/);
  });

  it("take their values from files: data as it is, text trimmed, code with its line ends; scripts stay where they are", async () => {
    const files = { "v.json": '{"type": "object"}', "v.yaml": "- x\n- y\n", "v.txt": " x \n", "code.txt": "output\n", "judge.mjs": "export default () => true;" };
    const suite = await valid({ "promptfooconfig.yaml": suiteOf("[{ type: is-json, value: file://v.json }, { type: contains-any, value: file://v.yaml }, { type: equals, value: file://v.txt }, { type: javascript, value: file://code.txt }, { type: javascript, value: file://judge.mjs:default }]"), ...files });
    assert.deepEqual(written(suite.cases[0]!.assert), [
      ["is-json", { type: "object" }], ["contains-any", ["x", "y"]], ["equals", "x"], ["javascript", "output\n"], ["javascript", `file://${suite.root}/judge.mjs:default`],
    ]);
    assert.deepEqual(Object.entries(files).map(([path]) => suite.files.get(`${suite.root}/${path}`)), Object.values(files));
  });

  it("without a mistake are left alone by checks of what is only known later", async () => {
    await valid(suiteOf("[{ type: contains, value: '{{a}}' }, { type: regex, value: '{{a}}(' }]"));
  });

  const WRONG: [assertions: string, code: string, at: string, message: RegExp, files?: Record<string, string>][] = [
    ["{ type: equals }", "bad-assert", "promptfooconfig.yaml:4:13 { type: equals }", /assert is a list of assertions/],
    ["[contains]", "bad-assert", "promptfooconfig.yaml:4:14 contains", /needs a type/],
    ["[{ value: x }]", "bad-assert", "promptfooconfig.yaml:4:14 { value: x }", /needs a type/],
    ["[{ type: contians, value: x }]", "unknown-assertion", "promptfooconfig.yaml:4:22 contians", /no assertion of type "contians"\. Did you mean "contains"/],
    ["[{ type: not-contians, value: x }]", "unknown-assertion", "promptfooconfig.yaml:4:22 not-contians", /"not-contians"\. Did you mean "contains"/],
    ["[{ type: constructor }]", "unknown-assertion", "promptfooconfig.yaml:4:22 constructor", /"constructor"/],
    ["[{ type: trace-span-count, value: x }]", "not-yet", "promptfooconfig.yaml:4:22 trace-span-count", /trace-span-count cannot be judged yet\. Take it out, or run/],
    ["[{ type: not-trace-span-count, value: x }]", "not-yet", "promptfooconfig.yaml:4:22 not-trace-span-count", /not-trace-span-count cannot be judged yet/],
    ["[{ type: human }]", "unsupported-assertion", "promptfooconfig.yaml:4:22 human", /human needs a service/],
    ["[{ type: regex, value: '(' }]", "bad-assertion-value", "promptfooconfig.yaml:4:36 '('", /./],
    ["[{ type: contains }]", "bad-assertion-value", "promptfooconfig.yaml:4:14 { type: contains }", /./],
    ["[{ type: is-json, value: file://v.json }]", "bad-assertion-value", "promptfooconfig.yaml:4:38 file://v.json", /./, { "v.json": '{"type": "strange"}' }],
    ["[{ type: equals, value: file://v.json }]", "yaml-syntax", "v.json:1:8 }", /JSON syntax/, { "v.json": '{"a": [}' }],
    ["[{ type: equals, value: file://q.txt }]", "missing-file", "promptfooconfig.yaml:4:37 file://q.txt", /There is no file q\.txt/],
    ["[{ type: contains, value: file://q.txt }]", "missing-file", "promptfooconfig.yaml:4:39 file://q.txt", /There is no file q\.txt/],
    ["[{ type: javascript, value: file://q.js }]", "missing-file", "promptfooconfig.yaml:4:41 file://q.js", /There is no file q\.js/],
    ["[{ type: equals, value: file://q.py }]", "missing-file", "promptfooconfig.yaml:4:37 file://q.py", /There is no file q.py/],
    ["[{ type: equals, value: x, weight: heavy }]", "bad-number", "promptfooconfig.yaml:4:48 heavy", /weight must be a number, not "heavy"/],
    ["[{ type: equals, value: x, treshold: 1 }]", "unknown-key", "promptfooconfig.yaml:4:40 treshold", /Did you mean "threshold"/],
    ["[{ type: equals, value: x, transform: 'output(' }]", "bad-transform", "promptfooconfig.yaml:4:51 'output('", /This transform does not compile/],
    ["[{ type: assert-set, assert: [{ type: nope }] }]", "unknown-assertion", "promptfooconfig.yaml:4:51 nope", /"nope"/],
    ["[{ type: assert-set, assert: [{ type: assert-set, assert: [] }] }]", "bad-assert", "promptfooconfig.yaml:4:43 { type: assert-set, assert: [] }", /cannot hold another one/],
  ];
  for (const [listed, code, at, message, files] of WRONG) {
    it(`say what is wrong: ${listed}${files ? ` with ${JSON.stringify(files)}` : ""}`, () => assertMistake({ "promptfooconfig.yaml": suiteOf(listed), ...files }, code, at, message));
  }

  it("are each told of, and the rest is kept", async () => {
    const found = await mistakes(suiteOf("[{ type: nope }, { type: equals, value: x }, { type: human }]"));
    assert.deepEqual(found.map(({ code }) => code), ["unknown-assertion", "unsupported-assertion"]);
  });
});
