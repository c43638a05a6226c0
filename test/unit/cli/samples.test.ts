import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitAll, ROOT } from "../engine.ts";
import { temporaryFolder } from "../store/support.ts";
import { json } from "./support.ts";

function copyOf(sample: string): string {
  const folder = temporaryFolder();
  cpSync(join(ROOT, "samples", sample), folder, { recursive: true, filter: (path) => !path.includes(".llmops") });
  return folder;
}

describe("the sample of replies", () => {
  const sample = () => copyOf("replies");

  it("passes all its cases, judged and moderated by the sandbox", async () => {
    const { exit, suites, calls } = await json(sample(), ["eval"]);
    const metrics = Object.fromEntries(suites[0]!.metrics.map(({ name, current }) => [name, current]));
    assert.deepEqual([exit, suites[0]!.cases, metrics["safe"], metrics["polite"], metrics["on topic"], metrics["toxicity"], metrics["instruction-following"]], [0, 12, 1, 1, 1, 0, 1]);
    assert.ok(calls > 12, "judges are counted");
  });

  it("shows what its README says", async () => {
    const folder = sample();
    commitAll(folder);
    const prompt = readFileSync(join(folder, "reply.txt"), "utf8");
    const changed = async (text: string) => {
      writeFileSync(join(folder, "reply.txt"), text);
      return (await json(folder, ["eval"])).suites[0]!;
    };
    const broke = async (text: string) => (await changed(text)).broke.map(({ reason }) => String(reason));
    const without = await broke(prompt.split("\n").filter((line) => !line.includes("parcel and will")).join("\n"));
    assert.deepEqual([without.length, without.every((reason) => reason.includes("mentions the parcel"))], [3, true]);
    const rude = await broke(prompt.replaceAll(/Thank you for telling us.*/g, "Read the manual, idiot."));
    assert.deepEqual([rude.length, rude.every((reason) => reason.startsWith("Flagged: harassment"))], [3, true]);
    const metricOf = ({ metrics }: Awaited<ReturnType<typeof changed>>, name: string) => metrics.find((metric) => metric["name"] === name)!;
    assert.deepEqual(metricOf(await changed(prompt.replaceAll(/Thank you for telling us.*/g, "Read the manual, idiot.")), "toxicity")["missed"], { bound: "max", limit: 0.02 });
    const longer = metricOf(await changed(prompt.replaceAll("Thank you for telling us. ", "Thank you for telling us. It is noted. ")), "instruction-following");
    assert.ok(Number(longer["current"]) < Number(longer["baseline"]));
    const { matrix } = await json<{ matrix: object }>(folder, ["judge", "calibrate", "labels.jsonl"]);
    assert.deepEqual(matrix, { passPass: 5, passFail: 1, failPass: 1, failFail: 5 });
  });
});

describe("the sample in GitHub's format", () => {
  it("shows what its README says", async () => {
    const folder = copyOf("feedback");
    commitAll(folder);
    const file = join(folder, "feedback.prompt.yml");
    const original = readFileSync(file, "utf8");
    const changed = async (text: string) => {
      writeFileSync(file, text);
      const { verdict, suites } = await json(folder, ["eval"]);
      return { verdict, broke: suites[0]!.broke.length, metrics: Object.fromEntries(suites[0]!.metrics.map(({ name, current }) => [name, current])) };
    };
    const first = await changed(original);
    assert.deepEqual([first.verdict, first.metrics["accuracy"], first.metrics["instruction-following"], first.metrics["toxicity"]], ["passed", 1, 1, 0]);
    assert.match(original.split("\n")[10]!, /Answer with one word/);
    const without = await changed(original.split("\n").filter((line) => !line.includes("-> complaint")).join("\n"));
    assert.deepEqual([without.verdict, without.broke, without.metrics["accuracy"]], ["regression", 7, 17 / 24]);
    const inJson = await changed(original.replace("Answer with one word: praise, complaint or question.", 'Answer in JSON with the key "kind".'));
    assert.deepEqual([inJson.verdict, inJson.metrics["instruction-following"]], ["regression", 0]);
  });
});
