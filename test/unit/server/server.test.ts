import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { URI } from "vscode-uri";
import type { Status } from "../../../src/protocol/messages.ts";
import { folderWith } from "../cli/support.ts";
import { ENGINE, sampleFolder, withoutRefunds } from "../engine.ts";
import { TestClient } from "./client.ts";

const SUITE = "evals/support/promptfooconfig.yaml";

describe("a save while suites are still looked for", function () {
  this.timeout(60_000);

  it("is judged once they are found", async () => {
    const sample = sampleFolder();
    const prompt = join(sample.folder, "prompts/triage.txt");
    const original = readFileSync(prompt, "utf8");
    const client = await TestClient.start(sample.folder);
    try {
      writeFileSync(prompt, withoutRefunds(original));
      await client.save(prompt);
      await client.until("the regression", () => client.diagnostics.get(prompt)?.some(({ code }) => code === "regression"));
    } finally {
      await client.stop();
      sample.remove();
    }
  });
});

describe("a gate on instructions", function () {
  this.timeout(60_000);

  it("leads to the instruction that is not kept", async () => {
    const folder = folderWith({
      "promptfooconfig.yaml": "prompts: [file://prompt.txt]\nproviders: [echo]\ntests: [{ vars: { n: 1 } }]\n",
      "prompt.txt": "Be kind.\nReply in at most 3 words.\nSay {{n}}\n",
      "llmops.yaml": 'version: 1\nsuites: [{ path: ".", gate: { instruction-following: { min: 90% } } }]\n',
    });
    const prompt = join(folder, "prompt.txt");
    const client = await TestClient.start(folder);
    try {
      await client.save(prompt);
      const [found] = await client.until("the verdict", () => client.diagnostics.get(prompt)?.filter(({ code }) => code === "failed"));
      assert.match(String(found?.message), /instruction-following 0\.0.% is below its minimum of 90\.0.%/);
      assert.deepEqual(found?.relatedInformation?.map(({ location, message }) => [URI.parse(location.uri).fsPath, location.range.start.line, message]), [[prompt, 1, "words “Reply in at most 3 words.” (line 2 of the prompt): kept by 0.0\u00A0%"]]);
    } finally {
      await client.stop();
    }
  });
});

