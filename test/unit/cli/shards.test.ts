import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitAll, sampleFolder, withoutRefunds } from "../engine.ts";
import { echoPrompt, echoSuite, folderWith, json, llmops, write } from "./support.ts";

/** A report without what differs from run to run: times, ids, what was measured in time, and calls (each shard moderates its own answers). */
function comparable(report: object): unknown {
  return JSON.parse(
    JSON.stringify(report, (key, value: unknown) => {
      if (["runId", "durationMs", "startedAt", "at", "location", "exit", "calls", "cached"].includes(key)) return undefined;
      return Array.isArray(value) ? value.filter((item) => !String((item as { name?: unknown })?.name).startsWith("latency")) : value;
    }),
  );
}

describe("llmops merge", function () {
  this.timeout(60_000);

  /** The parts of `of` shards, each made in a folder of its own, as on machines of their own. */
  async function shards(folder: string, of: number): Promise<string[]> {
    return Promise.all(
      Array.from({ length: of }, async (_, i) => {
        const copy = folderWith({});
        cpSync(folder, copy, { recursive: true });
        const part = join(folder, `${i + 1}.part`);
        const { code, stderr } = await llmops(copy, ["eval", "--shard", `${i + 1}/${of}`, "-o", part]);
        assert.deepEqual([code, /Shard \d of \d: the verdict is that of "llmops merge"/.test(stderr)], [0, true], stderr);
        return part;
      }),
    );
  }

  it("says of all shards what one run says, and keeps it as a run", async () => {
    const { folder, remove } = sampleFolder();
    const prompt = join(folder, "prompts/triage.txt");
    writeFileSync(prompt, withoutRefunds(readFileSync(prompt, "utf8")));
    const [a, b, c] = (await shards(folder, 3)) as [string, string, string];
    const merged = await json(folder, ["merge", c, a, b, "-o", "merged.json"]);
    assert.deepEqual([merged.exit, merged.verdict, merged.calls > 360], [1, "regression", true]);
    assert.equal((JSON.parse(readFileSync(join(folder, "merged.json"), "utf8")) as { results: { results: unknown[] } }).results.results.length, 240);
    const shown = await json<{ runs: { runId: string; verdict: string; partial?: boolean }[] }>(folder, ["runs", "list"]);
    assert.deepEqual(shown.runs.map(({ runId, verdict }) => [runId, verdict]), [[merged.runId, "regression"]]);

    const whole = await json(folder, ["eval"]);
    assert.deepEqual(comparable(merged), comparable(whole));
    remove();
  });

  it("confirms broken cases of a small suite across shards", async () => {
    const folder = folderWith(echoSuite(5));
    commitAll(folder);
    write(folder, echoPrompt(2));
    const merged = await llmops(folder, ["merge", ...(await shards(folder, 2))]);
    assert.equal(merged.code, 1);
    assert.match(merged.stdout, /Failed: 2 cases broke, confirmed by two more runs of both versions\./);
  });

  it("knows the tests that hooks make", async () => {
    const folder = folderWith({ "promptfooconfig.yaml": JSON.stringify({ prompts: ["{{a}}"], providers: ["echo"], extensions: ["file://h.mjs:beforeAll"], tests: [{ vars: { a: "x" } }] }), "h.mjs": "export const beforeAll = ({ suite }) => { for (const a of ['y', 'z']) suite.tests.push({ vars: { a }, assert: [{ type: 'equals', value: a }] }); };" });
    const { code, stderr } = await llmops(folder, ["merge", ...(await shards(folder, 2)), "-o", "merged.json"]);
    assert.equal(code, 0, stderr);
    assert.deepEqual((JSON.parse(readFileSync(join(folder, "merged.json"), "utf8")) as { results: { results: { vars: { a: string } }[] } }).results.results.map(({ vars }) => vars.a), ["x", "y", "z"]);
  });

  describe("refuses, with exit 2,", () => {
    let folder: string;
    let parts: string[];
    before(async () => {
      folder = folderWith(echoSuite(8));
      parts = await shards(folder, 2);
    });
    const says = async (args: string[]) => {
      const { code, stdout, stderr } = await llmops(folder, ["merge", ...args]);
      assert.deepEqual([code, stdout], [2, ""]);
      return stderr;
    };

    it("what misses a shard", async () => assert.equal(await says([parts[1]!]), "Of 2 shards 1 is missing.\n"));
    it("a shard twice", async () => assert.match(await says([parts[0]!, parts[0]!]), /are both shard 1 of 2\.\n$/));
    it("a file that is none, or is cut off, naming the line", async () => {
      write(folder, { "other.part": "{}\n", "cut.part": readFileSync(parts[0]!, "utf8").slice(0, -20) });
      assert.match(await says([join(folder, "other.part")]), /other\.part:1:1: This is not a part/);
      assert.match(await says([join(folder, "cut.part"), parts[1]!]), /cut\.part:\d+:1: This is not a part .* or it was cut off\.\n$/);
      assert.match(await says(["none.part"]), /none\.part cannot be read \(ENOENT\)\.\n$/);
    });
    it("parts of another version of the suite", async () => {
      write(folder, echoPrompt(1));
      assert.match(await says(parts), /was made from another version of promptfooconfig\.yaml than the one here: check that version out\.\n$/);
    });
    it("a share that is none", async () => {
      const { code, stderr } = await llmops(folder, ["eval", "--shard", "3/2"]);
      assert.equal(code, 2);
      assert.match(stderr, /It takes a share such as 2\/4: the second of four\./);
    });
  });
});
