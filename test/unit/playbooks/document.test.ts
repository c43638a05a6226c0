import assert from "node:assert/strict";
import fc from "fast-check";
import { readPlaybook, writePlaybook } from "../../../src/core/playbooks/document.ts";
import { stepsOf } from "../../../src/core/playbooks/steps.ts";

const TEXT = '---\nid: degradation\nseverity: "page"\n---\n\n# Degradation\n\nLook first.\n\n```sh {"name":"look","changes":"false","timeout":"30s"}\necho look\n```\n\n    indented, no step\n\n~~~bash { name=rollback excludeFromRunAll=true }\necho "roll back"\n\necho done\n~~~\n\n```json\n{}\n```\n\n```sh\necho third\n```\n';

describe("a playbook's file", () => {
  it("is read as Runme reads it", () => {
    const document = readPlaybook(TEXT);
    assert.deepEqual(document.head, { id: "degradation", severity: "page" });
    assert.deepEqual(stepsOf(document), [
      { name: "look", language: "sh", code: "echo look", asks: false, onlyByName: false, timeoutMs: 30_000 },
      { name: "rollback", language: "bash", code: 'echo "roll back"\n\necho done', asks: true, onlyByName: true, timeoutMs: 600_000 },
      { name: "step-3", language: "sh", code: "echo third", asks: true, onlyByName: false, timeoutMs: 600_000 },
    ]);
    assert.throws(() => stepsOf(readPlaybook('```sh {"name":"a"}\nx\n```\n```sh {"name":"a"}\ny\n```')), /Two steps are named "a"/);
    assert.throws(() => stepsOf(readPlaybook('```sh {"name":"a","timeout":"soon"}\nx\n```')), /timeout of a: "soon" is not a duration/);
  });

  it("is written back to the byte, whatever is in it", () => {
    const piece = fc.constantFrom("```sh\n", "```\n", "~~~\n", "````bash {\"name\":\"x\"}\n", "````", "\uFEFF", "---\n", "id: x\n", "\r\n", "\n", "    ", "<div>\n", "> ", "- ", "text", "é🙂", "\t", "\0");
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => writePlaybook(readPlaybook(pieces.join(""))) === pieces.join("")), { numRuns: 500 });
    for (const text of [TEXT, `\uFEFF${TEXT}`, TEXT.replaceAll("\n", "\r\n")]) assert.equal(writePlaybook(readPlaybook(text)), text);
    assert.equal(stepsOf(readPlaybook(`\uFEFF${TEXT.replaceAll("\n", "\r\n")}`))[1]?.code, 'echo "roll back"\r\n\r\necho done');
  });

  it("changes only between the fences of what is edited", () => {
    for (const [text, written] of [
      ["a\n```sh {x}\nold\n```\nb\n", "a\n```sh {x}\nnew\nline\n```\nb\n"],
      ["```sh\r\nold\r\n```\r\n", "```sh\r\nnew\r\nline\r\n```\r\n"],
      ["~~~sh\n~~~", "~~~sh\nnew\nline\n~~~"],
      ["```sh\nnever closed", "```sh\nnew\nline"],
    ] as const) {
      const document = readPlaybook(text);
      const index = document.cells.findIndex(({ kind }) => kind === "code");
      assert.equal(writePlaybook(document, new Map([[index, "new\nline"]])), written);
    }
  });
});
