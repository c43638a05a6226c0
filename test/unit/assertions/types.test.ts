import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCommaList } from "../../../src/core/evals/assertions/commaList.ts";
import { jsonObjects } from "../../../src/core/evals/assertions/jsonObjects.ts";
import { isTriviallySafe } from "../../../src/core/evals/assertions/regex.ts";
import { checkAssertion } from "../../../src/core/evals/assertions/registry.ts";
import { type Assertion, JudgeError } from "../../../src/core/evals/model.ts";
import { Bench, assertion } from "./support.ts";

const bench = new Bench();
after(() => bench.close());

interface Examples {
  /** Passes as it is, fails with `not-`. */
  pass?: [value: unknown, output: unknown, more?: Partial<Assertion>][];
  /** Fails as it is, passes with `not-`. */
  fail?: [value: unknown, output: unknown, more?: Partial<Assertion>][];
  /** Cannot be judged, with or without `not-`. */
  error?: [value: unknown, output: unknown, more?: Partial<Assertion>][];
}

const schema = { type: "object", required: ["city"], properties: { city: { type: "string" }, when: { type: "string", format: "date" } } };

// What promptfoo 0.123.1 gives for the same assertion and output.
const TYPES: Record<string, Examples> = {
  equals: {
    pass: [["Paris", "Paris"], [3, "3"], [true, "true"], [{ a: [1, 2] }, '{"a": [1, 2]}'], [{ a: 1, b: 2 }, { b: 2, a: 1 }], [[1, 2], "[1,2]"], [null, "null"]],
    fail: [["Paris", "paris"], ["Paris", "Paris "], [{ a: 1 }, "no JSON"], [{ a: 1 }, '{"a": "1"}'], [{ a: 1 }, '{"a": 1, "b": 2}'], ['{"a": 1}', { a: 1 }]],
  },
  contains: { pass: [["aris", "Paris"], [4, "it is 42"]], fail: [["paris", "Paris"]], error: [["", "x"], [undefined, "x"], [["a"], "a"], [NaN, "NaN"]] },
  icontains: { pass: [["paris", "In PARIS"]], fail: [["rome", "In PARIS"]], error: [["", "x"]] },
  "contains-any": {
    pass: [[["x", "b"], "abc"], ["x, b", "abc"], ['"a,b", x', "see a,b"], [[1], "1st"]],
    fail: [[["x", "B"], "abc"], [[], "abc"], ['"a, b"', "a b"]],
    error: [[undefined, "x"], ["", "x"], [{ a: 1 }, "x"], ['"open', "open"], ['"a" b', "a"]],
  },
  "contains-all": { pass: [[["a", "c"], "abc"], ["a,c", "abc"], [[], "abc"]], fail: [[["a", "x"], "abc"]], error: [[3, "x"]] },
  "icontains-any": { pass: [[["X", "B"], "abc"], ["X,B", "abc"]], fail: [[["x"], "abc"]], error: [[undefined, "x"]] },
  "icontains-all": { pass: [[["A", "C"], "abc"]], fail: [[["A", "X"], "abc"]], error: [[undefined, "x"]] },
  "starts-with": { pass: [["Dear", "Dear Ann"]], fail: [["dear", "Dear Ann"], ["Ann", "Dear Ann"]], error: [["", "x"], [4, "42"]] },
  regex: { pass: [["^\\d{4}$", "2024"], ["a.c", "xabcx"], ["(a|b)+c", "abac"]], fail: [["^\\d{4}$", "20245"], ["PARIS", "Paris"]], error: [["", "x"], [undefined, "x"], [7, "7"]] },
  "is-json": {
    pass: [[undefined, '{"a": 1}'], [undefined, "[1]"], [undefined, "3"], [undefined, { a: 1 }], [schema, '{"city": "Rome", "when": "2024-02-29"}'], ["type: object\nrequired: [city]", '{"city": 1}']],
    fail: [[undefined, "{a: 1}"], [undefined, ""], [schema, '{"town": "Rome"}'], [schema, "Rome"], [schema, '{"city": "Rome", "when": "2024-02-30"}']],
    error: [[{ type: "strange" }, "{}"], ["{ not: [yaml", "{}"], [[1], "{}"], ["just text", "{}"]],
  },
  "contains-json": {
    pass: [
      [undefined, 'Here: {"a": 1} done'], [undefined, "{a: 1, b: 'x',}"], [undefined, '{"a": 1, // note\n "b": 2}'], [undefined, 'cut off {"a": {"b": 1'],
      [schema, 'first {"town": "x"}, then {"city": "Rome"}'], [schema, { city: "Rome" }],
    ],
    fail: [[undefined, "none"], [undefined, "[1, 2]"], [schema, '{"town": "x"}'], [schema, "none"]],
    error: [[{ type: "strange" }, "{}"]],
  },
  levenshtein: {
    pass: [["kitten", "sitting"], ["abc", "abc", { threshold: 0 }], ["", "abc"]],
    fail: [["kitten", "sitting", { threshold: 2 }], ["short", "something else entirely"], ["abc", "abd", { threshold: 0 }]],
    error: [[undefined, "x"], [4, "4"]],
  },
  "word-count": {
    pass: [[3, "one two  three\n"], ["3", "one two three"], [{ min: 2, max: 3 }, "one two"], [{ min: 2 }, "one two three"], [{ max: 0 }, "  "]],
    fail: [[3, "one two"], [{ min: 2, max: 3 }, "one"], [{ min: 2 }, "one"], [{ max: 1 }, "one two"]],
    error: [[undefined, "x"], ["many", "x"], [{}, "x"], [{ min: 3, max: 2 }, "x"], [{ min: "few" }, "x"]],
  },
  latency: { pass: [[undefined, "x", { threshold: 100 }]], fail: [[undefined, "x", { threshold: 99 }]], error: [[undefined, "x"]] },
  cost: { pass: [[undefined, "x", { threshold: 0.001 }]], fail: [[undefined, "x", { threshold: 0.0009 }]], error: [[undefined, "x"]] },
};

