import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCommaList } from "../../../src/core/evals/assertions/commaList.ts";
import { jsonObjects } from "../../../src/core/evals/assertions/jsonObjects.ts";
import { isTriviallySafe } from "../../../src/core/evals/assertions/regex.ts";
import { checkAssertion } from "../../../src/core/evals/assertions/registry.ts";
import { type Assertion, JudgeError } from "../../../src/core/evals/model.ts";
import { schema, TYPES } from "./examples.ts";
import { Bench, assertion } from "./support.ts";

const bench = new Bench();
after(() => bench.close());

describe("assertion types", () => {
  for (const [type, examples] of Object.entries(TYPES)) {
    it(type, async function () {
      this.timeout(60_000);
      const verdict = async (type: string, [value, output, more]: [unknown, unknown, Partial<Assertion>?]) => bench.grade([assertion(type, value, more)], output, { vars: { n: 0 } });
      const expected = [
        ...(examples.pass ?? []).map((example) => ({ example, plain: [true, 1], negated: [false, 0] })),
        ...(examples.fail ?? []).map((example) => ({ example, plain: [false, 0], negated: [true, 1] })),
        ...(examples.scores ?? []).map(([value, output, score, pass, more]) => ({ example: [value, output, more], plain: [pass, score], negated: [!pass, 1 - score] })),
        ...(examples.raw ?? []).map(([value, output, score, pass, more]) => ({ example: [value, output, more], plain: [pass, score], negated: [!pass, score] })),
        ...(examples.fixed ?? []).map(([value, output, pass, score, more]) => ({ example: [value, output, more], plain: [pass, score], negated: [pass, score] })),
      ] as { example: [unknown, unknown, Partial<Assertion>?]; plain: [boolean, number]; negated: [boolean, number] }[];
      for (const { example, ...wanted } of expected) {
        for (const [name, [pass, score]] of [[type, wanted.plain], [`not-${type}`, wanted.negated]] as const) {
          const found = await verdict(name, example);
          const said = `${name} of ${JSON.stringify(example)}: ${found.reason}`;
          assert.equal(found.pass, pass, said);
          assert.ok(Math.abs(found.score - score) < 1e-9, `${said}, score ${found.score}`);
          assert.match(found.reason, /\S/);
          if ((examples.pass ?? []).includes(example) || (examples.fail ?? []).includes(example)) assert.match(found.reason, pass ? /^All/ : type === "python" ? /returned/ : name === type ? /^Expected the [\w ]+ to .+\.$/s : /^Expected the [\w ]+ not to .+\.$/s);
        }
        // Nothing that can be judged is a mistake.
        assert.notEqual((await checkAssertion(assertion(`not-${type}`, example[0], example[2])))?.severity, "error", JSON.stringify(example));
      }
      for (const example of examples.error ?? []) {
        await assert.rejects(verdict(type, example), JudgeError, `${type} of ${JSON.stringify(example)}`);
        await assert.rejects(verdict(`not-${type}`, example), JudgeError, `not-${type} of ${JSON.stringify(example)}`);
        // Whatever no row can be judged by is found before anything runs.
        const mistake = await checkAssertion(assertion(type, example[0], example[2]));
        assert.equal(mistake?.severity, "error", `${type} of ${JSON.stringify(example)}`);
      }
    });
  }

  it("says what is wrong with an output", async () => {
    const reason = async (type: string, value: unknown, output: unknown, more?: Partial<Assertion>) => (await bench.grade([assertion(type, value, more)], output)).reason;
    assert.equal(await reason("contains", "Paris", "Rome"), 'Expected the output to contain "Paris".');
    assert.equal(await reason("not-contains", "Rome", "Rome"), 'Expected the output not to contain "Rome".');
    assert.equal(await reason("contains-all", ["a", "b", "c"], "b"), 'Expected the output to contain all of "a", "b", "c": "a", "c" are missing.');
    assert.equal(await reason("word-count", { min: 2, max: 3 }, "one"), "Expected the output to have between 2 and 3 words: it has 1.");
    assert.equal(await reason("latency", undefined, "x", { threshold: 50 }), "Expected the latency to be at most 50 ms: it was 100 ms.");
    assert.equal(await reason("levenshtein", "abc", "xyz", { threshold: 1 }), 'Expected the output to be at most 1 edits away from "abc": it is 3 away.');
    assert.match(await reason("is-json", schema, '{"when": 3}'), /conform to the JSON schema: .*required property 'city'.*; \/when must be string\.$/);
    assert.match(await reason("equals", "x", "y".repeat(5000)), /^.{1,300}$/);
  });

  it("an invalid pattern fails, also under not-, and is a warning beforehand", async () => {
    for (const type of ["regex", "not-regex"]) {
      const grade = await bench.grade([assertion(type, "(")], "(");
      assert.deepEqual([grade.pass, grade.score], [false, 0]);
      assert.match(grade.reason, /Invalid regular expression/);
    }
    assert.equal((await checkAssertion(assertion("regex", "(")))?.severity, "warning");
  });

  it("what the row cannot tell is an error", async () => {
    await assert.rejects(bench.grade([assertion("cost", undefined, { threshold: 1 })], "x", { cost: undefined }), /reports no cost/);
    await assert.rejects(bench.grade([assertion("latency", undefined, { threshold: 1 })], "x", { latencyMs: undefined }), /not timed/);
  });

  it("values are templates, and are not checked before they are filled in", async () => {
    const vars = { city: "Paris", list: "a,b", pattern: "^P" };
    for (const [type, value] of [["contains", "{{city}}"], ["contains-any", ["x", "{{ city }}"]], ["regex", "{{pattern}}"], ["starts-with", "{{ city[0] }}"]] as const) {
      assert.equal((await bench.grade([assertion(type, value)], "Paris", { vars })).pass, true, type);
      assert.equal(await checkAssertion(assertion(type, value)), undefined);
    }
    // An object is a schema or a value as it stands.
    assert.equal((await bench.grade([assertion("equals", { a: "{{city}}" })], '{"a": "{{city}}"}', { vars })).pass, true);
    await assert.rejects(bench.grade([assertion("contains", "{{city}}")], "x"), /contains needs a text/);
    await assert.rejects(bench.grade([assertion("contains", "{{ city | nofilter }}")], "x"), /cannot be filled in/);
  });

  it("a schema of draft 2020-12, and two with one $id", async () => {
    const modern = { $schema: "https://json-schema.org/draft/2020-12/schema", type: "array", prefixItems: [{ type: "string" }] };
    assert.equal((await bench.grade([assertion("is-json", modern)], '["a", 1]')).pass, true);
    assert.equal((await bench.grade([assertion("is-json", modern)], "[1]")).pass, false);
    const text = { $id: "http://x/y", type: "string" };
    const number = { $id: "http://x/y", type: "number", unknownWord: true };
    assert.equal((await bench.grade([assertion("is-json", text), assertion("not-is-json", number)], '"a"')).pass, true);
  });
});

