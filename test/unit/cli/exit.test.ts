import assert from "node:assert/strict";
import { commitAll } from "../engine.ts";
import { ahead, echoPrompt, echoSuite, type Ended, endpointSuite, folderWith, json, lines, llmops, type Report, sideBySide, write } from "./support.ts";

/** Nothing listens there. */
const DOWN = { apiBaseUrl: "http://127.0.0.1:1/v1" };

describe("exit codes", function () {
  this.timeout(30_000);
  const test = sideBySide();

  describe("over several suites", () => {
    let folder: string;
    before(() => {
      folder = folderWith({ ...echoSuite(40, 0, "good"), ...echoSuite(40, 0, "worse"), ...endpointSuite(1, DOWN, "down"), "invalid/promptfooconfig.yaml": "prompts: [" });
      commitAll(folder);
      write(folder, { ...echoPrompt(20, "worse"), ...echoSuite(1, 1, "new") });
    });

    const EXPECTED: [string[], number, string][] = [
      [["good"], 0, "passed"],
      [["worse"], 1, "regression"],
      [["invalid"], 2, "error"],
      [["down"], 3, "error"],
      [["new"], 100, "failed"],
      [["new", "down"], 3, "error"],
      [["new", "down", "worse", "good"], 1, "error"],
      [["worse", "new", "down", "invalid", "good"], 2, "error"],
      [["new", "good"], 100, "failed"],
    ];
    let reports: (expected: (typeof EXPECTED)[number]) => Promise<Report & { exit: number | null }>;
    before(() => (reports = ahead(EXPECTED, ([suites]) => json(folder, ["eval", ...suites]))));
    for (const expected of EXPECTED) {
      const [suites, code, verdict] = expected;
      it(`is ${code} for ${suites.join(", ")}`, async () => {
        const report = await reports(expected);
        assert.deepEqual([report.exit, report.verdict], [code, verdict]);
        assert.deepEqual(report.suites.map(({ suite }) => suite), suites.filter((suite) => suite !== "invalid").map((suite) => `${suite}/promptfooconfig.yaml`));
      });
    }

    it("judges what it can beside a suite that is invalid, and says both", async () => {
      const { code, stdout, stderr } = await llmops(folder, ["eval"]);
      assert.equal(code, 2);
      assert.match(stderr, /^invalid\/promptfooconfig\.yaml:\d+:\d+: YAML syntax: .+\n$/);
      assert.match(lines(stdout).at(-1) ?? "", /^1 not judged, 1 passed, 1 failed, 1 regression\. {3}exit 2$/);
    });

    it("judges a suite once, however often it is named", async () => {
      const { suites } = await json(folder, ["eval", "good", "-c", "good/promptfooconfig.yaml", "good"]);
      assert.equal(suites.length, 1);
    });
  });

  test("is 1 for a missed minimum, with nothing to compare with", async () => {
    const folder = folderWith({ ...echoSuite(4, 1), "llmops.yaml": "version: 1\nsuites:\n  - { path: promptfooconfig.yaml, gate: { accuracy: { min: 90% } } }\n" });
    const { code, stdout } = await llmops(folder, ["eval"]);
    assert.equal(code, 1);
    assert.match(stdout, /accuracy +75\.0\s% +below 90\.0\s%\n/);
    assert.match(stdout, /Failed: accuracy 75\.0\s% is below its minimum of 90\.0\s%\./);
    assert.match(stdout, /\n1 failed\. Baseline: nothing to compare with\. {3}exit 1\n$/);
  });

  test("is 1 for a case that broke in a small suite", async () => {
    const folder = folderWith(echoSuite(5));
    commitAll(folder);
    write(folder, echoPrompt(1));
    const { code, stdout } = await llmops(folder, ["eval"]);
    assert.equal(code, 1);
    assert.match(stdout, /Failed: 1 case broke, confirmed by two more runs of both versions\./);
    assert.match(stdout, /#1 “.+”: good 1 → bad 1 /);
  });

  test("is 0 for thin evidence, which is said, and 1 where that is asked for", async () => {
    const folder = folderWith(echoSuite(40));
    commitAll(folder);
    write(folder, echoPrompt(2));
    const { code, stdout } = await llmops(folder, ["eval"]);
    assert.equal(code, 0);
    assert.match(stdout, /accuracy +100\.0\s% → 95\.0\s% +−5\.0 points +.+ +inconclusive\n/);
    assert.match(stdout, /One run of each case shows drops from −\d+\.\d points on; .*a drop of this size needs about \d+ cases\./);
    assert.match(stdout, /\n1 inconclusive\. .+ exit 0\n$/);
    assert.equal((await llmops(folder, ["eval", "--fail-on", "inconclusive"])).code, 1);
  });

  test("is 100 for failing cases without a gate and a baseline", async () => {
    const { code, stdout } = await llmops(folderWith(echoSuite(3, 1)), ["eval"]);
    assert.equal(code, 100);
    assert.match(stdout, /Failed: 1 of 3 cases fails, and there is nothing to compare with\.\n {6}#1 “.+”: bad 1 \(.+\)\n/);
  });

  describe("2: usage", () => {
    const MISTAKES: [string[], RegExp][] = [
      [["eval", "--frob"], /^error: unknown option '--frob'\n/],
      [["frob"], /^error: unknown command 'frob'\n/],
      [["eval", "no-such.yaml"], /^There is no no-such\.yaml\. Name a suite's file or folder\.\n$/],
      [["eval", "-c", "no-such.yaml"], /^There is no no-such\.yaml\./],
      [["eval", "empty"], /^There is no suite in empty\. A suite is a promptfooconfig\.yaml or a \.prompt\.yml; "llmops eval -c FILE" names one of another name\.\n$/],
      [["eval", "--repeat", "0"], /option '--repeat <k>' argument '0' is invalid\. It takes a whole number from 1 on\.\n/],
      [["eval", "-j", "many"], /argument 'many' is invalid\./],
      [["eval", "--max-calls", "-1"], /argument '-1' is invalid\. It takes a whole number from 0 on\.\n/],
      [["eval", "--max-cost", "cheap"], /argument 'cheap' is invalid\. It takes an amount in USD, such as 0\.50\.\n/],
      [["eval", "--fail-on", "weather"], /Only "inconclusive" can be named here\.\n/],
      [["eval", "--filter", "no such text"], /^No case contains "no such text": nothing was judged\.\n$/],
      [["eval", "--baseline", "main"], /^"main" names a commit, but this is no git repository\.\n$/],
      [["eval", "--baseline", "other.json"], /^There is no file other\.json\.\n$/],
      [["sandbox", "--port", "65536"], /argument '65536' is invalid\. It takes a port: a whole number up to 65535\.\n/],
      [["runs", "show", "0123"], /^There is no run 0123\. "llmops runs list" shows them\.\n$/],
      [["runs", "list", "--limit", "x"], /argument 'x' is invalid\./],
      [["baseline"], /^Usage: llmops baseline /],
      [[], /^Usage: llmops /],
    ];
    let ended: (mistake: (typeof MISTAKES)[number]) => Promise<Ended>;
    before(() => {
      const folder = folderWith({ ...echoSuite(2), "empty/readme.md": "" });
      ended = ahead(MISTAKES, ([args]) => llmops(folder, args));
    });
    for (const mistake of MISTAKES) {
      const [args, message] = mistake;
      it(`llmops ${args.join(" ")}`, async () => {
        const { code, stdout, stderr } = await ended(mistake);
        assert.match(stderr, message);
        assert.deepEqual([code, stdout], [2, ""]);
      });
    }
  });
});