describe("the language server, as any editor meets it", function () {
  this.timeout(60_000);
  const sample = sampleFolder();
  const prompt = join(sample.folder, "prompts/triage.txt");
  const original = readFileSync(prompt, "utf8");
  const lines = original.split("\n");
  const refund = lines.findIndex((line) => line.includes("-> refund"));
  /** A deletion has nothing to underline: the nearest line with a text stands for it. */
  const marked = lines.findLastIndex((line, i) => i < refund && line.trim() !== "");
  /** The prompt without the five examples of one category. */
  const damaged = withoutRefunds(original);
  let client: TestClient;

  const write = async (text: string) => {
    writeFileSync(prompt, text);
    await client.save(prompt);
  };
  const regression = () => client.diagnostics.get(prompt)?.find((diagnostic) => diagnostic.code === "regression");
  const status = () => client.statuses.at(-1) as Status | undefined;

  before(async () => {
    client = await TestClient.start(sample.folder);
    await client.open(prompt, original);
    await client.until("the suite to be found", () => status()?.suites.some((suite) => suite.name === SUITE));
  });
  after(async () => {
    await client.stop();
    sample.remove();
  });

  it("runs nothing before a save", () => {
    assert.equal(status()?.suites[0]?.state.kind, "never");
    assert.deepEqual([...client.diagnostics.values()].flat(), []);
  });

  it("underlines the changed line after a save, with the evidence", async () => {
    await write(damaged);
    const found = await client.until("the regression", regression);
    assert.equal(found.severity, 1);
    assert.equal(found.source, "LLMOps");
    assert.equal(found.range.start.line, marked);
    assert.match(String(found.message), /^Regression: accuracy 85\.8\s% → 75\.0\s% \(−10\.8 points, 90\s% CI −\d+\.\d … −\d+\.\d, p 0\.\d+; 120 cases × 1 run\)/);
    assert.match(String(found.message), /16 cases broke, 3 fixed\. Compared with baseline/);
    assert.match(String(found.message), /\d lines? removed here\./);
    assert.equal(found.relatedInformation?.length, 10);
    const [first] = found.relatedInformation ?? [];
    assert.match(first?.location.uri ?? "", /tests\.csv$/);
    assert.match(first?.message ?? "", /“.+”: \{"category":"refund"\} → \{"category":"\w+"\}/);
  });

  it("says it above the prompt and above the suite, and in the status", async () => {
    const titles = (await client.lenses(prompt)).map((lens) => lens.command?.title);
    assert.deepEqual(titles.slice(0, 3), ["▷ Run", "75.0\u00A0% ↓10.8 · 16 broke · 3 fixed", "Compare"]);
    assert.match(titles[3] ?? "", /^Accept · baseline /);
    assert.ok((await client.lenses(join(sample.folder, SUITE))).length >= 3);
    const state = status()?.suites[0]?.state;
    assert.ok(state?.kind === "judged" && state.verdict === "regression" && state.broke === 16 && /^Regression: accuracy/.test(state.headline), JSON.stringify(state));
  });

  it("lists every metric and instruction on hover, and on an instruction how it is kept", async () => {
    const top = await client.hover(prompt, 0);
    for (const row of [/\| accuracy \| 85\.8.% \| 75\.0.% \|/, /\| instruction-following \| 100\.0.% \| 100\.0.% \|.*\(no gate\)/, /\| toxicity \| 0\.0.% \|/, /\| tokens \|/, /\n- json “Answer with JSON only.*line 6 of the baseline's prompt/]) assert.match(top, row);
    const line = lines.findIndex((text) => text.startsWith("Answer with JSON"));
    assert.match(await client.hover(prompt, line), /^instruction-following of \*\*triage\*\* · dev · evals\/support\/promptfooconfig\.yaml: json “Answer with JSON only.*: kept by 100\.0.%$/);
    assert.equal(await client.hover(prompt, line + 1), "");
  });

  it("offers what can be done about it", async () => {
    const diagnostic = regression();
    const actions = (await client.connection.sendRequest("textDocument/codeAction", {
      textDocument: { uri: URI.file(prompt).toString() },
      range: diagnostic?.range,
      context: { diagnostics: [diagnostic] },
    })) as { title: string }[];
    assert.deepEqual(actions.map((action) => action.title), ["Compare with the baseline's text", "Show broken cases", "Show answers before and after", "Rerun failed cases", "Accept as baseline…"]);
  });

  it("gives the baseline's text for a comparison", async () => {
    const found = (await client.connection.sendRequest("llmops/baselineText", { uri: URI.file(prompt).toString() })) as { text: string; label: string };
    assert.equal(found.text, original);
    assert.match(found.label, /^accepted 20/);
  });

  it("agrees with the terminal", () => {
    const out = spawnEval(sample.folder);
    assert.equal(out.verdict, "regression");
    const state = status()?.suites[0]?.state;
    assert.equal(state?.kind === "judged" && state.verdict, out.verdict);
  });

  it("clears what stands on a line that is edited, and only that", async () => {
    await client.edit(prompt, [0, 0], [0, 0], "x");
    assert.ok(regression(), "an edit far from it leaves it");
    await client.edit(prompt, [marked, 0], [marked, 3], "abc");
    await client.until("it to be cleared", () => client.diagnostics.get(prompt)?.length === 0);
  });

  it("has nothing to say once the line is mended, and does not flicker on the way", async () => {
    await write(damaged);
    await client.until("the regression again", regression);
    const before = client.published.length;
    await write(original);
    await client.until("it to be cleared", () => client.diagnostics.get(prompt)?.length === 0);
    const lists = client.published.slice(before).filter(({ file }) => file === prompt);
    assert.equal(lists.length, 1, "one atomic replacement");
  });

  it("shows what a run in a terminal beside it found", async () => {
    writeFileSync(prompt, damaged);
    spawnEval(sample.folder);
    await client.until("the terminal's verdict", regression);
    await write(original);
    await client.until("it to be cleared", () => !regression());
  });

  it("starts nothing while it is paused", async () => {
    await client.connection.sendNotification("llmops/paused", { paused: true });
    const runs = runCount(sample.folder);
    await write(damaged);
    await client.until("the text to be seen as changed", () => {
      const state = status()?.suites[0]?.state;
      return state?.kind === "judged" && state.stale;
    });
    assert.equal(runCount(sample.folder), runs);
    assert.equal(regression(), undefined);
    const titles = (await client.lenses(prompt)).map((lens) => lens.command?.title);
    assert.match(titles[0] ?? "", /changed since/);
    await client.connection.sendNotification("llmops/paused", { paused: false });
    await write(original);
  });

  it("goes on after its worker was killed", async () => {
    const workers = execFileSync("pgrep", ["-P", String(client.process.pid)], { encoding: "utf8" }).trim().split("\n");
    for (const pid of workers) process.kill(Number(pid), "SIGKILL");
    await write(damaged);
    await client.until("the regression", regression);
  });

  it("runs one case without touching the suite's verdict", async () => {
    const csv = join(sample.folder, "evals/support/tests.csv");
    const line = readFileSync(csv, "utf8").split("\n").findIndex((row) => row.startsWith("billing-1,") || row.includes("billing"));
    const place = (await client.connection.sendRequest("llmops/caseAt", { uri: URI.file(csv).toString(), line })) as { suite: string; caseId: string };
    assert.equal(URI.parse(place.suite).fsPath, join(sample.folder, SUITE));
    const result = (await client.connection.sendRequest("llmops/run", { uri: place.suite, caseId: place.caseId })) as { suites: { message: string }[] };
    assert.equal(result.suites[0]?.message, "triage: failed, triage-short: failed");
    assert.match(((await client.lenses(prompt))[1]?.command?.title) ?? "", /^75\.0/);
    const details = (await client.connection.sendRequest("llmops/caseDetails", place)) as string;
    assert.match(details, /\*\*Request\*\*[\s\S]+"model": "sandbox-small"[\s\S]+\*\*Response/);
  });

  it("reads and runs nothing in an untrusted workspace", async () => {
    const other = sampleFolder();
    const untrusted = await TestClient.start(other.folder, { trusted: false });
    try {
      const file = join(other.folder, "prompts/triage.txt");
      writeFileSync(file, damaged);
      await untrusted.save(file);
      assert.deepEqual(await untrusted.lenses(file), []);
      assert.match((await untrusted.connection.sendRequest("llmops/doctor")) as string, /not trusted/);
      assert.throws(() => execFileSync("pgrep", ["-P", String(untrusted.process.pid)]), "it has no child process");
      await untrusted.connection.sendNotification("llmops/trusted", {});
      await untrusted.until("the suite, once there is trust", () => (untrusted.statuses.at(-1) as Status | undefined)?.suites.length === 1);
    } finally {
      await untrusted.stop();
      other.remove();
    }
  });
});

function spawnEval(folder: string): { verdict: string } {
  try {
    return JSON.parse(execFileSync(process.execPath, [ENGINE, "eval", "--json"], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })) as { verdict: string };
  } catch (error) {
    return JSON.parse((error as { stdout: string }).stdout) as { verdict: string };
  }
}

function runCount(folder: string): number {
  return (JSON.parse(execFileSync(process.execPath, [ENGINE, "runs", "list", "--limit", "1000", "--json"], { cwd: folder, encoding: "utf8" })) as { runs: unknown[] }).runs.length;
}