describe("parseCommaList", () => {
  it("splits as promptfoo does", () => {
    for (const [text, values] of [
      ["a,b", ["a", "b"]], [" a , b c ,", ["a", "b c"]], ['"a,b",c', ["a,b", "c"]], ['"say ""hi""", x', ['say "hi"', "x"]],
      ['"say \\"hi\\"","back\\\\slash"', ['say "hi"', "back\\slash"]], [",,a,,", ["a"]], ['it"s, b', ['it"s', "b"]], ['""', [""]], ["", []], ['"\\d"', ["\\d"]], ["x\ny", ["x\ny"]],
    ] as const) assert.deepEqual(parseCommaList(text), values, text);
    assert.throws(() => parseCommaList('a, "b'), /not closed/);
    assert.throws(() => parseCommaList('"a"b'), /comma is missing/);
  });

  it("reads back any list of quoted values", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (values) => {
        const written = values.map((value) => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '""')}"`).join(" , ");
        assert.deepEqual(parseCommaList(written), values);
      }),
      { seed: 1 },
    );
  });
});

describe("jsonObjects", () => {
  it("finds objects only, and goes on after what does not parse", async () => {
    assert.deepEqual(await jsonObjects('a {"x": {"y": 1}} b {z: 2}'), [{ x: { y: 1 } }, { z: 2 }]);
    assert.deepEqual(await jsonObjects('{{not: [}} {"ok": true}'), [{ ok: true }]);
    assert.deepEqual(await jsonObjects('{"url": "https://x.org/a//b"}'), [{ url: "https://x.org/a//b" }]);
    assert.deepEqual(await jsonObjects("{url: https://x.org}"), [{ url: "https://x.org" }]);
    assert.deepEqual(await jsonObjects("} no {"), []);
    assert.deepEqual(await jsonObjects("{ "), [{}]);
  });

  it("gives up on an output made to be slow", async () => {
    assert.deepEqual(await jsonObjects("{[".repeat(50_000)), []);
  });

  it("finds any object in any surroundings without braces", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), fc.string(), async (before, object, after) => {
        const text = JSON.stringify(object);
        const strings = text.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
        fc.pre(!/[{}]/.test(before + after + strings.join("")));
        assert.deepEqual(await jsonObjects(before + text + after), [JSON.parse(text)]);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});

describe("isTriviallySafe", () => {
  it("in doubt says no", () => {
    for (const pattern of ["Paris", "^\\d+$", "[^,]*,", "(?:yes|no)", "colou?r", "\\(.*\\)", "[a+*]{3}"]) assert.equal(isTriviallySafe(pattern), true, pattern);
    for (const pattern of ["(a+)+$", "(a|a)*b", ".*.*=", "(a{1,9}){1,9}", "a?a?a?a?aaaa", "(.)\\1+", "\\w+\\s+", "(?<x>a)\\k<x>"]) assert.equal(isTriviallySafe(pattern), false, pattern);
  });
});
