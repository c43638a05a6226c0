import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processesWith } from "../../../src/engine/processTable.ts";
import { start } from "../store/support.ts";
import { Bench, isGone, picture } from "./support.ts";

/** Starts children in the group, outside of it and in a new session; none of them, nor itself, heeds a polite signal. */
const STUBBORN = `'trap "" TERM INT HUP; sleep 1000 & setsid sleep 1001 & (trap "" TERM; sleep 1002) & touch begun; while :; do sleep 0.05; done'`;

const until = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await sleep(10);
};

describe("a step's processes", function () {
  this.timeout(30_000);
  const benches: Bench[] = [];
  const bench = async (...args: Parameters<typeof Bench.of>) => {
    const made = await Bench.of(...args);
    benches.push(made);
    return made;
  };
  after(() => benches.forEach((made) => made.close()));
  const marked = (made: Bench, key: string) => Promise.all(made.stored(key).stages.flatMap(({ steps }) => steps.flatMap(({ attempts }) => attempts.map((attempt) => processesWith("LLMOPS_STEP", attempt.key))))).then((lists) => lists.flat());

  it("are gone when it is cancelled, though they ignore SIGTERM and left the group", async () => {
    const made = await bench([`{ name: a, trigger: manual, steps: [{ name: s, command: ${STUBBORN} }] }`]);
    const control = new AbortController();
    const running = made.run({ signal: control.signal });
    await until(() => existsSync(join(made.folder, "begun")));
    const [{ key }] = made.workspace.store.all<{ key: string }>("SELECT key FROM pipeline_run") as [{ key: string }];
    assert.ok((await marked(made, key)).length >= 4, "there was something to end");
    control.abort();
    assert.deepEqual(picture(await running), ["a cancelled: s cancelled"]);
    assert.deepEqual(await marked(made, key), []);
  });

  it("are gone when the engine is killed, except those that left the group; these when the run is taken up again", async () => {
    const made = await bench([`{ name: a, trigger: manual, timeout: 1s, steps: [{ name: s, command: ${STUBBORN} }] }`]);
    const { key } = await made.start();
    const child = start("../pipeline/driver.ts", [made.folder, key]);
    await until(() => existsSync(join(made.folder, "begun")));
    child.process.kill("SIGKILL");
    await child.ended;
    await until(async () => (await marked(made, key)).every((pid) => /sleep\0?1001/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))));
    const again = start("../pipeline/driver.ts", [made.folder, key]);
    assert.equal((await again.ended).code, 0);
    const [step] = made.stored(key).stages[0]!.steps;
    assert.deepEqual(step?.attempts.map(({ state }) => state), ["interrupted", "timed-out"]);
    assert.deepEqual(await marked(made, key), []);
  });

  it("that it leaves in the background end with it", async () => {
    const made = await bench(["{ name: a, trigger: manual, steps: [{ name: s, command: 'sleep 1000 & echo $! > pid' }] }"]);
    const run = await made.run();
    assert.equal(run.state, "passed");
    const pid = Number(readFileSync(join(made.folder, "pid"), "utf8"));
    await until(() => isGone(pid));
  });

  it("write into the log, both streams in their order, and the live view hears the same", async () => {
    const made = await bench(["{ name: a, trigger: manual, steps: [{ name: s, command: 'echo out; echo err >&2; echo out again; printf \"no line end\"' }] }"]);
    const run = await made.run();
    assert.equal(made.log(run), "out\nerr\nout again\nno line end");
    assert.equal(made.output.map(({ text }) => text).join(""), made.log(run));
    assert.deepEqual(made.output[0], { run: run.key, stage: "a", step: "s", attempt: 1, text: made.output[0]?.text });
  });

  it("may write what is no text, and characters that arrive in two pieces", async () => {
    const made = await bench([String.raw`{ name: a, trigger: manual, steps: [{ name: s, command: 'printf "\303"; sleep 0.2; printf "\244|\377\376\000\001|"; head -c 300000 /dev/urandom' }] }`]);
    const run = await made.run();
    assert.equal(run.state, "passed");
    assert.ok(made.log(run).startsWith("ä|��\0\u0001|"));
  });

  it("have a log that keeps its beginning and its end, and counts what is between", async () => {
    const made = await bench(["{ name: a, trigger: manual, steps: [{ name: s, command: 'seq 1 3000000' }] }"]);
    const run = await made.run();
    const [attempt] = run.stages[0]!.steps[0]!.attempts;
    const log = made.log(run);
    assert.ok(log.startsWith("1\n2\n3\n") && log.endsWith("\n3000000\n"));
    assert.equal(attempt?.logBytes, Number(execFileSync("sh", ["-c", "seq 1 3000000 | wc -c"], { encoding: "utf8" })));
    assert.equal(log.length + attempt!.droppedBytes, attempt!.logBytes);
    assert.ok(log.length <= 8.2 * 2 ** 20, `${log.length} bytes kept`);
  });

  it("get secrets that are named, in no other way, and these are masked however they are written", async () => {
    const secret = "s3cr3t/ü-value";
    const made = await bench([`{ name: a, trigger: manual, steps: [{ name: s, env: { DEPLOY_TOKEN: "\${secret:T}" }, command: 'test "$DEPLOY_TOKEN" = "$(cat expected)" && printf "%s" "$DEPLOY_TOKEN" | base64; for c in s 3 c r 3 t; do printf $c; sleep 0.12; done; printf "/ü-value."; echo "$DEPLOY_TOKEN"; env | grep -c OTHER_API_KEY' }] }`], {
      env: { T: secret, OTHER_API_KEY: "another" },
      files: { expected: secret },
    });
    const run = await made.run();
    const log = made.log(run);
    assert.equal(log, "***\n***.***\n0\nExit code 1.\n");
    for (const { name } of made.workspace.store.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
      assert.ok(!JSON.stringify(made.workspace.store.all(`SELECT * FROM "${name}"`)).includes("s3cr3t"), `${name} holds the secret`);
    }
  });

  const failures: readonly [what: string, step: string, reason: RegExp][] = [
    ["a program that is not found", "command: no-such-program --x", /Exit code 127: a program of the command was not found/],
    ["a folder that is not there", "command: ls, cwd: no/such/folder", /there is no folder .*no.such.folder/],
    ["a secret that is not set", "command: ls, env: { T: \"${secret:NOT_SET}\" }", /The secret NOT_SET is not set/],
    ["a signal that it did not expect", "command: kill -9 $$", /Ended by SIGKILL|Exit code 137/],
    ["suites that are not there", "eval: evals/none", /There is no suite in evals\/none/],
  ];
  for (const [what, step, reason] of failures) {
    it(`fail with ${what}, in words`, async () => {
      const made = await bench([`{ name: a, trigger: manual, steps: [{ name: s, ${step} }] }`]);
      const run = await made.run();
      assert.deepEqual(picture(run), ["a failed: s failed"]);
      assert.match(run.stages[0]?.steps[0]?.reason ?? "", reason);
    });
  }

  it("run in a folder whose name has spaces and other letters", async () => {
    const made = await bench(["{ name: a, trigger: manual, steps: [{ name: s, cwd: 'web ä/日本', command: 'pwd; cat \"a b.txt\"' }] }"]);
    mkdirSync(join(made.folder, "web ä/日本"), { recursive: true });
    writeFileSync(join(made.folder, "web ä/日本/a b.txt"), "found\n");
    assert.equal(made.log(await made.run()), `${join(made.folder, "web ä/日本")}\nfound\n`);
  });

  it("are told which run, stage, attempt and commit they are of", async () => {
    const made = await bench(["{ name: a, trigger: manual, steps: [{ name: s, command: 'echo $LLMOPS_RUN $LLMOPS_STAGE $LLMOPS_ATTEMPT' }] }"]);
    const run = await made.run();
    assert.equal(made.log(run), `${run.key} a 1\n`);
  });
});
