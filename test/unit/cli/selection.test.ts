import assert from "node:assert/strict";
import { commitAll } from "../engine.ts";
import { echoPrompt, echoSuite, endpointSuite, engine, folderWith, good, json, llmops, withEndpoint, write } from "./support.ts";

describe("what eval runs", function () {
  this.timeout(60_000);

  it("--first: only the first cases", async () => {
    const { suites } = await json(folderWith(echoSuite(9, 3)), ["eval", "--first", "4"]);
    assert.deepEqual([suites[0]?.cases, suites[0]?.metrics[0]?.["current"]], [4, 0.25]);
  });

  it("--failing: only what did not pass in the last run, and nothing when all did", async () => {
    const folder = folderWith(echoSuite(9, 3));
    await llmops(folder, ["eval"]);
    assert.equal((await json(folder, ["eval", "--failing"])).suites[0]?.cases, 3);
    write(folder, echoPrompt(0));
    await llmops(folder, ["eval"]);
    const { code, stdout } = await llmops(folder, ["eval", "--failing"]);
    assert.deepEqual([code, stdout], [0, "Nothing to run: no case failed in the last run.\n"]);
  });

  it("--changed: suites that differ from their baseline, or whose affects do", async () => {
    const folder = folderWith({ ...echoSuite(3, 0, "a"), ...echoSuite(3, 0, "b"), "src/gen.ts": "one", "llmops.yaml": 'version: 1\nsuites:\n  - { path: b/promptfooconfig.yaml, affects: ["src/**"] }\n' });
    const git = commitAll(folder);
    write(folder, { "docs/readme.md": "one" });
    git("add", ".");
    git("commit", "-qm", "Docs");
    const changed = async () => (await json(folder, ["eval", "--changed"])).suites.map(({ suite }) => suite);
    assert.deepEqual(await changed(), []);
    assert.equal((await llmops(folder, ["eval", "--changed"])).stdout, "Nothing to run: no suite differs from its baseline.\n");
    write(folder, { "src/gen.ts": "two" });
    assert.deepEqual(await changed(), ["b/promptfooconfig.yaml"]);
    write(folder, { "src/gen.ts": "one", "docs/readme.md": "new", ...echoPrompt(1, "a") });
    assert.deepEqual(await changed(), ["a/promptfooconfig.yaml"]);
    write(folder, { "src/gen.ts": "one", ...echoPrompt(0, "a"), "src/new.ts": "new" });
    assert.deepEqual(await changed(), ["b/promptfooconfig.yaml"]);
  });

  it("--endpoint: another endpoint of llmops.yaml; one that is not there is a mistake", async () => {
    const folder = folderWith({ ...echoSuite(1), "llmops.yaml": "version: 1\nendpoints: { dev: { kind: sandbox } }\n" });
    assert.equal((await json(folder, ["eval", "--endpoint", "dev"])).suites[0]?.series[0]?.["provider"], "dev");
    const { code, stderr } = await llmops(folder, ["eval", "--endpoint", "def"]);
    assert.deepEqual([code, stderr], [2, 'llmops.yaml:1:1: There is no endpoint named "def" in llmops.yaml. Did you mean "dev"?\n']);
  });

  it("--resume: goes on from a run that was cut off, and says so", async () => {
    await withEndpoint(
      (incoming, outgoing) => void setTimeout(() => good(incoming, outgoing), 30),
      async ({ url, requests }) => {
        const folder = folderWith(endpointSuite(60, { apiBaseUrl: url }));
        const running = engine(folder, ["eval", "-j", "2"]);
        while (requests.length < 6) await new Promise((resolve) => setImmediate(resolve));
        running.process.kill("SIGINT");
        await running.ended;
        const before = requests.length;
        const { code, stderr } = await llmops(folder, ["eval", "--resume"]);
        assert.equal(code, 0);
        assert.match(stderr, /^promptfooconfig\.yaml: goes on from run [0-9a-f]{8}, of which \d+ of 60 rows were done\.\n$/);
        assert.ok(requests.length - before < 60 && requests.length - before >= 60 - before, `${before} and ${requests.length}`);
        assert.match((await llmops(folder, ["eval", "--resume"])).stderr, /no run was cut off, so this is a new one\./);
      },
    );
  });

  it("ends with the code of PROMPTFOO_FAILED_TEST_EXIT_CODE where cases failed and nothing gates them", async () => {
    const folder = folderWith(echoSuite(2, 1));
    assert.equal((await llmops(folder, ["eval"], { env: { PROMPTFOO_FAILED_TEST_EXIT_CODE: "7" } })).code, 7);
    assert.equal((await llmops(folder, ["eval"], { env: { PROMPTFOO_FAILED_TEST_EXIT_CODE: "many" } })).code, 100);
  });
});
