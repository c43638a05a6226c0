import assert from "node:assert/strict";
import { join } from "node:path";
import type { RunReport } from "../../../src/core/regression/report.ts";
import { atCommit } from "../../../src/core/pipeline/definition.ts";
import { isAffected } from "../../../src/core/regression/affected.ts";
import { evaluateSuite } from "../../../src/core/regression/evaluate.ts";
import { changesOf } from "../../../src/core/regression/places.ts";
import { acceptBaseline } from "../../../src/core/regression/baseline/accept.ts";
import { echoPrompt, echoSuite } from "../cli/support.ts";
import { commitAll, gitIn } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";
import { manualClock, metric, model, numberOf, open, openFolder, REMOTE, suiteOf } from "../runner/support.ts";

const HOUR = 3_600_000;

/** What a report says it compared with, and what it found. */
function found({ verdict, baseline, commit, dirty }: RunReport, bench: { git: (...args: string[]) => string }): Record<string, unknown> {
  const subject = baseline?.commit && bench.git("log", "-1", "--format=%s", baseline.commit).trim();
  return { verdict, against: subject ?? baseline?.kind, at: commit && bench.git("log", "-1", "--format=%s", commit).trim(), dirty };
}

describe("a suite's baseline", function () {
  this.timeout(20_000);

  it("is HEAD for edits that are not committed: the first save in a new folder gets a verdict", async () => {
    const bench = await open(echoSuite(40), { git: true });
    bench.write(echoPrompt(20));
    const report = await bench.report({ trigger: "save" });
    assert.deepEqual(found(report, bench), { verdict: "regression", against: "Sample", at: "Sample", dirty: true });
    assert.equal(report.calls, 60, "both versions are run, and what is equal once");
    assert.equal(report.baseline?.label, bench.head().slice(0, 7));
  });

  it("is, for a commit on the default branch, its nearest ancestor that is not known as a regression", async () => {
    const bench = await open(echoSuite(40), { git: true });
    bench.commit("Worse", echoPrompt(20));
    assert.deepEqual(found(await bench.report(), bench), { verdict: "regression", against: "Sample", at: "Worse", dirty: false });
    // Against "Worse" this would pass: it is passed over.
    bench.commit("As bad", { "other.txt": "x" });
    assert.deepEqual(found(await bench.report(), bench), { verdict: "regression", against: "Sample", at: "As bad", dirty: false });
    bench.commit("Mended", echoPrompt(0));
    assert.deepEqual(found(await bench.report(), bench), { verdict: "passed", against: "Sample", at: "Mended", dirty: false });
    bench.commit("Again", echoPrompt(1));
    assert.deepEqual(found(await bench.report(), bench), { verdict: "inconclusive", against: "Mended", at: "Again", dirty: false });
  });

  it("may be a commit whose cases failed with nothing to compare with: that is no regression", async () => {
    const bench = await open(echoSuite(40, 4), { git: true });
    assert.deepEqual(found(await bench.report(), bench), { verdict: "failed", against: undefined, at: "Sample", dirty: false });
    bench.commit("Worse", echoPrompt(20));
    assert.deepEqual(found(await bench.report(), bench), { verdict: "regression", against: "Sample", at: "Worse", dirty: false });
  });

  it("is, on a branch, the merge-base with the default branch, however many commits it has", async () => {
    const bench = await open(echoSuite(40), { git: true });
    bench.git("checkout", "-q", "-b", "topic");
    bench.commit("Step 1", echoPrompt(2));
    bench.commit("Step 2", echoPrompt(4));
    assert.deepEqual(found(await bench.report(), bench), { verdict: "regression", against: "Sample", at: "Step 2", dirty: false });
    // main moving on changes nothing, and edits that are not committed are compared with the same.
    bench.git("checkout", "-q", "main");
    bench.commit("Elsewhere", { "other.txt": "x", ...echoPrompt(10) });
    bench.git("checkout", "-q", "topic");
    bench.write(echoPrompt(6));
    assert.deepEqual(found(await bench.report(), bench), { verdict: "regression", against: "Sample", at: "Step 2", dirty: true });
  });

  it("is found as well where CI checks out: no branch but origin/main, and a detached HEAD", async () => {
    const origin = await open(echoSuite(40), { git: true });
    origin.git("checkout", "-q", "-b", "topic");
    const head = origin.commit("Worse", echoPrompt(20));
    const folder = temporaryFolder();
    const git = gitIn(folder);
    git("init", "-q", "-b", "unborn");
    git("remote", "add", "origin", origin.folder);
    git("fetch", "-q", "origin", "+refs/heads/main:refs/remotes/origin/main", head);
    git("checkout", "-q", "--detach", head);
    const bench = await openFolder(folder);
    assert.deepEqual(found(await bench.report(), bench), { verdict: "regression", against: "Sample", at: "Worse", dirty: false });
  });

  it("is, in a detached checkout of the default branch, the ancestor", async () => {
    const origin = await open(echoSuite(40), { git: true });
    const head = origin.commit("Worse", echoPrompt(20));
    const folder = temporaryFolder();
    gitIn(folder)("clone", "-q", origin.folder, ".");
    gitIn(folder)("checkout", "-q", "--detach", head);
    const bench = await openFolder(folder);
    assert.deepEqual(found(await bench.report(), bench), { verdict: "regression", against: "Sample", at: "Worse", dirty: false });
  });

  it("is, without git and before a first commit, the text before the first edit", async () => {
    for (const prepare of [() => {}, (folder: string) => gitIn(folder)("init", "-q")]) {
      const folder = (await open(echoSuite(40))).folder;
      prepare(folder);
      const bench = await openFolder(folder);
      assert.equal((await bench.report()).baseline, undefined);
      bench.write(echoPrompt(10));
      assert.deepEqual([(await bench.report()).verdict, (await bench.report()).baseline?.label], ["regression", "before your first edit"]);
      // It stays the first text: a loss in small steps adds up.
      bench.write(echoPrompt(11));
      assert.equal((await bench.series()).broke.length, 11);
    }
  });

  it("is what a person accepted, wherever HEAD is", async () => {
    const bench = await open(echoSuite(40), { git: true });
    const { version, series, report } = await bench.evaluate();
    const file = await acceptBaseline(bench.workspace, bench.suite, version, series, report);
    bench.commit("Worse", echoPrompt(20));
    bench.write(echoPrompt(21));
    const now = await bench.report();
    assert.deepEqual([file, now.baseline?.kind, now.verdict], [join(bench.folder, "llmops.baseline.json"), "accepted", "regression"]);
    assert.equal(now.series[0]!.broke.length, 21);
  });

  it("of a first commit is none, and not what came after it", async () => {
    const bench = await open(echoSuite(40, 4), { git: true });
    const first = bench.head();
    bench.commit("Worse", echoPrompt(20));
    await bench.report({ baseline: "HEAD" });
    const { workspace } = bench;
    const then = atCommit(workspace, first);
    const { report } = await evaluateSuite(then, { file: bench.suite, trigger: "manual", signal: new AbortController().signal, sandbox: () => Promise.reject(new Error("none")) });
    assert.deepEqual(found(report, bench), { verdict: "failed", against: undefined, at: "Sample", dirty: false });
  });

  it("does not differ where only sections of llmops.yaml do that decide no result", async () => {
    const config = (pipeline: string, repeat = 1) => ({ "llmops.yaml": `# Ours\nversion: 1\n\n${pipeline}suites:\n  - path: promptfooconfig.yaml\n    repeat: ${repeat}\n` });
    const stages = "# From a commit on\npipeline:\n  - { name: a, trigger: on-commit, steps: [{ name: s, command: 'true' }] }\n";
    const bench = await open({ ...echoSuite(40), ...config("") }, { git: true });
    bench.commit("Second", { "other.txt": "x" });
    const before = await bench.report();
    bench.write(config(`${stages}onSave: { maxCalls: 3 }\n`));
    const after = await bench.report();
    assert.deepEqual([after.version, after.dirty], [before.version, false]);
    assert.equal(await isAffected(bench.workspace, bench.suite), false);
    bench.write(config(stages, 2));
    const { version, found: by, report } = await bench.evaluate();
    assert.notEqual(report.version, before.version);
    const [change] = await changesOf(version, bench.folder, by.baseline!.snapshot);
    assert.deepEqual(change?.hunks.map(({ range }) => range.start.line), [8], "the line in the file, below the pipeline");
  });

  it("is the revision that a run names", async () => {
    const bench = await open(echoSuite(40), { git: true });
    bench.commit("Worse", echoPrompt(20));
    bench.commit("Worst", echoPrompt(40));
    assert.equal((await bench.series({ baseline: "HEAD~1" })).broke.length, 20);
    assert.equal((await bench.series({ baseline: "main~2" })).broke.length, 40);
    await assert.rejects(bench.report({ baseline: "nowhere" }), { name: "BaselineNotFound", message: 'There is no commit "nowhere" here.' });
    const alone = await open(echoSuite(40));
    await assert.rejects(alone.report({ baseline: "HEAD" }), { message: '"HEAD" names a commit, but this is no git repository.' });
  });
});

