import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type http from "node:http";
import { join } from "node:path";
import { commitAll } from "../engine.ts";
import { completion, echoPrompt, echoSuite, endpointSuite, folderWith, good, json, lines, llmops, type Report, sideBySide, withEndpoint, write } from "./support.ts";

describe("options of llmops eval", function () {
  this.timeout(30_000);
  const test = sideBySide();

  test("--repeat asks each case so many times", async () => {
    const report = await json(folderWith(echoSuite(3)), ["eval", "--repeat", "4"]);
    assert.deepEqual([report.calls, report.suites[0]?.runs, report.suites[0]?.cases], [12, 4, 3]);
  });

  test("--no-cache asks again for everything", async () => {
    const folder = folderWith(echoSuite(3));
    assert.equal((await json(folder, ["eval"])).calls, 3);
    const again = await json(folder, ["eval", "--no-cache"]);
    assert.deepEqual([again.calls, again.cached], [3, 0]);
  });

  test("--filter takes the cases that contain a text, and the suites that have some", async () => {
    const folder = folderWith({ ...echoSuite(12, 0, "a"), ...echoSuite(3, 0, "b") });
    const { exit, suites } = await json(folder, ["eval", "--filter", "\"n\":1"]);
    assert.deepEqual([exit, suites.map(({ cases }) => cases)], [0, [4, 1]]);
    const narrow = await json(folder, ["eval", "--filter", "\"n\":12"]);
    assert.deepEqual([narrow.exit, narrow.suites.map(({ cases }) => cases)], [0, [1]]);
  });

  test("-j limits the calls in flight", async () => {
    let inFlight = 0;
    let most = 0;
    let waiting: (() => void)[] = [];
    const answerThree: http.RequestListener = (_incoming, outgoing) => {
      most = Math.max(most, ++inFlight);
      waiting.push(() => {
        inFlight--;
        outgoing.end(completion());
      });
      // Three at once or nobody: with fewer in flight the run would not end.
      if (waiting.length < 3) return;
      for (const answer of waiting) answer();
      waiting = [];
    };
    await withEndpoint(answerThree, async ({ url, requests }) => {
      const { exit } = await json(folderWith(endpointSuite(9, { apiBaseUrl: url })), ["eval", "-j", "3"]);
      assert.deepEqual([exit, requests.length, most], [0, 9, 3]);
    });
  });

  test("-c names suites of any name, several times", async () => {
    const folder = folderWith({ ...echoSuite(2, 0, "a"), ...echoSuite(3, 0, "b") });
    write(folder, { "a/quick.yaml": readFileSync(join(folder, "a/promptfooconfig.yaml"), "utf8") });
    const { suites } = await json(folder, ["eval", "-c", "a/quick.yaml", "-c", "b/promptfooconfig.yaml"]);
    assert.deepEqual(suites.map(({ cases }) => cases), [2, 3]);
  });

  test("--baseline compares with a commit or another baseline file", async () => {
    const folder = folderWith(echoSuite(40));
    const git = commitAll(folder);
    assert.equal((await llmops(folder, ["baseline", "accept"])).code, 0);
    write(folder, { "release.json": readFileSync(join(folder, "llmops.baseline.json"), "utf8"), ...echoPrompt(20) });
    git("rm", "-q", "--cached", "prompt.txt");
    git("add", "prompt.txt");
    git("commit", "-qm", "Worse");

    const first = git("rev-parse", "HEAD~1").trim();
    const byCommit = await json(folder, ["eval", "--baseline", "HEAD~1"]);
    const { kind, commit, label } = byCommit.suites[0]?.baseline ?? {};
    assert.deepEqual([byCommit.exit, kind, commit, label], [1, "git", first, first.slice(0, 7)]);
    const byHead = await json(folder, ["eval", "--baseline", "main"]);
    assert.deepEqual([byHead.exit, byHead.verdict], [0, "passed"]);
    const byFile = await json(folder, ["eval", "--baseline", "release.json"]);
    assert.deepEqual([byFile.exit, byFile.suites[0]?.baseline?.kind], [1, "accepted"]);
    const missing = await llmops(folder, ["eval", "--baseline", "none.json"]);
    assert.deepEqual([missing.code, missing.stderr], [2, "There is no file none.json.\n"]);
    const unknown = await llmops(folder, ["eval", "--baseline", "v9"]);
    assert.deepEqual([unknown.code, unknown.stderr], [2, 'There is no commit "v9" here.\n']);
  });

  test("reads the llmops.yaml that is nearest to each suite, also from a folder above", async () => {
    const gate = (bound: string) => `version: 1\nsuites:\n  - { path: promptfooconfig.yaml, gate: { accuracy: { min: ${bound} } } }\n`;
    const folder = folderWith({ ...echoSuite(2, 1, "strict"), "strict/llmops.yaml": gate("90%"), ...echoSuite(2, 1, "lax"), "lax/llmops.yaml": gate("10%") });
    const { exit, suites } = await json(folder, ["eval"]);
    assert.deepEqual([exit, suites.map(({ verdict }) => verdict)], [1, ["passed", "failed"]]);
  });

  describe("a budget, for endpoints that are not this machine", () => {
    before(function () {
      // On Windows nothing can be reached by this address, which is no loopback address and yet this machine.
      if (process.platform === "win32") this.skip();
    });
    const test = sideBySide();
    const remote = (port: number) => ({ apiBaseUrl: `http://0.0.0.0:${port}/v1`, price: { input: 1_000_000, output: 0 } });

    test("--max-calls makes none when they would not be enough", async () => {
      await withEndpoint(good, async ({ port, requests }) => {
        const folder = folderWith(endpointSuite(4, remote(port)));
        const { code, stdout, stderr } = await llmops(folder, ["eval", "--max-calls", "3"]);
        assert.deepEqual([code, stdout, requests.length], [3, "", 0]);
        assert.equal(stderr, "promptfooconfig.yaml: needs 4 calls to endpoints that are not on this machine, at least USD 5.00, and --max-calls leaves 3: none was made.\n");
        assert.equal((await llmops(folder, ["eval", "--max-calls", "4"])).code, 0);
        assert.equal((await llmops(folder, ["eval", "--max-calls", "0"])).code, 0, "the cache has it all");
      });
    });

    test("--max-calls holds over all suites, and those judged before it ended are told", async () => {
      await withEndpoint(good, async ({ port, requests }) => {
        const folder = folderWith({ ...endpointSuite(4, remote(port), "a"), ...endpointSuite(5, remote(port), "b") });
        const { code, stdout, stderr } = await llmops(folder, ["eval", "--max-calls", "8", "--no-cache"]);
        assert.deepEqual([code, requests.length], [3, 4]);
        assert.match(stderr, /needs 5 calls .+ leaves 4: none was made\.\n/);
        assert.match(lines(stdout).at(-1) ?? "", /^1 passed\..+ exit 3$/);
        const report = JSON.parse((await llmops(folder, ["eval", "--max-calls", "8", "--no-cache", "--json"])).stdout) as Report;
        assert.deepEqual([report.verdict, report.suites.length], ["error", 1]);
      });
    });

    test("--max-cost stops when the money is spent; the next run goes on from there", async () => {
      await withEndpoint(good, async ({ port, requests }) => {
        const folder = folderWith(endpointSuite(5, remote(port)));
        const { code, stderr } = await llmops(folder, ["eval", "--max-cost", "2", "-j", "1"]);
        assert.deepEqual([code, requests.length], [3, 2]);
        assert.equal(stderr, "promptfooconfig.yaml: 5 calls to endpoints that are not on this machine, at least USD 6.25.\npromptfooconfig.yaml: The budget of USD 2.00 is used up. What was answered is kept: the next run goes on from there.\n");
        const rest = await json(folder, ["eval"]);
        assert.deepEqual([rest.exit, rest.calls, rest.cached], [0, 3, 2]);
      });
    });

    test("does not count what is on this machine", async () => {
      await withEndpoint(good, async ({ url }) => {
        assert.equal((await llmops(folderWith(endpointSuite(3, { apiBaseUrl: url })), ["eval", "--max-calls", "0"])).code, 0);
      });
    });
  });
});
