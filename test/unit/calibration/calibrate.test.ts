import assert from "node:assert/strict";
import { join } from "node:path";
import { BudgetError } from "../../../src/core/evals/run/caller.ts";
import { type Calibration, calibrate, type CalibrateOptions } from "../../../src/core/regression/calibration/calibrate.ts";
import { SuiteInvalid } from "../../../src/core/regression/evaluate.ts";
import { answerEmbeddings } from "../../../src/sandbox/embeddings.ts";
import { judgeReply } from "../../../src/sandbox/judge.ts";
import { model, open, REMOTE } from "../runner/support.ts";

const YAML = 'version: 1\nendpoints:\n  judge: { kind: openai, baseUrl: "http://127.0.0.1:9/v1", model: j, embeddingModel: e }\n';

/** The sandbox's judge, without its server. */
const { http } = model(({ url, body }) => {
  if (url.endsWith("/embeddings")) return { status: 200, body: answerEmbeddings({ ...body, model: "sandbox-embed" }).chunks.join("") };
  const messages = body["messages"] as { role: string; content: string }[];
  return messages.at(-1)!.content.includes("broken") ? "I cannot say." : (judgeReply(messages.map(({ role, content }) => ({ role, text: content }))) ?? "");
});

async function calibrated(name: string, text: string, options: Partial<CalibrateOptions> = {}, yaml = YAML): Promise<Calibration> {
  const bench = await open({ [name]: text, "llmops.yaml": yaml }, { http });
  const sandbox = () => Promise.reject(new Error("This test starts no sandbox."));
  return calibrate(bench.workspace, { file: join(bench.folder, name), endpoint: undefined, useCache: true, inFlight: undefined, signal: new AbortController().signal, sandbox, ...options });
}

const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join("\n");
const POLITE = "Thank you, and sorry for the delay.";

