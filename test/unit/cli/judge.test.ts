import assert from "node:assert/strict";
import { folderWith, lines, llmops } from "./support.ts";

const row = (output: string, label: string) => JSON.stringify({ output, rubric: "is polite", label });
const LABELS = [row("Thank you for waiting.", "pass"), row("Shut up, idiot.", "fail"), row("It is late.", "pass")].join("\n");
const files = { "llmops.yaml": "version: 1\nendpoints: { dev: { kind: sandbox } }\n", "labels.jsonl": LABELS };

describe("llmops judge calibrate", () => {
  it("prints agreement, kappa, matrix and the lines that differ", async () => {
    const { code, stdout, stderr } = await llmops(folderWith(files), ["judge", "calibrate", "labels.jsonl"]);
    assert.deepEqual([code, stderr], [0, ""]);
    const printed = lines(stdout).map((line) => line.trim().replace(/\s+/g, " "));
    assert.deepEqual(printed.slice(0, 3), ["labels.jsonl 3 labelled outputs judged 3 calls, 0 from cache", "agreement 66.7 % (2 of 3)", "Cohen's kappa 0.40 [-0.24, 1.00] at 90 %"]);
    assert.ok(printed.includes("pass 1 1") && printed.includes("fail 0 1"));
    assert.ok(printed.some((line) => line.startsWith("line 3: labelled pass, judged fail.")));
  });

  it("prints one JSON object with --json", async () => {
    const { code, stdout } = await llmops(folderWith(files), ["judge", "calibrate", "labels.jsonl", "--json"]);
    const { file, n, matrix, kappa, disagreements } = JSON.parse(stdout) as { file: string; n: number; matrix: object; kappa: { n: number }; disagreements: { line: number }[] };
    assert.deepEqual([code, file, n, matrix, kappa.n, disagreements.map(({ line }) => line)], [0, "labels.jsonl", 3, { passPass: 1, passFail: 1, failPass: 0, failFail: 1 }, 3, [3]]);
  });

  it("exits with 2 for a file that cannot be read, with 3 where the judge does not answer or the budget has ended", async () => {
    const broken = await llmops(folderWith({ ...files, "labels.jsonl": `${LABELS}\n{` }), ["judge", "calibrate", "labels.jsonl"]);
    assert.deepEqual([broken.code, /labels\.jsonl:4:1: This line is not JSON/.test(broken.stderr)], [2, true]);
    const missing = await llmops(folderWith(files), ["judge", "calibrate", "nope.jsonl"]);
    assert.deepEqual([missing.code, /There is no file/.test(missing.stderr)], [2, true]);
    const budget = await llmops(folderWith({ ...files, "llmops.yaml": "version: 1\nendpoints: { far: { kind: openai, baseUrl: 'https://model.example/v1', model: m } }\n" }), ["judge", "calibrate", "labels.jsonl", "--max-calls", "0"]);
    assert.deepEqual([budget.code, budget.stdout, /^labels\.jsonl: The budget of 0 calls is used up\. What was answered is kept/.test(budget.stderr)], [3, "", true], budget.stderr);
    const nobody = await llmops(folderWith({ "labels.jsonl": LABELS }), ["judge", "calibrate", "labels.jsonl"]);
    assert.deepEqual([nobody.code, /line 1: not judged\. Nobody is named to judge/.test(nobody.stdout)], [3, true]);
  });
});
