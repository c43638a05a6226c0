import assert from "node:assert/strict";
import fc from "fast-check";
import { type Hunk, hunksOf, hunksWithin } from "../../../src/core/regression/hunks.ts";

/** `2:4-2:9 changed −1 +1`, one-based as people count. */
function said({ range: { start, end }, kind, removed, added }: Hunk): string {
  return `${start.line + 1}:${start.character + 1}-${end.line + 1}:${end.character + 1} ${kind} −${removed} +${added}`;
}

/** The lines as the editor counts them. */
const linesOf = (text: string) => text.split(/\r\n|\n|\r/);

describe("the hunks of a text against its baseline", () => {
  const table: [what: string, before: string, after: string, hunks: string[]][] = [
    ["no change", "a\nb\n", "a\nb\n", []],
    ["line ends are no change", "a\r\nb\r\n", "a\nb\n", []],
    ["nor is a lone CR, which ends a line in the editor", "a\rb", "a\nb", []],
    ["one line is cut to its words", "Be brief.\nAnswer in one word.\n", "Be brief.\nAnswer in two words.\n", ["2:11-2:20 changed −1 +1"]],
    ["several words of a line are one range", "one two three four five\n", "one 2 three 4 five\n", ["1:5-1:14 changed −1 +1"]],
    ["a line that only lost words is marked whole, without its indent", "  keep this and that\n", "  keep that\n", ["1:3-1:12 changed −1 +1"]],
    ["an inserted line", "a\nc\n", "a\n  b\nc\n", ["2:3-2:4 added −0 +1"]],
    ["lines at the end", "a", "a\nb\nc", ["2:1-3:2 added −0 +2"]],
    ["a deletion is marked at the line before it, with its count", "a\nb\nc\nd\n", "a\nd\n", ["1:1-1:2 removed −2 +0"]],
    ["a deletion after blank lines is marked where there is something to underline", "a\n\n \nb\nc\n", "a\n\n \nc\n", ["1:1-1:2 removed −1 +0"]],
    ["a deletion with only blank lines before it is marked below", "\nb\nc\n", "\nc\n", ["2:1-2:2 removed −1 +0"]],
    ["a deletion at the file's start is marked at the first line", "a\nb\nc\n", "c\n", ["1:1-1:2 removed −2 +0"]],
    ["a deletion at the file's end", "a\nb\nc", "a", ["1:1-1:2 removed −2 +0"]],
    ["lines replaced by more lines", "a\nb\nc\n", "a\nx\ny\nc\n", ["2:1-3:2 changed −1 +2"]],
    ["lines replaced by fewer", "a\nb\nc\nd\n", "a\nx\nd\n", ["2:1-2:2 changed −2 +1"]],
    ["several hunks, in order", "a\nb\nc\nd\ne\n", "A\nb\nc\ne\nf\n", ["1:1-1:2 changed −1 +1", "3:1-3:2 removed −1 +0", "5:1-5:2 added −0 +1"]],
    ["all of an empty text", "", "a\nb", ["1:1-2:2 changed −1 +2"]],
    ["all is gone", "a\nb", "", ["1:1-1:1 changed −2 +1"]],
    ["a change behind lone CRs is on the editor's line", "a\rb\rc", "a\rb\rC", ["3:1-3:2 changed −1 +1"]],
  ];
  for (const [what, before, after, hunks] of table) {
    it(`${what}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`, () => assert.deepEqual(hunksOf(before, after).map(said), hunks));
  }

  it("never take long: of a huge text that is all new, all of it is the hunk", () => {
    const text = (letter: string) => Array.from({ length: 30_000 }, (_, i) => `${letter}${i}`).join("\n");
    assert.deepEqual(hunksOf(text("a"), text("b")).map(said), ["1:1-30000:7 changed −30000 +30000"]);
  });

  it("never take long: a huge line of other words is marked whole", function () {
    this.timeout(10_000);
    const line = (letter: string) => Array.from({ length: 20_000 }, (_, i) => `${letter}${i}`).join(" ");
    const after = `same\n${line("b")}\nsame`;
    assert.deepEqual(hunksOf(`same\n${line("a")}\nsame`, after).map(said), [`2:1-2:${line("b").length + 1} changed −1 +1`]);
  });

  it("add up: the baseline's lines, less the removed, plus the added, are the text's; each lies within it, in order", () => {
    const text = fc.array(fc.constantFrom("a", "b", "  c d", "", "e f g"), { maxLength: 12 }).chain((lines) => fc.constantFrom("\n", "\r\n", "\r").map((end) => lines.join(end)));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const hunks = hunksOf(before, after);
        const now = linesOf(after);
        const grown = hunks.reduce((sum, { removed, added }) => sum + added - removed, 0);
        assert.equal(linesOf(before).length + grown, now.length);
        let last = -1;
        for (const { range: { start, end }, kind, added } of hunks) {
          assert.ok(start.line <= end.line && end.line < now.length);
          assert.ok(end.character <= now[end.line]!.length && start.character <= now[start.line]!.length);
          // A deletion stands at another line's place.
          if (kind === "removed") continue;
          assert.equal(end.line - start.line + 1, added);
          assert.ok(start.line > last);
          last = end.line;
        }
        assert.equal(hunks.length === 0, linesOf(before).join("\n") === now.join("\n"));
      }),
    );
  });

  it("are told by the lines they touch", () => {
    const hunks = hunksOf("a\nb\nc\nd\ne\n", "A\nb\nc\nd\nE\n");
    const within = (from: number, to: number) => hunksWithin(hunks, { start: { line: from, character: 0 }, end: { line: to, character: 0 } }).length;
    assert.deepEqual([within(0, 0), within(1, 3), within(0, 4), within(4, 9)], [1, 0, 2, 1]);
  });
});