describe("the results of a baseline are a cache", function () {
  this.timeout(20_000);

  it("that survives amend, squash and rebase: it goes by contents, not by commits", async () => {
    const bench = await open(echoSuite(40), { git: true });
    bench.commit("Second", echoPrompt(1));
    assert.equal((await bench.report()).calls, 41);
    bench.git("commit", "-q", "--amend", "-m", "Second, better said");
    assert.deepEqual([(await bench.report()).calls, (await bench.report()).cached], [0, 41]);
    bench.git("checkout", "-q", "-b", "topic", "HEAD~1");
    bench.commit("Unrelated", { "other.txt": "x" });
    bench.git("rebase", "-q", "main");
    bench.git("reset", "-q", "--soft", "main~1");
    bench.git("commit", "-qm", "Squashed");
    assert.equal((await bench.report()).calls, 0);
  });

  it("whose answers of a remote endpoint are asked again after a day, those of this machine never", async () => {
    for (const [url, after23, after25] of [[REMOTE, 0, 80], ["http://127.0.0.1:9/v1", 0, 0]] as const) {
      const clock = manualClock();
      const { http } = model(({ text }) => (text.startsWith("Say") ? "good" : "good too"));
      const bench = await open(suiteOf(40, { url }), { git: true, clock, http });
      bench.write({ "prompt.txt": "Tell {{n}}" });
      assert.equal((await bench.report()).calls, 80);
      clock.advance(23 * HOUR);
      assert.equal((await bench.report()).calls, after23);
      clock.advance(2 * HOUR);
      assert.equal((await bench.report()).calls, after25);
      assert.equal((await bench.report()).calls, 0);
    }
  });

  it("that is not trusted when another model answers behind the name: both versions are asked again, and the line is not blamed", async () => {
    let newer = false;
    const { http, asked } = model(({ text }) => (newer && numberOf(text) <= 20 ? { output: "bad", fingerprint: "fp_2" } : { output: "good", fingerprint: newer ? "fp_2" : "fp_1" }));
    const bench = await open(suiteOf(40, { url: REMOTE }), { git: true, http });
    assert.equal((await bench.report()).verdict, "passed");
    newer = true;
    bench.write({ "prompt.txt": "Please say {{n}}" });
    asked.length = 0;
    const report = await bench.report();
    const { verdict, baseline, current } = metric(report.series[0]!, "accuracy");
    assert.deepEqual([report.verdict, verdict, baseline, current], ["passed", "no-change", 0.5, 0.5]);
    // The second time they are asked side by side.
    const again = asked.slice(40).map(({ text }) => text);
    assert.equal(again.length, 80);
    assert.equal(new Set(again.slice(0, 8).map((text) => text.startsWith("Please"))).size, 2);
  });

  it("that is trusted when the model was changed on purpose: each version has its own", async () => {
    const { http, asked } = model(({ body }) => ({ output: "good", fingerprint: String(body["model"]) }));
    const config = (name: string) => ({ "llmops.yaml": `version: 1\nendpoints: { dev: { kind: openai, baseUrl: "${REMOTE}", model: ${name} } }\nsuites: [{ path: promptfooconfig.yaml, endpoint: dev }]\n` });
    const bench = await open({ ...suiteOf(40), ...config("a") }, { git: true, http });
    await bench.report();
    bench.write(config("b"));
    asked.length = 0;
    assert.equal((await bench.report()).calls, 40);
    assert.deepEqual(new Set(asked.map(({ body }) => body["model"])), new Set(["b"]));
  });

  it("that new cases join, cases that are gone leave, and repeats fill up equally in both versions", async () => {
    const { http } = model(({ text }) => (text.startsWith("Say") ? "good" : "bad"));
    const tests = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => ({ vars: { n: from + i } }));
    const bench = await open(suiteOf(0, { tests: tests(1, 30) }), { git: true, http });
    bench.write({ "prompt.txt": "Tell {{n}}" });
    assert.equal((await bench.report()).calls, 60);
    bench.write({ ...suiteOf(0, { tests: tests(6, 32) }), "prompt.txt": "Tell {{n}}" });
    const report = await bench.report();
    const { n, baseline, current } = metric(report.series[0]!, "accuracy");
    assert.deepEqual([report.calls, report.series[0]!.cases, n, baseline, current], [4, 27, 27, 1, 0]);
    const thrice = await bench.report({ repeat: 3 });
    assert.deepEqual([thrice.calls, thrice.cached, thrice.series[0]!.runs], [2 * 2 * 27, 2 * 27, 3]);
  });
});

describe("what moves a baseline", function () {
  this.timeout(20_000);

  it("is nothing but a person: a run that passes leaves the accepted one as it is", async () => {
    const bench = await open(echoSuite(40));
    commitAll(bench.folder);
    const first = await bench.evaluate();
    await acceptBaseline(bench.workspace, bench.suite, first.version, first.series, first.report);
    // Ten drops of one case each: every one alone is no regression.
    let last: RunReport | undefined;
    for (let failing = 1; failing <= 4; failing++) {
      bench.write(echoPrompt(failing));
      last = await bench.report();
      assert.equal(last.verdict, failing < 4 ? "inconclusive" : "regression");
    }
    assert.equal(last?.series[0]!.broke.length, 4);
  });
});