describe("calibrating a judge", () => {
  const rubric = "is polite";

  it("compares its verdicts with a person's", async () => {
    const found = await calibrated("labels.jsonl", lines(
      { output: POLITE, rubric, label: "pass", score: 0.8 },
      { output: "Shut up, you idiot.", rubric, label: "fail", score: 0 },
      { output: "It is late.", rubric, label: "pass" },
      { output: "Dear idiot, please leave.", rubric, label: "fail" },
    ));
    assert.deepEqual([found.n, found.agreement, found.matrix], [4, 0.75, { passPass: 1, passFail: 1, failPass: 0, failFail: 2 }]);
    assert.equal(found.kappa!.kappa, 0.5);
    assert.ok(found.kappa!.low < 0 && found.kappa!.high === 1);
    assert.deepEqual([found.scores!.n, found.scores!.meanAbsoluteDifference.toFixed(6)], [2, "0.100000"]);
    assert.deepEqual(found.disagreements, [{ line: 3, label: "pass", judge: "fail", score: 0, reason: '"is polite": no.', output: "It is late." }]);
    assert.deepEqual([found.errors, found.calls, found.problems], [[], 4, []]);
  });

  it("leaves out what cannot be judged, and says its line", async () => {
    const found = await calibrated("labels.jsonl", `${lines({ output: "broken", rubric, label: "pass" })}\n\n${lines({ output: POLITE, rubric, label: "pass" })}\n`);
    assert.deepEqual([found.n, found.agreement, found.kappa], [1, 1, undefined]);
    assert.deepEqual(found.errors.map(({ line }) => line), [1]);
    assert.match(found.errors[0]!.reason, /answered no \{pass, score, reason\}: "I cannot say\."/);
  });

  it("takes any assertion, with prompt and variables", async () => {
    const found = await calibrated("labels.jsonl", lines(
      { output: "At nine.", assertion: { type: "factuality", value: "At nine." }, prompt: "When?", label: true },
      { output: "It says tea.", assertion: { type: "llm-rubric", value: "mentions {{what}}" }, vars: { what: "tea" }, label: "pass" },
      { output: "no tea", assertion: { type: "not-contains", value: "tea" }, label: 0 },
      { output: "hello world", assertion: { type: "similar", value: "hello world" }, label: "yes" },
      { output: { a: 1 }, assertion: { type: "is-json" }, label: "pass" },
    ));
    assert.deepEqual([found.n, found.agreement], [5, 1], JSON.stringify(found.errors));
  });

  it("reads CSV: further columns are variables", async () => {
    const found = await calibrated("labels.csv", `output,rubric,assertion,label,what\n"${POLITE}",is polite,,pass,\nIt is about tea.,mentions {{what}},,pass,tea\nIt is about tea.,,contains:coffee,fail,\n`);
    assert.deepEqual([found.n, found.agreement], [3, 1], JSON.stringify(found));
  });

  it("asks whom llmops.yaml names: an endpoint, the suite's judge, or the only one", async () => {
    const row = lines({ output: POLITE, rubric, label: "pass" });
    const two = `${YAML}  other: { kind: openai, baseUrl: "http://127.0.0.1:9/v1", model: o }\n`;
    assert.match((await calibrated("labels.jsonl", row, {}, two)).errors[0]!.reason, /Nobody is named to judge/);
    assert.equal((await calibrated("labels.jsonl", row, { endpoint: "other" }, two)).n, 1);
    assert.equal((await calibrated("labels.jsonl", row, {}, `${two}suites: [{ path: ".", judge: other }]\n`)).n, 1);
    await assert.rejects(calibrated("labels.jsonl", row, { endpoint: "nope" }), /no endpoint named "nope"/);
  });

  it("keeps within a budget, waits for what is paid, and goes on from there", async () => {
    const remote = model(() => '{"pass": true, "score": 1, "reason": "r"}');
    const bench = await open({ "labels.jsonl": lines(...Array.from({ length: 6 }, (_, i) => ({ output: `${i}`, rubric, label: "pass" }))), "llmops.yaml": YAML.replace("http://127.0.0.1:9/v1", REMOTE) }, { http: remote.http });
    const options = { file: join(bench.folder, "labels.jsonl"), endpoint: undefined, useCache: true, inFlight: undefined, signal: new AbortController().signal, sandbox: () => Promise.reject(new Error("No sandbox.")) };
    await assert.rejects(calibrate(bench.workspace, { ...options, maxCalls: 4 }), BudgetError);
    assert.equal(remote.asked.length, 4);
    const { n, calls, cached } = await calibrate(bench.workspace, { ...options, maxCalls: 2 });
    assert.deepEqual([n, calls, cached], [6, 2, 4]);
  });

  const WRONG: [name: string, text: string, at: number, message: RegExp][] = [
    ["labels.jsonl", "", 1, /no labelled output/],
    ["labels.jsonl", "{}\n", 1, /has no output/],
    ["labels.jsonl", `${lines({ output: "x", rubric, label: "pass" })}\n{"output": `, 2, /not JSON/],
    ["labels.jsonl", "[1]", 1, /A line is an object/],
    ["labels.jsonl", lines({ output: "x", rubric, label: "good" }), 1, /must be pass or fail, not "good"/],
    ["labels.jsonl", lines({ output: "x", label: "pass" }), 1, /either a rubric/],
    ["labels.jsonl", lines({ output: "x", rubric, assertion: { type: "contains" }, label: "pass" }), 1, /either a rubric/],
    ["labels.jsonl", lines({ output: "x", assertion: { type: "contians", value: "x" }, label: "pass" }), 1, /Did you mean "contains"/],
    ["labels.jsonl", lines({ output: "x", assertion: { type: "assert-set", assert: [] }, label: "pass" }), 1, /cannot be calibrated/],
    ["labels.jsonl", lines({ output: "x", rubric, label: "pass", score: "high" }), 1, /score must be a number/],
    ["labels.csv", "output,rubric,label\nx,y,perhaps\n", 2, /must be pass or fail/],
  ];
  for (const [name, text, at, message] of WRONG) {
    it(`says what is wrong with ${JSON.stringify(text.slice(0, 60))}`, () =>
      assert.rejects(calibrated(name, text), (error) => error instanceof SuiteInvalid && (assert.match(error.problems[0]!.message, message), assert.equal(error.problems[0]!.location.range.start.line + 1, at), true)));
  }
});
