import assert from "node:assert/strict";
import { relevantText } from "../../../src/core/config/relevant.ts";

const SUITES = "suites:\n  - path: a\n\n    repeat: 2\n";
const cut = (text: string) => relevantText(text).text;

describe("what of llmops.yaml decides results of suites", () => {
  it("is the same wherever the other sections stand, and whatever stands between", () => {
    const plain = cut(`version: 1\n${SUITES}`);
    assert.equal(plain, `version: 1\n${SUITES}`);
    for (const text of [
      `version: 1\n${SUITES}pipeline:\n  - name: a\n    steps: [{ name: s, command: a && b }]\n`,
      `version: 1\r\npipeline: [\r\n{ name: a }\r\n]\r\n\r\n# Suites\r\n${SUITES.replaceAll("\n", "\r\n")}`,
      `# Top\n---\nversion: 1\nalerts:\n- { name: a }\n# of alerts\n\n${SUITES}\n# end\n`,
      `version: 1\n"pipeline":\n  a: 1\n${SUITES}'onSave' :\n  maxCalls: 1`,
    ]) {
      assert.equal(cut(text), plain, text);
    }
  });

  it("says where in the file each of its lines stands", () => {
    const { text, lines } = relevantText(`version: 1\npipeline:\n  - name: a\n${SUITES}`);
    assert.deepEqual([text, lines], [`version: 1\n${SUITES}`, [0, 3, 4, 5, 6]]);
  });

  it("is all of it where sections cannot be told apart by lines, or one may name another's values", () => {
    for (const text of [`{ version: 1,\npipeline: [],\nsuites: [] }\n`, `pipeline: &p\n  - name: a\n${SUITES}`, "- a\n", "", "suites\n"]) assert.deepEqual(relevantText(text), { text, lines: undefined });
  });
});
