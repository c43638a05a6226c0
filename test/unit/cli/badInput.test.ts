import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type http from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { commitAll } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";
import { ahead, completion, echoPrompt, echoSuite, type Ended, endpointSuite, folderWith, good, json, lines, llmops, sideBySide, withEndpoint, write } from "./support.ts";

const NOBODY = 65534;
const TESTS = "tests: [{ vars: { x: 1 } }]\n";
const SUITE = `prompts: ["{{x}}"]\nproviders: [echo]\n${TESTS}`;

describe("what people get wrong", function () {
  this.timeout(30_000);
  const test = sideBySide();

  /** What it is, the files beside or instead of a suite that is right, and all that is said. */
  const MISTAKES: [string, Record<string, string>, RegExp][] = [
    ["a suite that is no YAML", { "promptfooconfig.yaml": "prompts: [a\nproviders: [echo]\n" }, /^promptfooconfig\.yaml:2:\d+: YAML syntax: .+$/],
    ["a suite of bytes", { "promptfooconfig.yaml": "\0\u0001" }, /^promptfooconfig\.yaml:1:1: YAML syntax: .+$/],
    ["an empty suite", { "promptfooconfig.yaml": "" }, /^promptfooconfig\.yaml:1:1: This suite is empty\. It needs prompts, providers and tests\.$/],
    ["a suite that asks nobody", { "promptfooconfig.yaml": `prompts: [a]\n${TESTS}` }, /^promptfooconfig\.yaml:1:1: This suite names no provider\. Add e\.g\. providers: \[openai:chat:MODEL\], or an endpoint for it in llmops\.yaml\.$/],
    ["a llmops.yaml that is no YAML", { "llmops.yaml": "version: 1\nsuites: [{ path: a\n" }, /^llmops\.yaml:3:1: YAML syntax: .+$/],
    ["an unknown key in llmops.yaml", { "llmops.yaml": "version: 1\nsuits: []\n" }, /^llmops\.yaml:2:1: "suits" is not known here\. Did you mean "suites"\?$/],
    ["an unknown unit of a gate", { "llmops.yaml": "version: 1\nsuites: [{ path: a, gate: { accuracy: { tolerance: 2yd } } }]\n" }, /^llmops\.yaml:2:52: "2yd" is not a tolerance\. Write 2pt \(points of a rate\) or 10% \(relative to the baseline\)\.$/],
    ["an endpoint that is not there", { "llmops.yaml": "version: 1\nsuites: [{ path: a, endpoint: prod }]\n" }, /^llmops\.yaml:2:31: There is no endpoint named "prod" in llmops\.yaml\.$/],
    ["a key in a file", { "llmops.yaml": "version: 1\nendpoints: { a: { kind: openai, baseUrl: 'http://h/v1', model: m, apiKey: sk-0123456789 } }\n" }, /^llmops\.yaml:2:\d+: Keys do not belong in files: (?!.*sk-0123456789)/],
    ["a prompt file that is not there", { "promptfooconfig.yaml": `prompts: [file://none.txt]\nproviders: [echo]\n${TESTS}` }, /^promptfooconfig\.yaml:1:11: There is no file none\.txt \(looked for .+none\.txt\)\.$/],
    ["tests that are not there", { "promptfooconfig.yaml": "prompts: [a]\nproviders: [echo]\ntests: file://none.csv\n" }, /^promptfooconfig\.yaml:3:8: There is no file none\.csv/],
    ["a path out of the workspace", { "promptfooconfig.yaml": `prompts: [file://../../etc/passwd]\nproviders: [echo]\n${TESTS}` }, /^promptfooconfig\.yaml:1:11: \.\.\/\.\.\/etc\/passwd is outside of the workspace .+\. Files of a suite must be inside it\.$/],
    ["a template that cannot be read", { "promptfooconfig.yaml": `prompts: [file://p.txt]\nproviders: [echo]\n${TESTS}`, "p.txt": "Hello\n{% if x %}\n" }, /^p\.txt:2:\d+: This template cannot be read: .+\.$/],
    ["a $ref that leads back to itself", { "promptfooconfig.yaml": `${SUITE}assertionTemplates:\n  a: { $ref: "#/assertionTemplates/a" }\n` }, /^promptfooconfig\.yaml:5:\d+: This \$ref leads back to itself: #\/assertionTemplates\/a → #\/assertionTemplates\/a\.$/],
    ["an id that is used twice", { "promptfooconfig.yaml": `prompts: ["{{x}}"]\nproviders: [echo]\ntests:\n  - { vars: { x: 1 }, metadata: { id: a } }\n  - { vars: { x: 2 }, metadata: { id: a } }\n` }, /^promptfooconfig\.yaml:5:\d+: The id "a" is used twice: a case must be told from every other\. The first is on line 4\.$/],
    ["an assertion that is not known", { "promptfooconfig.yaml": `prompts: [a]\nproviders: [echo]\ntests: [{ assert: [{ type: containz, value: x }] }]\n` }, /^promptfooconfig\.yaml:3:28: There is no assertion of type "containz"\. Did you mean "contains"\?$/],
    ["an address that is none", { "promptfooconfig.yaml": `prompts: [a]\nproviders: [{ id: openai:chat:m, config: { apiBaseUrl: nonsense } }]\n${TESTS}` }, /^promptfooconfig\.yaml:2:\d+: "nonsense" is not the address of an endpoint\. Write it like https:\/\/host:port\/v1\.$/],
  ];
  let ended: (mistake: (typeof MISTAKES)[number]) => Promise<Ended>;
  before(() => (ended = ahead(MISTAKES, ([, files]) => llmops(folderWith({ "promptfooconfig.yaml": SUITE, ...files }), ["eval"]))));
  for (const mistake of MISTAKES) {
    const [what, , message] = mistake;
    it(`${what}: one message at its place, and exit 2`, async () => {
      const { code, stdout, stderr } = await ended(mistake);
      const said = lines(stderr);
      assert.deepEqual([code, stdout, said.length], [2, "", 1], stderr);
      assert.match(said[0] ?? "", message);
    });
  }

  test("a suite without tests: said, and each prompt runs once", async () => {
    const { code, stdout, stderr } = await llmops(folderWith({ "promptfooconfig.yaml": "prompts: [a]\nproviders: [echo]\n" }), ["eval"]);
    assert.equal(stderr, "promptfooconfig.yaml:1:1: This suite has no tests: each prompt runs once, and only the default assertions judge it.\n");
    assert.equal(code, 0);
    assert.match(stdout, /^promptfooconfig\.yaml {3}1 call,/);
  });

  test("a part of llmops.yaml for later, and a misspelt key of a test: said once, over all suites", async () => {
    const suite = "prompts: [a]\nproviders: [echo]\ntests: [{ asert: [] }]\n";
    const folder = folderWith({ "a/promptfooconfig.yaml": suite, "b/promptfooconfig.yaml": suite, "llmops.yaml": "version: 1\nobservability: {}\n" });
    const { code, stderr } = await llmops(folder, ["eval"]);
    assert.equal(code, 0);
    const misspelt = '"asert" is not a key of a test: it is ignored. Did you mean "assert"?';
    assert.deepEqual(lines(stderr).sort(), [`a/promptfooconfig.yaml:3:11: ${misspelt}`, `b/promptfooconfig.yaml:3:11: ${misspelt}`, "llmops.yaml:2:1: observability: is checked, but this version of LLMOps does not act on it yet."]);
  });

  test("a template that throws for some cases: they are not judged, and nor is the suite", async () => {
    const { code, stdout } = await llmops(folderWith({ "promptfooconfig.yaml": "prompts: ['{{ boom() }}']\nproviders: [echo]\ntests: [{ vars: { x: 1 } }]\n" }), ["eval"]);
    assert.equal(code, 3);
    assert.match(stdout, /Not judged: 1 of 1 question had no answer \(.*boom.*\)\./);
  });
});

describe("an endpoint", function () {
  this.timeout(30_000);
  const test = sideBySide();

  const chunk = Buffer.alloc(1_000_000, "x");
  const endless = (outgoing: http.ServerResponse): void => {
    while (!outgoing.destroyed && outgoing.write(chunk));
    if (!outgoing.destroyed) outgoing.once("drain", () => endless(outgoing));
  };
  const BEHAVIOURS: [string, http.RequestListener, RegExp][] = [
    ["that never answers", () => {}, /127\.0\.0\.1:\d+ did not answer within 0\.3 s/],
    ["that answers with a page", (_incoming, outgoing) => void outgoing.end("<html>Sign in</html>"), /127\.0\.0\.1:\d+ answered an HTML page with status 200\. Is this the address of an OpenAI-compatible API\?/],
    ["that answers something else", (_incoming, outgoing) => void outgoing.end('{"ok":true}'), /answered JSON that is not a chat completion \(choices: .+\)/],
    ["that closes in the middle of its answer", (_incoming, outgoing) => void outgoing.writeHead(200, { "content-length": 1000 }).write("{", () => outgoing.destroy()), /127\.0\.0\.1:\d+ closed the connection in the middle of its answer/],
    ["that never stops to answer", (_incoming, outgoing) => endless(outgoing.on("error", () => {}).writeHead(200)), /127\.0\.0\.1:\d+ sent more than 20 MB/],
    ["that does not know the model", (_incoming, outgoing) => void outgoing.writeHead(404).end('{"error":{"message":"no model m"}}'), /HTTP 404 from 127\.0\.0\.1:\d+: no model m\. Check the endpoint's address and the model's name/],
    ["that wants a key", (_incoming, outgoing) => void outgoing.writeHead(401).end("{}"), /HTTP 401 from 127\.0\.0\.1:\d+\. .*OPENAI_API_KEY/],
  ];
  test("that is down: not judged, said with its address", async () => {
    const { code, stdout, stderr } = await llmops(folderWith(endpointSuite(2, { apiBaseUrl: "http://127.0.0.1:1/v1" })), ["eval"]);
    assert.deepEqual([code, stderr], [3, ""]);
    assert.match(stdout, /Not judged: 2 of 2 questions had no answer \(127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)\)\./);
    assert.match(stdout, /\n1 not judged\. .+ exit 3\n$/);
  });
  test("that does not answer as one should: not judged, and why", async () => {
    await Promise.all(
      BEHAVIOURS.map(([what, answer, message]) =>
        withEndpoint(answer, async ({ url }) => {
          const { code, stdout, stderr } = await llmops(folderWith(endpointSuite(1, { apiBaseUrl: url, timeoutMs: what.includes("never answers") ? 300 : 20_000 })), ["eval"]);
          assert.deepEqual([code, stderr], [3, ""], what);
          assert.match(stdout, /Not judged: 1 of 1 question had no answer \(/, what);
          assert.match(stdout, message);
        }),
      ),
    );
  });

  test("that refuses this very request: the case fails", async () => {
    const refuse: http.RequestListener = (_incoming, outgoing) => void outgoing.writeHead(400).end('{"error":{"message":"too long"}}');
    await withEndpoint(refuse, async ({ url }) => {
      const { code, stdout } = await llmops(folderWith(endpointSuite(1, { apiBaseUrl: url })), ["eval"]);
      assert.equal(code, 100);
      assert.match(stdout, /HTTP 400 from 127\.0\.0\.1:\d+: too long/);
    });
  });

  test("that fails twice and then answers: asked again", async () => {
    let asked = 0;
    const busy: http.RequestListener = (_incoming, outgoing) => void (++asked <= 2 ? outgoing.writeHead(503, { "retry-after-ms": "1" }).end() : outgoing.end(completion()));
    await withEndpoint(busy, async ({ url }) => {
      assert.equal((await llmops(folderWith(endpointSuite(1, { apiBaseUrl: url })), ["eval"])).code, 0);
      assert.equal(asked, 3);
    });
  });
});

describe("a store", function () {
  this.timeout(30_000);
  const test = sideBySide();

  it("that may not be written: results are kept in memory, which is said, and the verdict is the same", async function () {
    if (process.getuid?.() !== 0) this.skip();
    const folder = folderWith(echoSuite(2));
    const { code, stdout, stderr } = await llmops(folder, ["eval"], { uid: NOBODY, env: { HOME: folder } });
    assert.equal(code, 0);
    assert.equal(stderr, `warning: ${join(folder, ".llmops")} cannot be written (EACCES): results are kept in memory only, until this process ends.\n`);
    assert.match(stdout, /\n1 passed\./);
    assert.ok(!readdirSync(folder).includes(".llmops"));

    chmodSync(folder, 0o555);
    const init = await llmops(folder, ["init"], { uid: NOBODY, env: { HOME: folder } });
    assert.equal(init.code, 3);
    assert.match(init.stderr, /EACCES.+llmops\.yaml/);
    const accept = await llmops(folderWith(echoSuite(20)), ["baseline", "accept"], { uid: NOBODY, env: { HOME: folder } });
    assert.equal(accept.code, 3);
    assert.match(accept.stderr, /EACCES.+llmops\.baseline\.json/);
  });

  test("of a newer version is left as it is", async () => {
    const folder = folderWith(echoSuite(2));
    assert.equal((await llmops(folder, ["eval"])).code, 0);
    const file = join(folder, ".llmops/store.db");
    const db = new DatabaseSync(file);
    db.exec("PRAGMA user_version = 999");
    db.close();
    const before = readFileSync(file);
    const { code, stdout, stderr } = await llmops(folder, ["eval"]);
    assert.equal(code, 0);
    assert.match(stdout, /^promptfooconfig\.yaml {3}2 calls, 0 from cache/);
    assert.match(stderr, /^warning: .+store\.db was written by a newer version of LLMOps \(schema 999, this one knows \d+\): it is left as it is, and results are kept in memory only\. Update LLMOps to use it\.\n$/);
    assert.deepEqual(readFileSync(file), before);
  });

  test("that is damaged is set aside, and a new one begun", async () => {
    const folder = folderWith(echoSuite(2));
    mkdirSync(join(folder, ".llmops"));
    writeFileSync(join(folder, ".llmops/store.db"), "this is no database ".repeat(100));
    const { code, stderr } = await llmops(folder, ["eval"]);
    assert.equal(code, 0);
    assert.match(stderr, /^warning: .+store\.db was damaged \(.+\)\. It was set aside as .+store\.damaged-\d+\.db and a new store begun\.\n$/);
    const again = await json(folder, ["eval"]);
    assert.deepEqual([again.calls, again.cached], [0, 2]);
  });

  test("takes the runs of two processes at the same time", async () => {
    await withEndpoint(good, async ({ url }) => {
      const folder = folderWith(endpointSuite(60, { apiBaseUrl: url }));
      const both = await Promise.all([json(folder, ["eval"]), json(folder, ["eval"])]);
      for (const { exit, verdict } of both) assert.deepEqual([exit, verdict], [0, "passed"]);
      const { runs } = await json<{ runs: { status: string; runId: string }[] }>(folder, ["runs", "list"]);
      assert.deepEqual(runs.map(({ runId }) => runId).sort(), both.map(({ runId }) => runId).sort());
      assert.ok(runs.every(({ status }) => status === "completed"));
      assert.equal((await json(folder, ["eval"])).cached, 60);
    });
  });
});

describe("a folder", function () {
  this.timeout(30_000);
  const test = sideBySide();

  test("without git: compared with the text before the first edit", async () => {
    const folder = folderWith(echoSuite(40));
    assert.equal((await json(folder, ["eval"])).suites[0]?.baseline, undefined);
    write(folder, echoPrompt(20));
    const { code, stdout } = await llmops(folder, ["eval"]);
    assert.equal(code, 1);
    assert.match(stdout, /\n1 regression\. Baseline: before your first edit, just now\. {3}exit 1\n$/);
  });

  test("that is a repository without commits: nothing to compare with yet", async () => {
    const folder = folderWith(echoSuite(2));
    commitAll(folder)("update-ref", "-d", "HEAD");
    const { code, stdout, stderr } = await llmops(folder, ["eval"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /\n1 passed\. Baseline: nothing to compare with\. {3}exit 0\n$/);
  });

  test("on a detached HEAD: compared with the commit before, or the default branch's", async () => {
    const folder = folderWith(echoSuite(40));
    const git = commitAll(folder);
    const base = git("rev-parse", "HEAD").trim();
    write(folder, echoPrompt(20));
    git("commit", "-qam", "Worse");
    git("checkout", "-q", "--detach");
    git("branch", "-qf", "main", base);
    const report = await json(folder, ["eval"]);
    assert.deepEqual([report.exit, report.suites[0]?.baseline?.commit], [1, base]);
    const { stdout } = await llmops(folder, ["doctor"]);
    assert.match(stdout, /✓ git {10}detached HEAD at [0-9a-f]{7}\n/);
  });

  test("that is a linked work tree: it shares the main one's store", async () => {
    const folder = folderWith(echoSuite(2));
    const git = commitAll(folder);
    const linked = join(temporaryFolder(), "linked");
    git("worktree", "add", "-q", linked);
    assert.equal((await json(folder, ["eval"])).calls, 2);
    const there = await json(linked, ["eval"]);
    assert.deepEqual([there.exit, there.calls, there.cached], [0, 0, 2]);
    assert.ok(!readdirSync(linked).includes(".llmops"));
    const { runs } = await json<{ runs: object[] }>(folder, ["runs", "list"]);
    assert.equal(runs.length, 2);
  });
});
