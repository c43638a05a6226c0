import assert from "node:assert/strict";
import { lineDiff } from "../../../src/core/experiments/text/lines.ts";
import { type Piece, wordDiff } from "../../../src/core/experiments/text/words.ts";
import { visibleParts } from "../../../src/webview/parts/visible.ts";

const marked = (pieces: readonly Piece[]) => pieces.map(({ text, changed }) => (changed ? `[${text}]` : text)).join("");

describe("differences of texts", () => {
  it("are shown by words on both sides", () => {
    const { before, after } = wordDiff('{"category": "refund"}', '{"category": "complaint"}');
    assert.deepEqual([marked(before), marked(after)], ['{"category": "[refund]"}', '{"category": "[complaint]"}']);
    assert.deepEqual(wordDiff("same", "same"), { before: [{ text: "same", changed: false }], after: [{ text: "same", changed: false }] });
    assert.deepEqual(wordDiff("", "new"), { before: [], after: [{ text: "new", changed: true }] });
  });

  it("of very long texts are said as a whole", () => {
    const { before, after } = wordDiff("a ".repeat(500_000), "b ".repeat(500_000));
    assert.deepEqual([before.length, after.length, before[0]!.changed], [1, 1, true]);
  });

  it("are shown by lines, with numbers, and by words where lines stand for each other", () => {
    const text = (line: string) => `one\r\ntwo\nthree\n${line}\nfive\nsix\nseven\n`;
    const lines = lineDiff(text("the number four"), text("the number 4").replace("\r", ""))!;
    assert.deepEqual(lines.map(({ kind, before, after, pieces }) => [kind, before, after, marked(pieces)]), [
      ["gap", undefined, undefined, ""],
      ["same", 2, 2, "two"],
      ["same", 3, 3, "three"],
      ["removed", 4, undefined, "the number [four]"],
      ["added", undefined, 4, "the number [4]"],
      ["same", 5, 5, "five"],
      ["same", 6, 6, "six"],
    ]);
    assert.deepEqual(lineDiff("a\n", "a\n"), []);
    assert.deepEqual(lineDiff("", "new")!.map(({ kind, after }) => [kind, after]), [["added", 1]]);
  });
});

describe("a model's text", () => {
  it("has nothing that is not seen", () => {
    const shown = (text: string) => visibleParts(text).map(({ text: part, mark }) => (mark ? `[${part}]` : part)).join("");
    assert.equal(shown("\u001b[31mred\u001b[0m"), "[␛][31mred[␛][0m");
    assert.equal(shown("pay\u202e no\u200bw"), "pay[⟨U+202E⟩] no[⟨U+200B⟩]w");
    assert.equal(shown("a\r\nb\tc\rd"), "a\nb\tc[␍]d");
    assert.equal(shown("<script>alert(1)</script>"), "<script>alert(1)</script>");
    assert.equal(shown("👩‍🔧 नि‍ ok"), "👩‍🔧 नि‍ ok");
    assert.equal(shown("half \ud83d"), "half [⟨U+D83D⟩]");
    assert.deepEqual(visibleParts(""), []);
  });
});
