import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acceptBaseline } from "../../../src/core/regression/baseline/accept.ts";
import { readBaselineFile } from "../../../src/core/regression/baseline/accepted.ts";
import { contentHash } from "../../../src/core/store/store.ts";
import { echoPrompt, echoSuite } from "../cli/support.ts";
import { type Bench, manualClock, model, numberOf, open, REMOTE, SUITE, suiteOf } from "../runner/support.ts";

const FILE = "llmops.baseline.json";

async function accept(bench: Bench, options = {}): Promise<string> {
  const { version, series, report } = await bench.evaluate(options);
  return acceptBaseline(bench.workspace, bench.suite, version, series, report);
}

const text = (bench: Bench) => readFileSync(join(bench.folder, FILE), "utf8");

describe("accepting a baseline", function () {
  this.timeout(20_000);

  it("writes the prompt's text a line a line, its hash, and a case a line with its sums", async () => {
    const bench = await open({ ...echoSuite(20, 1), "llmops.yaml": "version: 1\n" }, { git: true, clock: manualClock() });
    const file = await accept(bench, { repeat: 3 });
    assert.equal(file, join(bench.folder, FILE));
    const { version, suites } = JSON.parse(text(bench)) as { version: number; suites: Record<string, { accepted: object; files: Record<string, { sha256: string; lines: string[] }>; series: Record<string, { runs: number; cases: Record<string, [number, number]> }> }> };
    const suite = suites[SUITE]!;
    assert.equal(version, 1);
    assert.deepEqual(suite.accepted, { at: "2026-01-01T00:00:00.000Z", commit: bench.head() });
    assert.deepEqual(Object.keys(suite.files), ["llmops.yaml", "prompt.txt", SUITE], "not the tests: both versions are asked today's");
    const prompt = readFileSync(join(bench.folder, "prompt.txt"), "utf8");
    assert.deepEqual(suite.files["prompt.txt"], { sha256: contentHash(prompt), lines: prompt.split("\n") });
    const [series] = Object.values(suite.series);
    assert.equal(series!.runs, 3);
    assert.deepEqual(Object.values(series!.cases).map(String).sort(), ["0,0", ...Array.from({ length: 19 }, () => "3,3")]);
    assert.equal(text(bench).match(/^ {12}"[0-9a-f]{12}": \[\d, \d\],?$/gm)?.length, 20);
  });

  it("writes the same bytes again, so that a review shows what changed and nothing else", async () => {
    const bench = await open(echoSuite(20, 1), { clock: manualClock() });
    await accept(bench);
    const first = text(bench);
    await accept(bench);
    assert.equal(text(bench), first);
    bench.write(echoPrompt(2));
    await accept(bench);
    const changed = text(bench).split("\n").filter((line, index) => line !== first.split("\n")[index]);
    assert.equal(changed.length, 3, changed.join("\n"));
    assert.ok(!existsSync(join(bench.folder, `${FILE}.tmp`)));
  });

  it("names no commit for what is not committed", async () => {
    const bench = await open(echoSuite(20), { git: true });
    bench.write({ "prompt.txt": "good {{n}}" });
    await accept(bench);
    assert.doesNotMatch(text(bench), /"commit"/);
  });

  it("keeps what is accepted of other suites", async () => {
    const bench = await open({ ...echoSuite(20), ...echoSuite(20, 0, "other") });
    await accept(bench);
    const { version, series, report } = await bench.evaluate({ file: join(bench.folder, "other", SUITE) });
    await acceptBaseline(bench.workspace, join(bench.folder, "other", SUITE), version, series, report);
    assert.deepEqual(Object.keys((JSON.parse(text(bench)) as { suites: object }).suites), [`other/${SUITE}`, SUITE]);
  });

  it("is told to every window through the store", async () => {
    const bench = await open(echoSuite(20));
    await accept(bench);
    const { kind, subject } = bench.workspace.store.eventsAfter(0).at(-1)!;
    assert.deepEqual([kind, subject], ["baseline-accepted", SUITE]);
  });

  it("refuses fewer than 20 cases, and more than 5 % without an answer", async () => {
    await assert.rejects(accept(await open(echoSuite(19))), { name: "AcceptRefused", message: /at least 20 cases .+ this suite has 19/ });
    const answering = (errors: number) => model(({ text: asked }) => (numberOf(asked) <= errors ? { status: 500 } : "good")).http;
    const bench = (errors: number) => open(suiteOf(40, { url: REMOTE }), { http: answering(errors) });
    await assert.rejects(accept(await bench(3)), { name: "AcceptRefused", message: /^3 of 40 questions of .+ had no answer: a baseline may miss at most 5 %/ });
    await accept(await bench(2));
  });
});

