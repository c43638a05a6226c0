import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { commitAll, ENGINE, ENV } from "../engine.ts";
import { echoSuite, folderWith, json, lines, llmops, sideBySide } from "../cli/support.ts";

interface Run {
  readonly runId: string;
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly commit?: string;
  readonly metrics: Readonly<Record<string, number | string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Starts `run log RUN --stdin`, whose lines a test writes. */
function logger(folder: string, run: string) {
  const child = spawn(process.execPath, [ENGINE, "run", "log", run, "--stdin"], { cwd: folder, env: ENV, stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {});
  return { child, ended: once(child, "close") as Promise<[number | null]>, output: () => stdout, errors: () => stderr };
}

const start = async (folder: string, ...args: string[]) => (await llmops(folder, ["run", "start", ...args])).stdout.trim();

describe("llmops run, runs", function () {
  this.timeout(60_000);
  const test = sideBySide();

  test("log a script's run, beside those of suites", async () => {
    const folder = folderWith({ ...echoSuite(3), "p.txt": "Answer {{q}}", "out/m.json": "{}", "out/deep/w.bin": "w", "d.jsonl": "{}\n" });
    const git = commitAll(folder);
    assert.equal((await llmops(folder, ["eval"])).code, 0);
    const run = await start(folder, "--name", "tuning", "--kind", "train", "--param", "model=x", "--param", "formula=a=b", "--prompt", "p.txt", "--data", "d.jsonl");
    assert.match(run, /^[\da-f-]{36}$/);
    const child = await start(folder, "--parent", run.slice(0, 8));
    assert.equal((await llmops(folder, ["run", "log", run, "--metric", "loss=0.5", "--metric", "grad=NaN", "--step", "3", "--tag", "note=first try"])).code, 0);
    const kept = await json<{ artifacts: { path: string }[] }>(folder, ["run", "artifact", run, "out", "p.txt"]);
    assert.deepEqual(kept.artifacts.map(({ path }) => path), ["out/deep/w.bin", "out/m.json", "p.txt"]);
    assert.equal((await llmops(folder, ["run", "end", run])).code, 0);
    assert.equal((await llmops(folder, ["run", "end", run])).code, 0, "ending it again as it ended is nothing new");
    assert.match((await llmops(folder, ["run", "end", run, "--status", "failed"])).stderr, /has ended already/);

    const { runs } = await json<{ runs: Run[] }>(folder, ["runs", "list", "--sort", "start_time"]);
    assert.deepEqual(runs.map(({ kind, name, status, metrics }) => [kind, name, status, metrics["accuracy"]]), [["eval", "promptfooconfig.yaml", "completed", 1], ["train", "tuning", "completed", undefined], ["script", undefined, "running", undefined]]);
    const tuning = runs[1]!;
    assert.deepEqual([tuning.metrics, tuning.params, tuning.tags, tuning.commit], [{ loss: 0.5, grad: "NaN" }, { model: "x", formula: "a=b" }, { note: "first try" }, git("rev-parse", "HEAD").trim()]);
    assert.deepEqual((await json<{ runs: Run[] }>(folder, ["runs", "list", "--filter", "metrics.loss < 0.6 and params.model = 'x'"])).runs.map(({ runId }) => runId), [run]);
    const shown = (await llmops(folder, ["runs", "show", run])).stdout;
    for (const part of [/^tuning   train /, /prompts +[\da-f]{12} {3}p\.txt/, /data +[\da-f]{12} {3}d\.jsonl/, /loss +0\.5 {3}step 3/, /grad +NaN/, /model +x/, /note +first try/, /out\/deep\/w\.bin +1 bytes/]) assert.match(shown, part);
    assert.equal((await json<{ parent: string }>(folder, ["runs", "show", child])).parent, run);

    await llmops(folder, ["runs", "tag", runs[0]!.runId, "golden=yes"]);
    await llmops(folder, ["runs", "tag", run, "--remove", "note"]);
    assert.deepEqual((await json<{ runs: Run[] }>(folder, ["runs", "list", "--filter", "tags.golden = 'yes' or tags.note is not null"])).runs.map(({ kind }) => kind), ["eval"]);
    await llmops(folder, ["runs", "archive", run]);
    assert.deepEqual((await json<{ runs: Run[] }>(folder, ["runs", "list", "--archived"])).runs.map(({ runId }) => runId), [run]);
    assert.match((await llmops(folder, ["runs", "delete", run, child])).stderr, /is still running: nothing was deleted/);
    assert.equal((await llmops(folder, ["runs", "delete", run])).code, 0);
    assert.equal((await json<{ parent?: string }>(folder, ["runs", "show", child])).parent, undefined);
    assert.deepEqual((({ files, bytes }) => ({ files, bytes }))(await json<{ files: number; bytes: number }>(folder, ["runs", "gc"])), { files: 3, bytes: 15 });
  });

  test("say what is wrong with what they are given, and exit with 2", async () => {
    const folder = folderWith({});
    const run = await start(folder, "--param", "model=x");
    for (const [args, message] of [
      [["run", "log", run, "--metric", "accuracy=good"], /metrics\.accuracy: a metric is a number/],
      [["run", "log", run, "--metric", "accuracy="], /a metric is a number/],
      [["run", "log", run, "--metric", "accuracy"], /--metric takes NAME=VALUE/],
      [["run", "log", run, "--metric", "a=1", "--step", "x"], /whole number/],
      [["run", "log", run, "--param", "model=y"], /"model" is "x" already/],
      [["run", "log", run], /Log what\?/],
      [["run", "log", "ffff", "--metric", "a=1"], /There is no run ffff/],
      [["run", "artifact", run, "missing.txt"], /missing\.txt cannot be read \(ENOENT\)/],
      [["run", "start", "--data", "missing.jsonl"], /missing\.jsonl cannot be read \(ENOENT\)/],
      [["run", "start", "--kind", "eval"], /--kind is one of train, rollout, script/],
      [["run", "end", run, "--status", "good"], /--status is one of/],
      [["runs", "tag", run], /Which tag\?/],
      [["runs", "tag", run, "--remove", "none"], /has no tag "none"/],
      [["runs", "list", "--filter", "metrics.a > 'x'"], /--filter, column 13: metrics\.a is a number.*\n {2}metrics\.a > 'x'\n {14}\^/],
      [["runs", "list", "--sort", "accuracy"], /--sort, column 1: A run has no "accuracy"/],
    ] as const) {
      const { code, stderr, stdout } = await llmops(folder, args);
      assert.match(stderr, message, args.join(" "));
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    }
    assert.equal((await json<{ runs: Run[] }>(folder, ["runs", "list"])).runs.length, 1, "what failed stored nothing");
  });

  test("read lines, store the good ones and say which were bad", async () => {
    const folder = folderWith({});
    const run = await start(folder);
    const { child, ended, output, errors } = logger(folder, run);
    child.stdin.end(`{"metrics": {"loss": 1}}\nnonsense\n\n{"metrics": {"loss": "high"}}\n{"pad": "${"x".repeat(2 ** 20)}"}\n{"metrics": {"loss": 2}, "step": 1}`);
    assert.equal((await ended)[0], 2);
    assert.equal(lines(output()).at(-1), "2");
    assert.deepEqual(lines(errors()).map((line) => line.slice(0, 7)), ["line 2:", "line 4:", "line 5:"]);
    assert.equal((await json<{ metrics: { loss: number } }>(folder, ["runs", "show", run])).metrics.loss, 2);
  });

  test("have on disk what they acknowledged, when they are killed", async () => {
    const folder = folderWith({});
    const run = await start(folder);
    const { child, ended, output } = logger(folder, run);
    const acknowledged = () => Number(lines(output().slice(0, output().lastIndexOf("\n") + 1)).at(-1) ?? 0);
    let step = 0;
    while (acknowledged() < 20_000) {
      const batch = Array.from({ length: 500 }, () => `{"metrics":{"loss":${Math.random()}},"step":${step++},"at":1}\n`).join("");
      if (!child.stdin.write(batch)) await once(child.stdin, "drain");
      await sleep(0);
    }
    child.kill("SIGKILL");
    await ended;
    const stored = (await json<{ points: { step: number }[] }>(folder, ["runs", "show", run, "--metric", "loss"])).points;
    assert.ok(stored.length >= acknowledged(), `${stored.length} of ${acknowledged()}`);
    assert.deepEqual(stored.map((point) => point.step), stored.map((_, index) => index), "in order, without a gap");
  });

  test("show names on one line, without what a terminal would obey", async () => {
    const folder = folderWith({});
    await start(folder, "--name", "a\nb\u001b[31mc\u202ed\u200b");
    const { stdout } = await llmops(folder, ["runs", "list"]);
    assert.doesNotMatch(stdout, /[^\P{Cc}\n]|\p{Cf}/u);
    assert.equal(lines(stdout).length, 1);
  });

  test("begin no run where nothing of it would be kept", async () => {
    const { code, stdout, stderr } = await llmops(folderWith({ ".llmops": "in the way" }), ["run", "start"]);
    assert.match(stderr, /kept in memory only[^]*it was not begun/);
    assert.deepEqual([code, stdout], [2, ""]);
  });
});
