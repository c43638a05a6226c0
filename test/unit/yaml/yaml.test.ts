import assert from "node:assert/strict";
import { LineIndex } from "../../../src/core/config/positions.ts";
import { parseYaml, type Path, pointerSteps } from "../../../src/core/config/yaml.ts";

/** The text that is marked for a node. */
function marked(text: string, path: Path, part?: "key"): string {
  const document = parseYaml("x.yaml", text);
  const index = new LineIndex(document.text);
  const { start, end } = document.locate(path, part);
  return document.text.slice(index.offset(start), index.offset(end));
}

describe("a YAML document", () => {
  it("is read as YAML 1.2 core, with merges", () => {
    const { value } = parseYaml("x.yaml", "yes: yes\nno: 0o17\noctal: 012\nunder: 1_000\ndate: 2024-01-01\nbase: &b { a: 1, c: 2 }\nmerged: { <<: *b, c: 3 }\n");
    assert.deepEqual(value, { yes: "yes", no: 15, octal: 12, under: "1_000", date: "2024-01-01", base: { a: 1, c: 2 }, merged: { a: 1, c: 3 } });
  });

  it("is null when it is empty", () => {
    for (const text of ["", "\n", "# only\n  # comments\n", "\uFEFF"]) assert.deepEqual([parseYaml("x.yaml", text).value, parseYaml("x.yaml", text).problems], [null, []]);
  });

  it("takes the last of doubled keys in JSON only", () => {
    const text = '{"a": 1, "a": 2}';
    assert.deepEqual(parseYaml("x.json", text).value, { a: 2 });
    assert.equal(marked(text, ["a"]), "2");
    assert.match(parseYaml("x.yaml", text).problems[0]!.message, /^YAML syntax: duplicated mapping key\.$/);
  });

  it("that does not parse has one problem, no value, and no places", () => {
    const { value, problems, locate } = parseYaml("x.yaml", "a: [1\nb: }\nc: [\n");
    assert.deepEqual([value, problems.length, locate(["a"])], [undefined, 1, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }]);
  });

  it("that is nested without end is a problem, not a crash", () => {
    assert.equal(parseYaml("x.yaml", "[".repeat(100_000)).problems.length, 1);
  });
});

describe("a place in YAML", () => {
  const TEXT = `base: &base
  one: 1 # first
  two: {a: [x, "y z", 'q'], b: }
list:
- *base
- <<: [{ three: 3 }, *base]
  one: own
- $ref: '#/base/two'
  b: beside
- |
  block
   more

last: !!str &l plain text
empty:
`;
  const PLACES: [path: Path, expected: string][] = [
    [["base", "one"], "1"],
    [["base", "two"], `{a: [x, "y z", 'q'], b: }`],
    [["base", "two", "a"], `[x, "y z", 'q']`],
    [["base", "two", "a", 1], '"y z"'],
    [["base", "two", "a", 2], "'q'"],
    [["base", "two", "b"], "b"],
    [["list", 0], "*base"],
    [["list", 0, "one"], "1"],
    [["list", 0, "two", "a", 0], "x"],
    [["list", 1, "one"], "own"],
    [["list", 1, "three"], "3"],
    [["list", 1, "two", "a", 0], "x"],
    [["list", 2], "$ref: '#/base/two'\n  b: beside"],
    [["list", 2, "a", 0], "x"],
    [["list", 2, "b"], "beside"],
    [["list", 3], "  block\n   more"],
    [["last"], "plain text"],
    [["empty"], "empty"],
    [["base", "nope", "deeper"], "one: 1 # first\n  two: {a: [x, \"y z\", 'q'], b: }"],
    [["list", 9], TEXT.slice(TEXT.indexOf("- *base"), TEXT.indexOf("\n\nlast"))],
    [["last", "deeper"], "plain text"],
  ];
  for (const [path, expected] of PLACES) it(`is found: ${path.join(".")}`, () => assert.equal(marked(TEXT, path), expected));

  it("is a key's own when it is asked for", () => {
    for (const path of [["base"], ["base", "two", "a"], ["list", 1, "three"], ["list", 2, "b"], ["empty"]]) assert.equal(marked(TEXT, path, "key"), path.at(-1));
    assert.equal(marked("'a b': 1\n", ["a b"], "key"), "'a b'");
  });

  it("is the latest anchor's of its name before the alias", () => {
    assert.equal(marked("a: &x { v: 1 }\nb: *x\nc: &x { v: 2 }\nd: *x\n", ["b", "v"]), "1");
    assert.equal(marked("a: &x { v: 1 }\nb: *x\nc: &x { v: 2 }\nd: *x\n", ["d", "v"]), "2");
  });

  it("is found through references that go round", () => {
    assert.equal(marked("a: { $ref: '#/b' }\nb: { $ref: '#/a' }\n", ["a", "x"]), "{ $ref: '#/b' }");
  });

  it("is the same with any line end, after a byte-order mark, in UTF-16", () => {
    const text = "😀: [😀, b]\nc: d\n";
    for (const end of ["\n", "\r\n", "\r"]) {
      const document = parseYaml("x.yaml", `\uFEFF${text.replaceAll("\n", end)}`);
      assert.deepEqual(document.locate(["😀", 1]), { start: { line: 0, character: 9 }, end: { line: 0, character: 10 } });
      assert.deepEqual(document.locate(["c"]), { start: { line: 1, character: 3 }, end: { line: 1, character: 4 } });
    }
  });

  it("ends with its flow collection, comments and commas in it included", () => {
    assert.equal(marked("a: [1, # ]\n  2, ]\nb: 1\n", ["a"]), "[1, # ]\n  2, ]");
    assert.equal(marked("a: [ # ]\n  ]\nb: 1\n", ["a"]), "[ # ]\n  ]");
    assert.equal(marked("a: [{}, [ ]]\n", ["a"]), "[{}, [ ]]");
    assert.equal(marked("a: {b: {c: }, d}\n", ["a"]), "{b: {c: }, d}");
    assert.equal(marked("a: [ # x\r # ]\r 1, # ]\r ]\r", ["a"]), "[ # x\r # ]\r 1, # ]\r ]");
  });
});

describe("the steps of a JSON pointer", () => {
  it("are decoded", () => {
    assert.deepEqual(pointerSteps("#/a~1b/c~0d/e%20f/~01"), ["a/b", "c~d", "e f", "~1"]);
    assert.deepEqual(pointerSteps("#"), []);
  });
});
