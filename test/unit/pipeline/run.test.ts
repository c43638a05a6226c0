import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decideStage } from "../../../src/core/pipeline/decisions.ts";
import { drive } from "../../../src/core/pipeline/run/drive.ts";
import { requestCancel } from "../../../src/core/store/pipeline/transitions.ts";
import { watchStore } from "../../../src/core/store/watch.ts";
import { Bench, picture } from "./support.ts";

const never = () => new AbortController().signal;

describe("a pipeline's run", function () {
  this.timeout(30_000);
  const benches: Bench[] = [];
  const bench = async (...args: Parameters<typeof Bench.of>) => {
    const made = await Bench.of(...args);
    benches.push(made);
    return made;
  };
  after(() => benches.forEach((made) => made.close()));

  it("runs the steps of a stage in order, and stages when what they need has passed", async () => {
    const made = await bench([
      "{ name: b, trigger: manual, needs: [a], steps: [{ name: s, command: echo b >> order }] }",
      "{ name: a, trigger: manual, steps: [{ name: one, command: echo a1 >> order }, { name: two, command: echo a2 >> order }] }",
    ]);
    const run = await made.run();
    assert.equal(run.state, "passed");
    assert.deepEqual(picture(run), ["b passed: s passed", "a passed: one passed, two passed"]);
    assert.equal(readFileSync(join(made.folder, "order"), "utf8"), "a1\na2\nb\n");
  });

  it("fails a stage with its step, leaves the steps after it, and skips what needs it", async () => {
    const made = await bench([
      "{ name: a, trigger: manual, steps: [{ name: one, command: exit 3 }, { name: two, command: echo never > two }] }",
      "{ name: b, trigger: manual, needs: [a], steps: [{ name: s, command: echo never > b }] }",
      "{ name: c, trigger: manual, needs: [b], steps: [{ name: s, command: echo never > c }] }",
    ]);
    const run = await made.run();
    assert.equal(run.state, "failed");
    assert.deepEqual(picture(run), ["a failed: one failed, two skipped", "b skipped: s skipped", "c skipped: s skipped"]);
    assert.deepEqual(run.stages.map(({ reason }) => reason), ["one failed.", "It needs a, which failed.", "It needs b, which was skipped."]);
    assert.equal(run.stages[0]?.steps[0]?.attempts[0]?.exitCode, 3);
    assert.deepEqual(["two", "b", "c"].filter((file) => existsSync(join(made.folder, file))), []);
  });

  it("tries a step again with a record of each attempt, and takes the one that passes", async () => {
    const made = await bench(["{ name: a, trigger: manual, steps: [{ name: s, command: 'echo x >> tries; test $(wc -l < tries) -ge 3', retryCount: 4 }] }"]);
    const run = await made.run();
    const [step] = run.stages[0]!.steps;
    assert.deepEqual(step?.attempts.map(({ n, state, exitCode }) => [n, state, exitCode]), [[1, "failed", 1], [2, "failed", 1], [3, "passed", 0]]);
    assert.equal(run.state, "passed");
  });

  it("goes on after a failure that is a warning, or that may be, and hides neither", async () => {
    const made = await bench([
      "{ name: warns, trigger: manual, steps: [{ name: lint, command: exit 1, onFailure: warn, retryCount: 1 }, { name: after, command: 'true' }] }",
      "{ name: goes on, trigger: manual, steps: [{ name: lint, command: exit 1, onFailure: continue }, { name: after, command: 'true' }] }",
      "{ name: dependent, trigger: manual, needs: [warns, goes on], steps: [{ name: s, command: 'true' }] }",
    ]);
    const run = await made.run();
    assert.equal(run.state, "warned");
    assert.deepEqual(picture(run), ["warns warned: lint warned×2, after passed", "goes on passed: lint failed, after passed", "dependent passed: s passed"]);
    assert.match(run.stages[0]?.steps[0]?.reason ?? "", /Exit code 1\. \(attempt 2 of 2\)/);
  });

  it("runs independent stages side by side, four at most", async () => {
    // Each of the first four ends only when all four have begun, so that they must run together.
    const stage = (name: string) => `{ name: ${name}, trigger: manual, steps: [{ name: s, command: 'touch begun.${name}; until [ -e begun.a ] && [ -e begun.b ] && [ -e begun.c ] && [ -e begun.d ]; do sleep 0.02; done' }] }`;
    const made = await bench(["a", "b", "c", "d", "e"].map(stage));
    const run = await made.run();
    assert.equal(run.state, "passed");
    const ended = run.stages.slice(0, 4).map(({ endedAt }) => endedAt!);
    assert.ok(run.stages[4]!.startedAt! >= Math.min(...ended), "the fifth began when one of the four had ended");
  });

  it("ends a step whose time is over, and says so", async () => {
    const made = await bench(["{ name: a, trigger: manual, steps: [{ name: s, command: 'trap \"exit 0\" TERM; sleep 60 & wait', timeout: 200ms }] }"]);
    const run = await made.run();
    assert.deepEqual([run.state, ...picture(run)], ["timed-out", "a timed-out: s timed-out"]);
    assert.match(run.stages[0]?.steps[0]?.reason ?? "", /longer than 0\.2 s/);
  });

  it("ends a stage whose time is over, with the steps that are left", async () => {
    const made = await bench(["{ name: a, trigger: manual, timeout: 300ms, steps: [{ name: s, command: sleep 60 }, { name: t, command: 'true' }] }"]);
    const run = await made.run();
    assert.deepEqual(picture(run), ["a timed-out: s timed-out, t skipped"]);
  });

  it("is cancelled from another process, with what runs and what waits", async () => {
    const made = await bench([
      "{ name: a, trigger: manual, steps: [{ name: s, command: 'touch begun; sleep 60' }, { name: t, command: 'true' }] }",
      "{ name: b, trigger: manual, needs: [a], steps: [{ name: s, command: 'true' }] }",
    ]);
    const { key } = await made.start();
    const other = await Bench.in(made.folder);
    benches.push(other);
    const stop = watchStore(other.workspace.store, other.workspace.host.clock, () => {
      if (existsSync(join(made.folder, "begun"))) requestCancel(other.workspace.store, key, "Bob", 1);
      else if (other.stored(key).stages[0]?.state === "running") setTimeout(() => other.workspace.store.write(() => {}), 20);
    });
    const run = await drive(made.context, key, never());
    stop();
    assert.deepEqual([run?.state, run?.reason, ...picture(run!)], ["cancelled", "Cancelled by Bob.", "a cancelled: s cancelled, t cancelled", "b cancelled: s cancelled"]);
    assert.equal(requestCancel(other.workspace.store, key, "Bob", 1), false, "what has ended is not cancelled");
  });

  it("is driven by one process at a time", async () => {
    const made = await bench(["{ name: a, trigger: manual, steps: [{ name: s, command: 'touch begun; until [ -e go ]; do sleep 0.02; done' }] }"]);
    const { key } = await made.start();
    const first = drive(made.context, key, never());
    const other = await Bench.in(made.folder);
    benches.push(other);
    assert.equal(await drive(other.context, key, never()), undefined);
    await made.workspace.host.processes.run("touch", ["go"], { cwd: made.folder, env: {}, findPrograms: true, timeoutMs: 5000, maxBytes: 100 });
    assert.equal((await first)?.state, "passed");
  });

  it("is one run when two windows see the same commit, and another when the definition differs", async () => {
    const made = await bench(["{ name: a, trigger: on-commit, steps: [{ name: s, command: echo x >> ran }] }"]);
    const request = { trigger: "on-commit", commit: "c".repeat(40), occasion: "" } as const;
    const [first, second] = [await made.start(request), await made.start(request)];
    assert.deepEqual([first.isNew, second.isNew, second.key], [true, false, first.key]);
    assert.equal((await made.start({ ...request, commit: "d".repeat(40) })).isNew, true);
  });

  it("waits for approval, goes on with it, and keeps who and when", async () => {
    const made = await bench([
      "{ name: a, trigger: manual, steps: [{ name: s, command: 'true' }] }",
      "{ name: release, trigger: manual, needs: [a], approval: true, steps: [{ name: s, command: touch released }] }",
    ]);
    const waiting = await made.run();
    assert.deepEqual([waiting.state, waiting.reason, ...picture(waiting)], ["waiting", "Waits for a person: release.", "a passed: s passed", "release waiting: s queued"]);
    const evidence = waiting.stages[1]!.approval!.evidence;
    const decision = { run: waiting.key, stage: "release", approved: true, by: "Ann <ann@example.invalid>", comment: "looks good" };
    assert.throws(() => decideStage(made.workspace, { ...decision, evidence: "what I saw yesterday" }), /evidence .* has changed/);
    assert.throws(() => decideStage(made.workspace, { ...decision, stage: "a" }), /does not wait for approval: it is passed/);
    decideStage(made.workspace, { ...decision, evidence });
    assert.throws(() => decideStage(made.workspace, { ...decision, approved: false }), /was approved already/);
    assert.equal(existsSync(join(made.folder, "released")), false, "a decision starts nothing by itself");
    const run = (await drive(made.context, waiting.key, never()))!;
    assert.equal(run.state, "passed");
    const { state, by, comment } = run.stages[1]!.approval!;
    assert.deepEqual([state, by, comment], ["approved", "Ann <ann@example.invalid>", "looks good"]);
    assert.ok(existsSync(join(made.folder, "released")));
  });

  it("fails a stage that is rejected, with the reason", async () => {
    const made = await bench(["{ name: release, trigger: manual, approval: true, steps: [{ name: s, command: touch released }] }"]);
    const waiting = await made.run();
    decideStage(made.workspace, { run: waiting.key, stage: "release", approved: false, by: "Bob", comment: "not today" });
    const run = (await drive(made.context, waiting.key, never()))!;
    assert.deepEqual([run.state, run.stages[0]?.state, run.stages[0]?.reason], ["failed", "failed", "Rejected by Bob: not today"]);
    assert.equal(existsSync(join(made.folder, "released")), false);
  });

  it("takes for a needed stage of another run how that last ended at the same commit", async () => {
    const made = await bench(["{ name: a, trigger: on-commit, steps: [{ name: s, command: test -e good }] }", "{ name: b, trigger: manual, needs: [a], steps: [{ name: s, command: 'true' }] }"]);
    const before = await made.run();
    assert.deepEqual([before.state, before.stages[0]?.reason], ["failed", "It needs a, which has not run at this commit: run that first."]);
    await made.run({ trigger: "on-commit" });
    assert.match((await made.run()).stages[0]?.reason ?? "", /did not pass at this commit/);
    await made.workspace.host.processes.run("touch", ["good"], { cwd: made.folder, env: {}, findPrograms: true, timeoutMs: 5000, maxBytes: 100 });
    await made.run({ trigger: "on-commit" });
    assert.equal((await made.run()).state, "passed");
  });

  it("skips a stage when every changed file is of skipOn, and at least one changed", async () => {
    const made = await bench(['{ name: a, trigger: on-commit, skipOn: ["docs/**", "**/*.md"], steps: [{ name: s, command: "true" }] }']);
    const state = async (changed: string[] | undefined) => (await made.run({ trigger: "on-commit", changed })).stages[0]?.state;
    assert.equal(await state(["docs/a b/ü.txt", "README.md"]), "skipped");
    assert.equal(await state(["docs/a.txt", "src/docs.ts"]), "passed");
    assert.equal(await state(["src/docs-generator.ts"]), "passed");
    assert.equal(await state([]), "passed", "no known change is no reason to skip");
    assert.equal(await state(undefined), "passed");
  });

  it("refuses what cannot run, and what is not there, before anything starts", async () => {
    const made = await bench(["{ name: a, trigger: manual, runsOn: ray, steps: [{ name: s, command: 'true' }] }"]);
    await assert.rejects(made.run(), /runs on ray, and runners does not say where/);
    await assert.rejects(made.run({ stages: ["aa"] }), /no stage named "aa"\. Did you mean "a"/);
    await assert.rejects(made.run({ trigger: "on-commit" }), /No stage has the trigger on-commit\. There are: a \(manual\)/);
    assert.deepEqual(made.workspace.store.all("SELECT 1 FROM pipeline_run"), []);
  });
});
