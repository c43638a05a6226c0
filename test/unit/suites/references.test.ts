import { locationOf } from "../../../src/core/evals/suite/source.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { assertMistake, mistakes, said, valid, withTests, written } from "./support.ts";

describe("$ref in a suite", () => {
  it("stands for a part of the same file, with what is written beside it", async () => {
    const suite = await valid(withTests("assertionTemplates:\n  a/b: { type: contains, value: x, weight: 2 }\ntests:\n  - assert: [{ $ref: '#/assertionTemplates/a~1b' }, { $ref: '#/assertionTemplates/a~1b', value: y }]\n  - $ref: '#/tests/0'\n"));
    assert.deepEqual(suite.cases.map((test) => written(test.assert)), [[["contains", "x"], ["contains", "y"]], [["contains", "x"], ["contains", "y"]]]);
    assert.deepEqual(suite.cases[0]!.assert.map(({ weight }) => weight), [2, 2]);
    assert.equal(said(suite, locationOf(suite.cases[0]!.assert[0]!.place)), "promptfooconfig.yaml:6:14 { $ref: '#/assertionTemplates/a~1b' }");
  });

  it("stands for a part of another file, or all of it", async () => {
    const suite = await valid({ "promptfooconfig.yaml": withTests("tests:\n  - vars: { $ref: shared/v.yaml }\n    assert: [{ $ref: 'file://shared/a.json#/list/1' }]\n"), "shared/v.yaml": "a: { $ref: '#/b' }\nb: y\n", "shared/a.json": '{"list": [0, {"$ref": "#/last"}], "last": {"type": "equals", "value": "x"}}' });
    assert.deepEqual([suite.cases[0]!.vars, written(suite.cases[0]!.assert)], [{ a: "y", b: "y" }, [["equals", "x"]]]);
    assert.deepEqual([...suite.files.keys()].sort(), ["promptfooconfig.yaml", "shared/a.json", "shared/v.yaml"].map((path) => join(suite.root, path)));
  });

  it("shows a mistake where it points to, in its own file at the $ref", async () => {
    await assertMistake(withTests("assertionTemplates:\n  t: { type: nope, value: x }\ntests: [{ assert: [{ $ref: '#/assertionTemplates/t' }] }]\n"), "unknown-assertion", "promptfooconfig.yaml:4:14 nope", /"nope"/);
    await assertMistake({ "promptfooconfig.yaml": withTests("tests: [{ assert: [{ $ref: a.yaml }] }]\n"), "a.yaml": "type: nope\n" }, "unknown-assertion", "promptfooconfig.yaml:3:20 { $ref: a.yaml }", /"nope"/);
  });

  const WRONG: [tests: string, code: string, at: string, message: RegExp][] = [
    ["[{ $ref: '#/nowhere' }]", "missing-ref", "promptfooconfig.yaml:3:17 '#/nowhere'", /#\/nowhere points at nothing/],
    ["[{ $ref: q.yaml }]", "missing-file", "promptfooconfig.yaml:3:17 q.yaml", /There is no file q\.yaml/],
    ["[{ vars: { a: { $ref: '#/tests/0/vars' } } }]", "cyclic-ref", "promptfooconfig.yaml:3:30 '#/tests/0/vars'", /leads back to itself: #\/tests\/0\/vars → #\/tests\/0\/vars/],
  ];
  for (const [tests, code, at, message] of WRONG) {
    it(`that leads nowhere is said: ${tests}`, async () => {
      const found = (await mistakes(withTests(`tests: ${tests}\n`))).filter((mistake) => mistake.code === code);
      assert.deepEqual(found.map((mistake) => mistake.at), [at]);
      assert.match(found[0]!.message, message);
    });
  }

  it("of two files that lead to each other is told of, not followed", async () => {
    const found = await mistakes({ "promptfooconfig.yaml": withTests("tests: { $ref: a.yaml }\n"), "a.yaml": "- vars: { $ref: b.yaml }\n", "b.yaml": "a: { $ref: a.yaml }\n" });
    assert.deepEqual(found.map(({ code, at }) => [code, at]), [["cyclic-ref", "b.yaml:1:12 a.yaml"]]);
  });
});

describe("anchors in a suite", () => {
  const ANCHORS = `x-base: &base
  vars: { a: x }
  assert:
    - &nope { type: nope, value: x }
x-vars: &vars { threshold: low }
`;

  it("give values, merges included", async () => {
    const suite = await valid(withTests("x-a: &a { vars: { a: x }, threshold: 0.5 }\nx-b: &b { threshold: 0.1, description: b }\ntests:\n  - *a\n  - { <<: *a, threshold: 1 }\n  - { <<: [*b, *a] }\n"));
    assert.deepEqual(suite.cases.map((test) => [test.vars, test.threshold, test.description]), [[{ a: "x" }, 0.5, undefined], [{ a: "x" }, 1, undefined], [{ a: "x" }, 0.1, "b"]]);
    assert.equal(said(suite, locationOf(suite.cases[0]!.place)), "promptfooconfig.yaml:6:5 *a");
  });

  const TESTS: [tests: string, code: string, at: string][] = [
    ["[*base]", "unknown-assertion", "promptfooconfig.yaml:6:21 nope"],
    ["[*base, *base]", "unknown-assertion", "promptfooconfig.yaml:6:21 nope"],
    ["[{ <<: *base }]", "unknown-assertion", "promptfooconfig.yaml:6:21 nope"],
    ["[{ assert: [*nope] }]", "unknown-assertion", "promptfooconfig.yaml:6:21 nope"],
    ["[{ assert: [{ <<: *nope, value: y }] }]", "unknown-assertion", "promptfooconfig.yaml:6:21 nope"],
    ["[{ <<: [*vars] }]", "bad-number", "promptfooconfig.yaml:7:28 low"],
  ];
  for (const [tests, code, at] of TESTS) it(`show a mistake at what they stand for: ${tests}`, () => assertMistake(withTests(`${ANCHORS}tests: ${tests}\n`), code, at, /./));

  it("that lead back to themselves are a mistake at the alias", async () => {
    await assertMistake(withTests("tests:\n  - &t\n    vars: { a: *t }\n"), "yaml-syntax", "promptfooconfig.yaml:5:16 *t", /this alias leads back to itself/);
  });

  it("that stand for billions of values are refused", async () => {
    const levels = Array.from({ length: 12 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(", ")}]\n`);
    const found = await mistakes(withTests(`l0: &l0 x\n${levels.join("")}tests: [{ vars: { a: *l12 } }]\n`));
    assert.deepEqual(found.map(({ code, message }) => [code, message]), [["yaml-syntax", "YAML syntax: this alias makes the document too large."]]);
  });
});
