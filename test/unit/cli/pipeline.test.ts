import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitAll, ENV, gitIn, sampleFolder } from "../engine.ts";
import { isGone, pipelineYaml } from "../pipeline/support.ts";
import { temporaryFolder } from "../store/support.ts";
import { echoPrompt, echoSuite, engine, folderWith, json, llmops, sideBySide, write } from "./support.ts";

interface Run {
  readonly runId: string;
  readonly commit?: string;
  readonly state: string;
  readonly reason?: string;
  readonly startedBy?: string;
  readonly stages: readonly { readonly name: string; readonly state: string; readonly reason?: string; readonly version?: string; readonly approval?: { readonly by?: string; readonly comment?: string }; readonly steps: readonly { readonly name: string; readonly state: string; readonly reason?: string; readonly attempts: readonly { readonly evals: readonly string[] }[] }[] }[];
}

const EVALUATE = '{ name: evaluate, trigger: on-commit, skipOn: ["docs/**"], steps: [{ name: eval, eval: . }, { name: say, command: echo hello }] }';
const run = (folder: string, ...args: string[]) => json<Run>(folder, ["pipeline", "run", ...args]);

describe("llmops pipeline", function () {
  this.timeout(60_000);
  const test = sideBySide();

  test("run evaluates the commit and its commands, and a second time is the same run", async () => {
    const folder = folderWith({ ...echoSuite(20), "llmops.yaml": pipelineYaml([EVALUATE]) });
    const git = commitAll(folder);
    const head = git("rev-parse", "HEAD").trim();
    // What is not committed is not what the run is about.
    write(folder, echoPrompt(20));
    const first = await run(folder);
    assert.deepEqual([first.exit, first.state, first.commit], [0, "passed", head]);
    assert.match(first.stages[0]?.steps[0]?.reason ?? "", /^20 cases, 0 from cache$/);
    assert.match(first.stages[0]?.version ?? "", /^[0-9a-f]{64}$/);
    const again = await run(folder);
    assert.deepEqual([again.runId, again.exit], [first.runId, 0]);
    const anew = await run(folder, "--again", "--commit", "HEAD");
    assert.notEqual(anew.runId, first.runId);

    const listed = await json<{ runs: Run[] }>(folder, ["pipeline", "list"]);
    assert.deepEqual(listed.runs.map(({ runId }) => runId), [anew.runId, first.runId]);
    const shown = await llmops(folder, ["pipeline", "status", first.runId.slice(0, 8)]);
    assert.match(shown.stdout, /✓ evaluate {3}passed · .*\n {4}✓ eval {3}passed · 20 cases, 0 from cache\n {4}✓ say {3}passed\n$/);
    const log = await llmops(folder, ["pipeline", "logs", first.runId, "evaluate/say"]);
    assert.equal(log.stdout, "hello\n");
    const evalRun = await json<{ report: { commit: string; dirty: boolean; verdict: string } }>(folder, ["runs", "show", first.stages[0]!.steps[0]!.attempts[0]!.evals[0]!]);
    assert.deepEqual([evalRun.report.commit, evalRun.report.dirty, evalRun.report.verdict], [head, false, "passed"]);
  });

  test("run stops at a regression, with the evidence; an older commit is judged as it was", async () => {
    const folder = folderWith({ ...echoSuite(20), "llmops.yaml": pipelineYaml([EVALUATE, "{ name: release, trigger: on-commit, needs: [evaluate], steps: [{ name: s, command: touch released }] }"]) });
    const git = commitAll(folder);
    write(folder, echoPrompt(15));
    git("commit", "-qam", "Worse");
    const worse = await run(folder);
    assert.deepEqual([worse.exit, worse.state, ...worse.stages.map(({ name, state }) => `${name} ${state}`)], [1, "failed", "evaluate failed", "release skipped"]);
    assert.match(worse.stages[0]?.steps[0]?.reason ?? "", /^regression in accuracy \(20 cases/);
    assert.equal(existsSync(join(folder, "released")), false);
    const before = await run(folder, "--commit", "HEAD~1", "--stage", "evaluate");
    assert.deepEqual(before.stages[0]?.steps.map(({ state }) => state), ["passed", "failed"]);
    assert.match(before.stages[0]?.steps[1]?.reason ?? "", /^Commands run in the work tree, which is at [0-9a-f]{7} by now/);
  });

  test("run skips what changed only files of skipOn since a run judged last, not since the last commit", async () => {
    const folder = folderWith({ ...echoSuite(20), "llmops.yaml": pipelineYaml([EVALUATE]), "docs/ä b.md": "1" });
    const git = commitAll(folder);
    assert.equal((await run(folder)).state, "passed");
    write(folder, { "docs/ä b.md": "2" });
    git("commit", "-qam", "Docs");
    const docs = await run(folder);
    assert.deepEqual([docs.exit, docs.state, docs.stages[0]?.reason], [0, "skipped", "Only files of skipOn changed (1 file)."]);
    write(folder, echoPrompt(1));
    git("commit", "-qam", "Prompt");
    write(folder, { "docs/ä b.md": "3" });
    git("commit", "-qam", "Docs again");
    assert.notEqual((await run(folder)).state, "skipped", "the commit before it changed the prompt, and nobody judged it");
  });

  test("run judges a merge by what it brought, a detached HEAD, and a shallow clone, where it skips nothing", async () => {
    const folder = folderWith({ ...echoSuite(20), "llmops.yaml": pipelineYaml([EVALUATE]), "docs/a.md": "1" });
    const git = commitAll(folder);
    git("checkout", "-qb", "topic");
    write(folder, { "docs/a.md": "2" });
    git("commit", "-qam", "Docs");
    git("checkout", "-q", "main");
    git("merge", "-q", "--no-ff", "-m", "Merge", "topic");
    assert.equal((await run(folder)).state, "skipped");
    git("checkout", "-q", "--detach", "HEAD~1");
    assert.equal((await run(folder)).state, "passed");

    const clone = join(temporaryFolder(), "a clone");
    execFileSync("git", ["clone", "-q", "--depth", "1", "--branch", "topic", `file://${folder}`, clone], { env: ENV });
    const shallow = await run(clone);
    assert.deepEqual([shallow.state, shallow.stages[0]?.steps[0]?.state], ["passed", "passed"]);
  });

  test("run says what is missing: a commit, a pipeline, a stage, a repository", async () => {
    const folder = folderWith({ ...echoSuite(2), "llmops.yaml": "version: 1\n" });
    const says = async (...args: string[]) => {
      const { code, stderr } = await llmops(folder, ["pipeline", "run", ...args]);
      return `${code} ${stderr.trim()}`;
    };
    assert.match(await says(), /^2 llmops\.yaml has no pipeline/);
    assert.match(await says("--commit", "abc"), /^2 "abc" names a commit, but this is no git repository/);
    gitIn(folder)("init", "-q", "-b", "main");
    assert.match(await says("--commit", "HEAD"), /^2 There is no commit "HEAD" here/);
    const git = commitAll(folder);
    assert.match(await says("--commit", "0123456789012345678901234567890123456789"), /^2 There is no commit/);
    write(folder, { "llmops.yaml": pipelineYaml([EVALUATE]) });
    assert.match(await says(), /^2 llmops\.yaml has no pipeline at [0-9a-f]{7}: the one on disk has\. Commit it first/);
    git("commit", "-qam", "Pipeline");
    assert.match(await says("--stage", "evalute"), /^2 There is no stage named "evalute"\. Did you mean "evaluate"/);
    assert.match(await says("--trigger", "on-comit"), /^2 There is no trigger "on-comit"/);
    write(folder, { "llmops.yaml": pipelineYaml(["{ name: a, trigger: on-comit, steps: [] }"]) });
    git("commit", "-qam", "Broken");
    assert.match(await says(), /^2 llmops\.yaml:3:25: "on-comit" is not possible here/);
  });

  test("run works without git, and in a repository without commits", async () => {
    const folder = folderWith({ ...echoSuite(2), "llmops.yaml": pipelineYaml([EVALUATE]) });
    const plain = await run(folder);
    assert.deepEqual([plain.exit, plain.state, plain.commit], [0, "passed", undefined]);
    gitIn(folder)("init", "-q", "-b", "main");
    assert.equal((await run(folder, "--again")).state, "passed");
  });

  test("two processes that start the same pipeline make one run, and both tell its end", async () => {
    const folder = folderWith({ "llmops.yaml": pipelineYaml(["{ name: a, trigger: on-commit, steps: [{ name: s, command: echo x >> ran }] }"]) });
    commitAll(folder);
    const [one, two] = await Promise.all([run(folder), run(folder)]);
    assert.deepEqual([one.runId, one.state, two.state], [two.runId, "passed", "passed"]);
    assert.equal(readFileSync(join(folder, "ran"), "utf8"), "x\n");
  });

  test("approve and reject go on with a run that waits, and keep who and why", async () => {
    const folder = folderWith({ "llmops.yaml": pipelineYaml(["{ name: release, trigger: manual, approval: true, steps: [{ name: s, command: touch released }] }"]) });
    const git = commitAll(folder);
    git("config", "user.name", "Ann");
    git("config", "user.email", "ann@example.invalid");
    const waiting = await llmops(folder, ["pipeline", "run", "--stage", "release"]);
    assert.equal(waiting.code, 3);
    const [, key = ""] = /llmops pipeline approve ([0-9a-f]{8}) "release"/.exec(waiting.stderr) ?? [];
    const rejected = await json<Run>(folder, ["pipeline", "run", "--stage", "release"]);
    const no = await json<Run>(folder, ["pipeline", "reject", rejected.runId, "--comment", "not today"]);
    assert.deepEqual([no.exit, no.stages[0]?.reason], [1, "Rejected by Ann <ann@example.invalid>: not today"]);
    assert.equal(existsSync(join(folder, "released")), false);
    const yes = await json<Run>(folder, ["pipeline", "approve", key, "release", "--comment", "good"]);
    assert.deepEqual([yes.exit, yes.state, yes.startedBy, yes.stages[0]?.approval?.by, yes.stages[0]?.approval?.comment], [0, "passed", "Ann <ann@example.invalid>", "Ann <ann@example.invalid>", "good"]);
    assert.ok(existsSync(join(folder, "released")));
    const twice = await llmops(folder, ["pipeline", "approve", key]);
    assert.deepEqual([twice.code, twice.stderr.trim()], [2, "No stage of this run waits for approval."]);
  });

  test("cancel ends a run that another process drives", async () => {
    const folder = folderWith({ "llmops.yaml": pipelineYaml(["{ name: a, trigger: manual, steps: [{ name: s, command: 'echo begun; sleep 1000' }] }"]) });
    const running = engine(folder, ["pipeline", "run", "--stage", "a"]);
    await running.shows(/a\/s \| begun/);
    const { runs } = await json<{ runs: Run[] }>(folder, ["pipeline", "list"]);
    const cancelled = await json<Run>(folder, ["pipeline", "cancel", runs[0]!.runId]);
    assert.deepEqual([cancelled.exit, cancelled.state], [0, "cancelled"]);
    assert.equal((await running.ended).code, 130);
  });

  test("Ctrl+C ends a run with all that it started; a run whose process was killed is resumed", async () => {
    const folder = folderWith({ "llmops.yaml": pipelineYaml(["{ name: a, trigger: manual, steps: [{ name: s, command: 'echo $$ >> pids; echo begun; [ -e go ] || sleep 1000' }] }"]) });
    const first = engine(folder, ["pipeline", "run", "--stage", "a"]);
    await first.shows(/begun/);
    first.process.kill("SIGINT");
    assert.equal((await first.ended).code, 130);
    const second = engine(folder, ["pipeline", "run", "--stage", "a"]);
    await second.shows(/begun/);
    second.process.kill("SIGKILL");
    await second.ended;
    writeFileSync(join(folder, "go"), "");
    const resumed = await json<{ runs: Run[] }>(folder, ["pipeline", "resume"]);
    assert.deepEqual([resumed.exit, resumed.runs.length, resumed.runs[0]?.state, resumed.runs[0]?.stages[0]?.steps[0]?.attempts.length], [0, 1, "passed", 2]);
    for (const pid of readFileSync(join(folder, "pids"), "utf8").trim().split("\n")) assert.ok(isGone(Number(pid)), `${pid} still runs`);
  });

  test("validate says what is wrong where, and exits with 2", async () => {
    const folder = folderWith({ "llmops.yaml": pipelineYaml([EVALUATE]) });
    const good = await llmops(folder, ["pipeline", "validate"]);
    assert.deepEqual([good.code, good.stdout], [0, "The pipeline is valid: evaluate (on-commit).\n"]);
    write(folder, { "llmops.yaml": pipelineYaml(["{ name: a, trigger: on-schedule, schedule: '99 * * * *', steps: [{ name: s, command: c }] }"]) });
    const bad = await llmops(folder, ["pipeline", "validate"]);
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /^llmops\.yaml:3:48: "99 \* \* \* \*" is not a cron expression/);
  });

  test("runs the sample's evaluation offline", async () => {
    const { folder, git, remove } = sampleFolder();
    try {
      const yaml = readFileSync(join(folder, "llmops.yaml"), "utf8");
      if (!yaml.includes("pipeline:")) writeFileSync(join(folder, "llmops.yaml"), `${yaml}pipeline:\n  - { name: evaluate, trigger: on-commit, steps: [{ name: eval, eval: evals/* }] }\n`);
      git("commit", "-qam", "Pipeline", "--allow-empty");
      const result = await run(folder, "--stage", "evaluate");
      assert.deepEqual([result.exit, result.state], [0, "passed"]);
    } finally {
      remove();
    }
  });
});

