import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { echoSuite, folderWith, json, llmops } from "./support.ts";

const EXPORT = {
  "registry/evals/e.yaml": "e:\n  id: e.v0\ne.v0:\n  class: evals.elsuite.basic.match:Match\n  args: { samples_jsonl: e/samples.jsonl, num_shots: 2 }\n",
  "registry/data/e/samples.jsonl": '{"input": [{"role": "user", "content": "Q"}], "ideal": "A"}\n{"ideal": "A"}\n',
};

describe("llmops import", function () {
  this.timeout(60_000);

  it("writes an eval as a suite, says what does not carry over, and overwrites nothing", async () => {
    const folder = folderWith(EXPORT);
    const { code, stdout, stderr } = await llmops(folder, ["import", "registry/evals/e.yaml", "-o", "out"]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `e.v0: 1 test, written into ${join("out", "promptfooconfig.yaml")} and ${join("out", "tests.jsonl")}.\nNext: choose the provider in the suite, then "llmops eval ${join("out", "promptfooconfig.yaml")}".\n`);
    assert.equal(stderr, `${join("registry", "evals", "e.yaml")}:5:43: num_shots has no counterpart here.\n${join("registry", "data", "e", "samples.jsonl")}:2:1: This sample is left out: input: expected a text or a list of messages.\n`);
    writeFileSync(join(folder, "out/tests.jsonl"), "mine");
    const again = await llmops(folder, ["import", "registry/evals/e.yaml", "-o", "out"]);
    assert.deepEqual([again.code, again.stderr], [2, `${join("out", "promptfooconfig.yaml")} is there already; nothing was written. --force overwrites it.\n`]);
    assert.equal(readFileSync(join(folder, "out/tests.jsonl"), "utf8"), "mine");
    const forced = await json<{ tests: number; files: string[]; notCarriedOver: { line: number }[] }>(folder, ["import", "registry/evals/e.yaml", "-o", "out", "--force"]);
    assert.deepEqual([forced.exit, forced.tests, forced.files.length, forced.notCarriedOver.map(({ line }) => line)], [0, 1, 2, [5, 2]]);
    assert.notEqual(readFileSync(join(folder, "out/tests.jsonl"), "utf8"), "mine");
  });

  it("reads samples only from the export, or from where it is told to", async () => {
    const folder = folderWith({ ...EXPORT, "registry/evals/e.yaml": EXPORT["registry/evals/e.yaml"].replace("e/samples.jsonl", "../../secret.jsonl"), "secret.jsonl": EXPORT["registry/data/e/samples.jsonl"], "elsewhere/e/samples.jsonl": EXPORT["registry/data/e/samples.jsonl"], "f.yaml": EXPORT["registry/evals/e.yaml"] });
    const { code, stderr } = await llmops(folder, ["import", "registry/evals/e.yaml", "-o", "out"]);
    assert.equal(code, 2);
    assert.match(stderr, /secret\.jsonl is outside of/);
    assert.ok(!existsSync(join(folder, "out")));
    assert.equal((await llmops(folder, ["import", "f.yaml", "-o", "out", "--data", "elsewhere"])).code, 0);
  });

  it("stores promptfoo's results as a run that can be shown", async () => {
    const folder = folderWith(echoSuite(2));
    await llmops(folder, ["eval", "-o", "r.json"]);
    const { code, stdout, stderr } = await llmops(folder, ["import", "r.json", "--suite", "promptfooconfig.yaml"]);
    assert.equal(code, 0, stderr);
    const id = /stored as run (\w+): "llmops runs show/.exec(stdout)?.[1] ?? "";
    const shown = await json<{ suite: string; results: { status: string }[] }>(folder, ["runs", "show", id]);
    assert.deepEqual([shown.suite, shown.results.map(({ status }) => status)], ["promptfooconfig.yaml", ["passed", "passed"]]);
  });

  it("proposes an endpoint for GitHub's prompts, and writes nothing", async () => {
    const folder = folderWith({ "p/a.prompt.yml": 'model: openai/gpt-4o\nmessages: [{ role: user, content: "{{input}}" }]\ntestData: [{ input: a }]\ncolor: red\n' });
    const { code, stdout, stderr } = await llmops(folder, ["import", "."]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^p\/a\.prompt\.yml: 1 case, 0 evaluators, model gpt-4o\nThey run as they are; nothing was written\.[^]+endpoints:\n {2}github-models:/);
    assert.match(stderr, /a\.prompt\.yml:4:1: .*color/);
    assert.ok(!existsSync(join(folder, "llmops.yaml")));
  });

  it("tells the first hundred of what does not carry over, and how many more", async () => {
    const folder = folderWith({ ...EXPORT, "registry/data/e/samples.jsonl": `${EXPORT["registry/data/e/samples.jsonl"]}${"{}\n".repeat(150)}` });
    const { code, stderr } = await llmops(folder, ["import", "registry/evals/e.yaml", "-o", "out"]);
    const lines = stderr.trimEnd().split("\n");
    assert.deepEqual([code, lines.length, lines.at(-1)], [0, 101, "… and 52 more: --json names all."]);
    assert.equal((await json<{ notCarriedOver: unknown[] }>(folder, ["import", "registry/evals/e.yaml", "-o", "more"])).notCarriedOver.length, 152);
  });

  it("refuses files that are too large to have been written for it", async () => {
    const folder = folderWith({ "big.yaml": `# ${"x".repeat(5 * 2 ** 20)}\n` });
    const { code, stderr } = await llmops(folder, ["import", "big.yaml", "-o", "out"]);
    assert.deepEqual([code, stderr], [2, "big.yaml has 5 MB; at most 4 MB are read.\n"]);
  });

  it("says what it takes", async () => {
    const folder = folderWith({ "a.txt": "", "empty/x": "", "e.yaml": EXPORT["registry/evals/e.yaml"] });
    for (const [args, message] of [
      [["a.txt"], /cannot be imported: name a registry file of OpenAI Evals/],
      [["nope.json"], /There is no nope\.json/],
      [["empty"], /There is no \.prompt\.yml file in empty/],
      [["e.yaml"], /Say with -o which folder/],
    ] as const) {
      const { code, stderr } = await llmops(folder, ["import", ...args]);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });
});
