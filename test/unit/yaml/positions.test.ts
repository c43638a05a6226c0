import assert from "node:assert/strict";
import fc from "fast-check";
import { CORE_SCHEMA, dump, load } from "js-yaml";
import * as yaml from "yaml";
import { LineIndex } from "../../../src/core/config/positions.ts";
import { parseYaml, type Path } from "../../../src/core/config/yaml.ts";
import { yamlTree, type YamlNode } from "../../../src/core/config/yamlTree.ts";

/** Letters, and what has a meaning in YAML, lines, escapes and UTF-16. */
const texts = fc.string({ unit: fc.constantFrom(..."abz01 \n\t:-#,[]{}&*!|>'\"%@\\?~".split(""), "é", "😀", "\u2028", "\u0007", "---\n", "- ", ": ", "{{x}}"), maxLength: 12 });
const scalars = fc.oneof(texts, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null));
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalars, fc.array(tie("value"), { maxLength: 4 }), fc.dictionary(texts.filter((key) => key !== "<<"), tie("value"), { maxKeys: 4, noNullPrototype: true })),
}));

const WRITERS: Record<string, (value: unknown) => string> = {
  "js-yaml in blocks": (value) => dump(value),
  "js-yaml in flow": (value) => dump(value, { flowLevel: 0 }),
  "js-yaml in blocks, then flow, narrow and indented": (value) => dump(value, { flowLevel: 2, lineWidth: 10, indent: 4 }),
  "yaml in blocks": (value) => yaml.stringify(value),
  "yaml in flow": (value) => yaml.stringify(value, { collectionStyle: "flow" }),
  "yaml in double quotes": (value) => yaml.stringify(value, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "QUOTE_DOUBLE" }),
  JSON: (value) => JSON.stringify(value, null, 1),
};

function* paths(value: unknown, path: Path = []): Generator<[Path, unknown]> {
  yield [path, value];
  if (value !== null && typeof value === "object") for (const [key, item] of Object.entries(value)) yield* paths(item, [...path, Array.isArray(value) ? Number(key) : key]);
}

describe("positions in YAML", () => {
  for (const [name, write] of Object.entries(WRITERS)) {
    it(`mark what every value is read from: ${name}`, () => {
      fc.assert(
        fc.property(values, (value) => {
          const text = write(value);
          const document = parseYaml("x.yaml", text);
          assert.deepEqual(document.problems, []);
          const index = new LineIndex(text);
          for (const [path, expected] of paths(document.value)) {
            const { start, end } = document.locate(path);
            assertReads(text, index.offset(start), index.offset(end), expected);
          }
        }),
        { seed: 1, numRuns: 150 },
      );
    });
  }

  it("are those of another parser, key by key", () => {
    fc.assert(
      fc.property(values, fc.constantFrom(...Object.values(WRITERS)), (value, write) => {
        const text = write(value);
        const theirs = yaml.parseDocument(text, { version: "1.2", uniqueKeys: false });
        fc.pre(theirs.errors.length === 0);
        assertSame(text, yamlTree(text), theirs.contents);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it("round trip through lines of any kind", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "😀", "\n", "\r", "\r\n")).map((parts) => parts.join("")), (text) => {
        const index = new LineIndex(text);
        const lines = text.split(/\r\n|\n|\r/);
        for (let offset = 0; offset <= text.length; offset++) {
          const position = index.position(offset);
          assert.equal(index.offset(position), offset);
          assert.ok(position.line < lines.length && position.character <= lines[position.line]!.length + (text[offset] === "\n" ? 1 : 0));
        }
        assert.equal(index.position(text.length).line, lines.length - 1);
      }),
      { seed: 1 },
    );
  });
});

/** A marked text reads as the value: a block's content is its text but for blanks, anything else is YAML by itself. */
function assertReads(text: string, start: number, end: number, expected: unknown): void {
  const marked = text.slice(start, end);
  if (typeof expected === "string" && isBlock(text, start)) {
    assert.equal(marked.replace(/\s/g, ""), expected.replace(/\s/g, ""));
    return;
  }
  const column = start - (text.lastIndexOf("\n", start - 1) + 1);
  assert.deepEqual(load(" ".repeat(column) + marked, { schema: CORE_SCHEMA }), expected, JSON.stringify({ text, marked }));
}

function isBlock(text: string, start: number): boolean {
  return /[|>][-+\d]*\n$/.test(text.slice(0, start));
}

function assertSame(text: string, ours: YamlNode | undefined, theirs: unknown): void {
  assert.ok(ours && yaml.isNode(theirs) && theirs.range, text);
  const [start, end] = theirs.range;
  if (yaml.isScalar(theirs)) {
    const isBlock = theirs.type === "BLOCK_FOLDED" || theirs.type === "BLOCK_LITERAL";
    assert.deepEqual([ours.kind, ours.start, isBlock || ours.end], ["scalar", isBlock ? text.indexOf("\n", start) + 1 : start, isBlock || end], text);
    return;
  }
  assert.equal(ours.start, start, text);
  if (yaml.isCollection(theirs) && theirs.flow) assert.equal(ours.end, end, text);
  if (yaml.isMap(theirs)) {
    assert.ok(ours.kind === "map" && ours.entries.length === theirs.items.length, text);
    for (const [index, { key, value }] of theirs.items.entries()) {
      assertSame(text, ours.entries[index]?.key, key);
      assertSame(text, ours.entries[index]?.value, value);
    }
  } else if (yaml.isSeq(theirs)) {
    assert.ok(ours.kind === "sequence" && ours.items.length === theirs.items.length, text);
    for (const [index, item] of theirs.items.entries()) assertSame(text, ours.items[index], item);
  }
}