describe("llmops hooks install", function () {
  this.timeout(60_000);
  const test = sideBySide();

  test("puts the pipeline before a push, for what is pushed and not for what is checked out", async () => {
    const folder = folderWith({ ...echoSuite(20), "llmops.yaml": pipelineYaml(["{ name: evaluate, trigger: on-commit, steps: [{ name: eval, eval: . }] }"]) });
    const git = commitAll(folder);
    const remote = temporaryFolder();
    execFileSync("git", ["init", "-q", "--bare", remote]);
    git("remote", "add", "origin", remote);
    const installed = await json<{ file: string }>(folder, ["hooks", "install"]);
    assert.equal(installed.file, join(folder, ".git/hooks/pre-push"));
    assert.ok(statSync(installed.file).mode & 0o100);
    git("push", "-q", "origin", "main");
    write(folder, echoPrompt(15));
    git("commit", "-qam", "Worse");
    assert.throws(() => git("push", "-q", "origin", "main"));
    git("push", "-q", "--no-verify", "origin", "main:other");
    git("push", "-q", "origin", ":other");
    assert.equal((await llmops(folder, ["hooks", "install"])).code, 0, "our own is written anew");
  });

  test("leaves a hook alone that is there, and follows core.hooksPath", async () => {
    const folder = folderWith({ "llmops.yaml": "version: 1\n", "my hooks/pre-push": "#!/bin/sh\nexit 0\n" });
    const git = commitAll(folder);
    git("config", "core.hooksPath", "my hooks");
    const refused = await llmops(folder, ["hooks", "install"]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /my hooks.pre-push is there already, and not ours/);
    assert.equal(readFileSync(join(folder, "my hooks/pre-push"), "utf8"), "#!/bin/sh\nexit 0\n");
    assert.equal((await llmops(folderWith({ a: "" }), ["hooks", "install"])).code, 2);
  });
});
