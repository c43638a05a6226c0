import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { URI } from "vscode-uri";
import type { BisectAnswer, ChangedAnswer, PreviewAnswer, PreviewView, SuiteTests } from "../../../src/protocol/authoring.ts";
import { sampleFolder, withoutRefunds } from "../engine.ts";
import { TestClient } from "./client.ts";

describe("what the editor asks about writing prompts", function () {
  this.timeout(60_000);
  const sample = sampleFolder();
  const suite = join(sample.folder, "evals/support/promptfooconfig.yaml");
  const prompt = join(sample.folder, "prompts/triage.txt");
  const uri = URI.file(suite).toString();
  let client: TestClient;
  const ask = <T>(action: object) => client.connection.sendRequest<T>("llmops/authoring", { uri, action });
  const verdicts = () => client.diagnostics.get(prompt)?.filter(({ source }) => source === "LLMOps") ?? [];

  before(async () => {
    client = await TestClient.start(sample.folder);
    await client.until("the suite", () => JSON.stringify(client.statuses).includes("support"));
    const text = readFileSync(prompt, "utf8");
    writeFileSync(prompt, withoutRefunds(text).replace("customers write to", "customers send to"));
    await client.save(prompt);
    await client.until("the regression", () => verdicts().length === 2);
  });
  after(async () => {
    await client.stop();
    sample.remove();
  });

  it("is the change that did it: the verdict stays on it alone, with a way back", async () => {
    assert.match(String(verdicts()[0]?.message), /One of 2 changes; "Find the change that did it" names it\./);
    const answer = await ask<BisectAnswer>({ kind: "bisect" });
    assert.match(answer.message, /lines removed after “.+” did it: without this change \d+ of \d+ runs pass instead of \d+/);
    await client.until("the verdict on the culprit alone", () => verdicts().some(({ severity }) => severity === 3));
    const [culprit, other] = [...verdicts()].sort((a, b) => (a.severity ?? 1) - (b.severity ?? 1));
    assert.match(String(culprit?.message), /did it[^]*Regression: accuracy/);
    assert.match(String(other?.message), /^Not this change: /);
    assert.equal(other?.range.start.line, 0);
    const actions = await client.connection.sendRequest<{ title: string }[]>("textDocument/codeAction", { textDocument: { uri: URI.file(prompt).toString() }, range: culprit!.range, context: { diagnostics: [culprit] } });
    assert.ok(actions.some(({ title }) => title === "Undo this change"));
    assert.ok(!actions.some(({ title }) => title === "Find the change that did it"));
    assert.match(answer.culprits[0]!.fixed, /customers send to[^]*-> refund/);
  });

  it("is each case with what the last verdict made of it", async () => {
    const { tests, runId, name } = await ask<SuiteTests>({ kind: "tests" });
    assert.equal(name, "evals/support/promptfooconfig.yaml");
    assert.ok(runId);
    assert.equal(tests.length, 120);
    const failed = tests.filter(({ outcomes }) => outcomes.some(({ status }) => status === "failed"));
    assert.ok(failed.length >= 16, `${failed.length} failed`);
    const [first] = failed;
    assert.match(first!.uri, /tests\.csv$/);
    const outcome = first!.outcomes.find(({ status }) => status === "failed")!;
    assert.ok(["billing", "refund", "delivery", "account", "technical", "product"].includes(outcome.expected ?? ""), outcome.expected);
    assert.match(outcome.actual, /category/);
    assert.match(outcome.message, /Expected the output to contain/);
  });

  it("is the whole answers of cases that broke or were fixed", async () => {
    const answers = await ask<ChangedAnswer[]>({ kind: "answers" });
    const broke = answers.filter(({ change }) => change === "broke");
    assert.ok(broke.length >= 16);
    for (const { before, after } of broke) assert.notEqual(before, after);
    assert.ok(answers.some(({ change }) => change === "fixed"));
  });

  it("is a prompt filled in as it is typed, with what the baseline had", async () => {
    const text = readFileSync(prompt, "utf8");
    const shown = await ask<PreviewView>({ kind: "preview", file: prompt, text: `${text}{{ message | upper }}\n`, reload: true });
    const [message] = shown.messages;
    assert.deepEqual([shown.cases.length, shown.caseId, shown.prompts, shown.endpoint, message?.role], [120, "m001", ["prompt 1"], "dev", "user"]);
    const lines = message!.lines.filter(({ kind }) => kind !== "same").map(({ kind, text: line }) => `${kind} ${line}`);
    assert.ok(lines.includes("added THERE'S A 4.99 FEE ON MY BILL THAT NOBODY TOLD ME ABOUT"), lines.join("\n"));
    assert.equal(lines.filter((line) => line.startsWith("removed") && line.includes("-> refund")).length, 5);
    const broken = await ask<PreviewView>({ kind: "preview", file: prompt, text: "{{ message | nowhere }}" });
    assert.match(broken.problem ?? "", /filter not found: nowhere/);
  });

  it("is the answer of a case with the text as it is typed, and of no file", async () => {
    const before = readFileSync(prompt, "utf8");
    const [answer, ...others] = await ask<PreviewAnswer[]>({ kind: "answer", file: prompt, text: 'Answer with JSON only, in this form: {"category": "<category>"}\n\n"a fee" -> billing\n\nMessage: {{message}}', caseId: "m001" });
    assert.deepEqual(others, []);
    assert.deepEqual([answer?.status, answer?.output], ["passed", '{"category":"billing"}']);
    assert.match(answer?.facts ?? "", /tokens/);
    assert.equal(readFileSync(prompt, "utf8"), before);
  });
});
