import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChildChannel, Processes } from "../../../src/core/host.ts";
import { JudgeError } from "../../../src/core/evals/model.ts";
import { type SuiteCodeOptions, createSuiteCode } from "../../../src/core/evals/suiteCode/pool.ts";
import type { Call } from "../../../src/core/evals/suiteCode/protocol.ts";
import { Bench, assertion, processes } from "./support.ts";

const PARENT = `
  const { processes } = await import(process.argv[1]);
  const child = processes.fork("suite-code", { cwd: ".", maxOldSpaceMb: 64 });
  child.onMessage(() => {
    child.send([{ id: 1, call: { kind: "inline", body: "for (;;);", output: "", context: {} } }]);
    process.stdout.write(String(child.pid));
  });
`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Where nobody reaps orphans they stay as zombies.
    return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

const inline = (body: string, output: unknown = ""): Call => ({ kind: "inline", body: `return ${body}`, output, context: {} });

/** The real processes, with a count of the children and a look at their messages. */
function counted(): Processes & { forks: ChildChannel[]; batches: number[] } {
  const forks: ChildChannel[] = [];
  const batches: number[] = [];
  return {
    forks,
    batches,
    run: processes.run,
    talk: processes.talk,
    fork(mode, options) {
      const channel = processes.fork(mode, options);
      forks.push(channel);
      return { ...channel, send: (message) => (batches.push((message as unknown[]).length), channel.send(message)) };
    },
  };
}

async function withPool<T>(options: Partial<SuiteCodeOptions>, use: (pool: ReturnType<typeof createSuiteCode>, host: ReturnType<typeof counted>) => Promise<T>): Promise<T> {
  const host = counted();
  const pool = createSuiteCode(host, { cwd: import.meta.dirname, ...options });
  try {
    return await use(pool, host);
  } finally {
    pool.close();
  }
}

describe("suite code", () => {
  it("starts no child before it is needed, and answers many calls in few messages", () =>
    withPool({}, async (pool, host) => {
      assert.equal(host.forks.length, 0);
      const outcomes = await Promise.all(Array.from({ length: 300 }, (_, i) => pool.call(inline(`output * 2`, i))));
      assert.deepEqual(outcomes, Array.from({ length: 300 }, (_, i) => ({ value: i * 2 })));
      assert.equal(host.forks.length, 2);
      assert.ok(host.batches.length <= 10, `${host.batches.length} messages`);
    }));

  it("kills a call that does not end, and only that one fails", () =>
    withPool({ poolSize: 1, timeoutMs: 400 }, async (pool, host) => {
      const calls = ["1", "2", "(() => { for (;;); })()", "new Promise(() => {})", "5"].map((body) => pool.call(inline(body)));
      const settled = await Promise.allSettled(calls);
      assert.deepEqual(settled.map((result) => (result.status === "fulfilled" ? result.value : (result.reason as Error).name)), [
        { value: 1 }, { value: 2 }, "JudgeError", "JudgeError", { value: 5 },
      ]);
      assert.match(((settled[2] as PromiseRejectedResult).reason as Error).message, /killed after 0\.4 s/);
      assert.deepEqual(await pool.call(inline("6")), { value: 6 });
      assert.equal(host.forks.length, 4);
    }));

  it("running out of memory ends only the child, and the right call is blamed", () =>
    withPool({ poolSize: 1, maxOldSpaceMb: 40 }, async (pool) => {
      const hog = "(() => { const all = []; for (;;) all.push(new Array(1e5).fill(all.length)); })()";
      const settled = await Promise.allSettled(["1", hog, "3"].map((body) => pool.call(inline(body))));
      assert.deepEqual([settled[0]?.status, settled[1]?.status, settled[2]?.status], ["fulfilled", "rejected", "fulfilled"]);
      assert.match(((settled[1] as PromiseRejectedResult).reason as Error).message, /ended its process: out of memory/);
    }));

  it("a script that ends its process is blamed; one that another broke is not", () =>
    withPool({ poolSize: 1 }, async (pool) => {
      await assert.rejects(pool.call(inline("process.exit(3)")), /ended its process: exit code 3/);
      const [first, second] = await Promise.allSettled([pool.call(inline("setTimeout(() => { throw new TypeError('late') }, 20) && 1")), pool.call(inline("new Promise((done) => setTimeout(done, 150, 2)) "))]);
      assert.equal(first.status, "fulfilled");
      assert.deepEqual(second, { status: "fulfilled", value: { value: 2 } });
    }));

  it("does not try for ever what always hangs", () =>
    withPool({ poolSize: 2, timeoutMs: 50 }, async (pool, host) => {
      const settled = await Promise.allSettled(Array.from({ length: 60 }, () => pool.call(inline("(() => { for (;;); })()"))));
      assert.ok(settled.every(({ status }) => status === "rejected"));
      assert.match(((settled.at(-1) as PromiseRejectedResult).reason as Error).message, /killed 10 times in this run/);
      assert.deepEqual(await pool.call(inline("1")), { value: 1 });
      assert.ok(host.forks.length < 25, `${host.forks.length} children`);
    }));

  it("does not outlive its parent, not even in an endless loop", async () => {
    // The pool's process is killed as a crash would: no clean-up runs.
    const parent = spawn(process.execPath, ["--input-type=module", "-e", PARENT, new URL("./support.ts", import.meta.url).href], { stdio: ["ignore", "pipe", "inherit"] });
    const pid = Number((await once(parent.stdout.setEncoding("utf8"), "data")) as unknown as [string]);
    parent.kill("SIGKILL");
    while (isAlive(pid)) await sleep(50);
  });

  it("a regular expression without end is killed and named", async () => {
    const bench = new Bench({ timeoutMs: 400 });
    try {
      const row = (pattern: string) => bench.grade([assertion("regex", pattern)], `${"a".repeat(40)}!`);
      await assert.rejects(row("^(a+)+$"), (error) => error instanceof JudgeError && /\/\^\(a\+\)\+\$\/ was killed after 0\.4 s/.test(error.message));
      assert.equal((await row("^(a+)+!$")).pass, true);
    } finally {
      bench.close();
    }
  });

  it("what cannot be handed over is an error of its call", () =>
    withPool({}, async (pool) => {
      await assert.rejects(pool.call(inline("1", () => 1)), JudgeError);
      assert.deepEqual(await pool.call(inline("2")), { value: 2 });
      const outcome = await pool.call(inline("({ f() {} })"));
      assert.ok("failed" in outcome && outcome.failed === "return");
    }));

  it("closing rejects what is under way and leaves no process behind", async () => {
    const host = counted();
    const pool = createSuiteCode(host, { cwd: import.meta.dirname });
    assert.deepEqual(await pool.call(inline("1")), { value: 1 });
    const open = pool.call(inline("new Promise(() => {})"));
    const ended = Promise.all(host.forks.map((child) => new Promise((resolve) => child.onExit(resolve))));
    pool.close();
    await assert.rejects(open, /stopped before/);
    await assert.rejects(pool.call(inline("1")), /stopped before/);
    await ended;
    assert.deepEqual(host.forks.filter(({ pid }) => isAlive(pid!)), []);
  });

  it("sees nothing of the environment, and runs in the suite's folder", () =>
    withPool({}, async (pool) => {
      assert.deepEqual(await pool.call(inline("[Object.keys(process.env), process.cwd()]")), { value: [[], import.meta.dirname] });
    }));
});