describe("assertion types", () => {
  for (const [type, examples] of Object.entries(TYPES)) {
    it(type, async () => {
      const verdict = async (type: string, [value, output, more]: [unknown, unknown, Partial<Assertion>?]) => bench.grade([assertion(type, value, more)], output);
      for (const [key, passes] of [["pass", true], ["fail", false]] as const) {
        for (const example of examples[key] ?? []) {
          const plain = await verdict(type, example);
          const negated = await verdict(`not-${type}`, example);
          assert.deepEqual([plain.pass, plain.score], [passes, passes ? 1 : 0], `${type} of ${JSON.stringify(example)}: ${plain.reason}`);
          assert.deepEqual([negated.pass, negated.score], [!passes, passes ? 0 : 1], `not-${type} of ${JSON.stringify(example)}: ${negated.reason}`);
          const reason = (passes ? negated : plain).reason;
          assert.match(reason, passes ? /^Expected the \w+ not to .+\.$/s : /^Expected the \w+ to .+\.$/s);
        }
      }
      for (const example of examples.error ?? []) {
        await assert.rejects(verdict(type, example), JudgeError, `${type} of ${JSON.stringify(example)}`);
        await assert.rejects(verdict(`not-${type}`, example), JudgeError, `not-${type} of ${JSON.stringify(example)}`);
        // Whatever no row can be judged by is found before anything runs.
        const mistake = await checkAssertion(assertion(type, example[0], example[2]));
        assert.equal(mistake?.severity, "error", `${type} of ${JSON.stringify(example)}`);
      }
      for (const example of [...(examples.pass ?? []), ...(examples.fail ?? [])]) {
        assert.equal(await checkAssertion(assertion(`not-${type}`, example[0], example[2])), undefined);
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
