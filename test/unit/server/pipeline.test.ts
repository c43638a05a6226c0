import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { URI } from "vscode-uri";
import type { Overview, PipelineAction, PipelineConsent } from "../../../src/protocol/pipeline.ts";
import { LiveOutput } from "../../../src/server/worker/liveOutput.ts";
import { folderWith, write } from "../cli/support.ts";
import { commitAll, gitIn } from "../engine.ts";
import { pipelineYaml } from "../pipeline/support.ts";
import { TestClient } from "./client.ts";

const STAGES = ["{ name: check, trigger: on-commit, steps: [{ name: say, command: 'echo said; touch ran' }] }", "{ name: release, trigger: on-commit, needs: [check], approval: true, steps: [{ name: s, command: touch released }] }"];

/** A client that keeps what it is told of pipelines, and answers the question for consent. */
async function watch(folder: string, agree: boolean, agreed: readonly string[] = []) {
  const client = await TestClient.start(folder, { approvals: { origins: [], secrets: [], pipelines: agreed } });
  const told: Overview[] = [];
  const asked: PipelineConsent[] = [];
  let output = "";
  const { connection } = client;
  connection.onNotification("llmops/pipelineChanged", ({ overview }: { overview: Overview }) => void told.push(overview));
  connection.onNotification("llmops/pipelineOutput", ({ text }: { text: string }) => void (output += text));
  connection.onRequest("llmops/pipelineConsent", async (consent: PipelineConsent) => {
    asked.push(consent);
    if (agree) await connection.sendNotification("llmops/approvals", { origins: [], secrets: [], pipelines: [consent.hash] });
    return agree;
  });
  const until = async (condition: () => boolean) => {
    while (!condition()) await sleep(20);
  };
  const ask = <T>(action: PipelineAction) => connection.sendRequest<T>("llmops/pipeline", { folder: URI.file(folder).toString(), action });
  const states = () => told.at(-1)?.stages.map(({ name, last }) => `${name} ${last?.stage.state}`);
  return { client, told, asked, output: () => output, until, ask, states };
}

describe("the language server: pipelines", function () {
  this.timeout(60_000);

  it("asks before it runs a definition, starts what a commit starts, goes on after a decision", async () => {
    const folder = folderWith({ "llmops.yaml": pipelineYaml(STAGES), a: "1" });
    const git = commitAll(folder);
    const { client, told, asked, output, until, ask, states } = await watch(folder, true);
    await until(() => told.length > 0);
    assert.deepEqual(states(), ["check undefined", "release undefined"]);
    assert.equal(told[0]?.head?.commit, git("rev-parse", "HEAD").trim());
    write(folder, { a: "2" });
    git("commit", "-qam", "Second");
    await until(() => states()?.[1] === "release waiting");
    assert.deepEqual(asked.map(({ because, byPerson, commands }) => [because, byPerson, commands]), [["a commit", false, ["check/say: echo said; touch ran", "release/s: touch released"]]]);
    await until(() => output().includes("check/say | said\n"));
    const { run, stage } = told.at(-1)!.stages[1]!.last!;
    assert.deepEqual(await ask({ kind: "decide", run: run.key, stage: "release", approved: true, evidence: stage.approval!.evidence }), { run: run.key });
    await until(() => states()?.[1] === "release passed");
    assert.ok(existsSync(join(folder, "released")));
    assert.deepEqual(await ask({ kind: "decide", run: run.key, stage: "release", approved: true, evidence: stage.approval!.evidence }), { message: "The stage release does not wait for approval: it is passed." });
    assert.equal(await ask({ kind: "log", attempt: told.at(-1)!.stages[0]!.last!.stage.steps[0]!.attempts[0]!.id }), "said\n");
    assert.equal((await ask<unknown[]>({ kind: "history", limit: 10 })).length, 1);
    await client.stop();
  });

  it("starts nothing without consent, and no queued run that a repository brings along", async () => {
    const folder = folderWith({ "llmops.yaml": pipelineYaml(STAGES), a: "1" });
    const git = commitAll(folder);
    // A store with a run that waits to be driven, as a hostile repository could carry.
    const { Bench } = await import("../pipeline/support.ts");
    const bench = await Bench.in(folder);
    await bench.start({ trigger: "on-commit", commit: git("rev-parse", "HEAD").trim(), occasion: "" });
    bench.close();
    const { client, told, asked, until, ask } = await watch(folder, false);
    await until(() => told.length > 0);
    write(folder, { a: "2" });
    git("commit", "-qam", "Second");
    await until(() => asked.length === 1);
    assert.deepEqual(await ask({ kind: "run", trigger: "manual", stages: ["check"] }), { message: "Nothing was started." });
    assert.equal(asked[1]?.byPerson, true);
    assert.equal(existsSync(join(folder, "ran")), false);
    await client.stop();
  });

  it("takes up in the next window what the last one was killed in, when its definition was agreed to", async () => {
    const folder = folderWith({ "llmops.yaml": pipelineYaml(["{ name: slow, trigger: on-commit, steps: [{ name: s, command: 'touch begun; until [ -e go ]; do sleep 0.05; done' }] }"]), a: "1" });
    const git = commitAll(folder);
    const first = await watch(folder, true);
    await first.until(() => first.told.length > 0);
    write(folder, { a: "2" });
    git("commit", "-qam", "Second");
    await first.until(() => existsSync(join(folder, "begun")));
    first.client.process.kill("SIGKILL");
    write(folder, { go: "" });
    const second = await watch(folder, false, [first.asked[0]!.hash]);
    await second.until(() => second.states()?.[0] === "slow passed");
    const { last } = second.told.at(-1)!.stages[0]!;
    assert.equal(last?.stage.steps[0]?.attempts.at(-1)?.state, "passed");
    assert.equal((await second.ask<unknown[]>({ kind: "history", limit: 10 })).length, 1);
    await second.client.stop();
  });

  it("says what keeps the pipeline from being read", async () => {
    const folder = folderWith({ "llmops.yaml": pipelineYaml(["{ name: a, trigger: on-comit, steps: [] }"]) });
    gitIn(folder)("init", "-q", "-b", "main");
    const { client, told, until } = await watch(folder, false);
    await until(() => told.length > 0);
    assert.match(told[0]?.problem ?? "", /^llmops\.yaml:3:25: "on-comit" is not possible here/);
    await client.stop();
  });
});

describe("what steps write, on its way to an editor", () => {
  it("is passed on by whole lines, and what is too much for one is counted", async () => {
    let wake = () => {};
    const told: string[] = [];
    const live = new LiveOutput({ now: () => 0, monotonic: () => 0, sleep: () => new Promise<void>((resolve) => (wake = resolve)) }, (text) => told.push(text));
    const add = (text: string, step = "s") => live.add({ run: "r", stage: "a", step, attempt: 1, text });
    const flush = async () => (wake(), await sleep(0));
    add("one\ntw");
    add("other\n", "t");
    add("o\n");
    await flush();
    assert.deepEqual(told, ["a/s | one\na/t | other\na/s | two\n"]);
    add(`${"x".repeat(99)}\n`.repeat(10_000));
    await flush();
    assert.ok(told[1]!.length < 66_000 && /… 93\d\d lines not shown: they are in the log\n$/.test(told[1]!), told[1]!.slice(-80));
  });
});