describe("an accepted baseline", function () {
  this.timeout(20_000);

  it("has the prompts of then and the keys of today: none is written into the file", async () => {
    const secret = "sk-test-0123456789abcdef";
    const { http, asked } = model(({ text: said }) => (said.startsWith("Say") ? "good" : "bad"));
    const config = { apiKey: "${secret:MY_KEY}", headers: { "x-team": "${secret:MY_KEY}" } };
    const bench = await open(suiteOf(20, { url: REMOTE, config }), { http, env: { MY_KEY: secret, LLMOPS_APPROVED: `MY_KEY=${new URL(REMOTE).origin}` } });
    await accept(bench);
    assert.ok(!text(bench).includes(secret));
    bench.write({ "prompt.txt": "Tell {{n}}" });
    assert.equal((await bench.report({ useCache: false })).verdict, "regression");
    assert.ok(asked.every(({ headers }) => headers["authorization"] === `Bearer ${secret}` && headers["x-team"] === secret));
  });

  const damaged: [what: string, damage: (text: string) => string, message: RegExp, line: (text: string) => number][] = [
    ["merge conflicts", (good) => good.replace('  "suites"', '<<<<<<< HEAD\n  "suites"').concat(">>>>>>> topic\n"), /^This baseline has merge conflicts\. Accept a baseline again/, () => 2],
    ["a text edited by hand", (good) => good.replace("good{%", "fine{%"), /^The text of prompt\.txt kept for promptfooconfig\.yaml does not match its hash: it was edited by hand or merged\./, (bad) => lineOf(bad, '"prompt.txt": {')],
    ["no JSON", (good) => good.replace('"version": 1,', '"version": 1,,'), /^This baseline is not valid JSON\./, () => 1],
    ["another form", (good) => good.replace('"runs": 1', '"runs": "one"'), /^This baseline is not in the expected form \(suites\.promptfooconfig\.yaml\.series\..+runs: /, (bad) => lineOf(bad, '"runs"')],
    ["a later version", (good) => good.replace('"version": 1', '"version": 2'), /^This baseline is not in the expected form \(version: /, () => 1],
  ];
  for (const [what, damage, message, line] of damaged) {
    it(`with ${what} is a problem at its line, and no baseline`, async () => {
      const bench = await open(echoSuite(20));
      await accept(bench);
      const bad = damage(text(bench));
      writeFileSync(join(bench.folder, FILE), bad);
      const { file, problems } = await readBaselineFile(bench.workspace.disk, bench.folder);
      assert.equal(file, undefined);
      assert.equal(problems.length, 1);
      assert.match(problems[0]!.message, message);
      assert.deepEqual([problems[0]!.severity, problems[0]!.location.file, problems[0]!.location.range.start.line], ["error", join(bench.folder, FILE), line(bad)]);
      const { problems: said } = await bench.evaluate();
      assert.deepEqual(said.map(({ code }) => code), ["baseline-unreadable"]);
    });
  }

  it("in conflict is resolved by accepting again", async () => {
    const bench = await open(echoSuite(20));
    await accept(bench);
    const good = text(bench);
    writeFileSync(join(bench.folder, FILE), `<<<<<<< HEAD\n${good}=======\n${good}>>>>>>> topic\n`);
    await accept(bench);
    assert.deepEqual((await bench.evaluate()).problems, []);
  });
});

function lineOf(whole: string, part: string): number {
  return whole.split("\n").findIndex((line) => line.includes(part));
}
