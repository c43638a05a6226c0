import assert from "node:assert/strict";
import type { MutantsReport } from "../../../src/core/regression/mutants/score.ts";
import { folderWith, llmops } from "./support.ts";

const PROMPT = `You sort messages.\nCategories: billing, refund\n\n"I was charged twice" -> billing\n"the invoice is wrong" -> billing\n"I want my money back" -> refund\n"please return the price" -> refund\n\nMessage: {{message}}\n`;
const message = (index: number) => (index % 2 === 0 ? `I want my money back, order ${index}` : `I was charged twice for order ${index}`);
const tests = Array.from({ length: 24 }, (_, index) => `  - vars: { message: "${message(index)}" }\n    assert: [{ type: contains, value: ${index % 2 === 0 ? "refund" : "billing"} }]`);

describe("llmops mutants", function () {
  this.timeout(60_000);

  it("says which damages the suite notices, beside what it can see at all and controls", async () => {
    const folder = folderWith({ "promptfooconfig.yaml": `prompts: [file://prompt.txt]\nproviders: [echo]\ntests:\n${tests.join("\n")}\n`, "prompt.txt": PROMPT, "llmops.yaml": "version: 1\nendpoints: { dev: { kind: sandbox, model: sandbox-small } }\nsuites: [{ path: ., endpoint: dev }]\n" });
    const { code, stdout, stderr } = await llmops(folder, ["mutants", ".", "--json"]);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as MutantsReport;
    assert.equal(report.prompt, "prompt.txt");
    assert.ok(report.of >= 6 && report.of <= 12, `${report.of} damages`);
    assert.ok(report.noticed > 0, stdout);
    assert.ok(report.mutants.some(({ noticed, kind }) => noticed && (kind === "example" || kind === "label")), stdout);
    assert.ok(report.mutants.some(({ noticed }) => !noticed), "a sentence that the sandbox does not read survives");
    assert.deepEqual(report.controls.map(({ noticed }) => noticed), [false, false]);
    assert.match(stderr, /Mutant 1 of \d+, line \d+: /);
    const text = await llmops(folder, ["mutants", "."]);
    assert.match(text.stdout, /promptfooconfig\.yaml, prompt\.txt: \d+ of \d+ damages noticed\.[^]*Controls, which should change nothing:/);
  });

  it("says what it cannot damage", async () => {
    const folder = folderWith({ "promptfooconfig.yaml": "prompts: ['{{a}}']\nproviders: [echo]\ntests: [{ vars: { a: 1 } }]\n" });
    const { code, stderr } = await llmops(folder, ["mutants", "."]);
    assert.equal(code, 3);
    assert.match(stderr, /is no file of its own: put it into one/);
  });
});
