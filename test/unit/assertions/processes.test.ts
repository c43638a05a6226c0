import assert from "node:assert/strict";
import { processes } from "./support.ts";

const options = { cwd: import.meta.dirname, env: {}, timeoutMs: 10_000, maxBytes: 1_000_000 };
const node = (script: string, more: Partial<Parameters<typeof processes.run>[2]> = {}) => processes.run(process.execPath, ["-e", script], { ...options, ...more });

describe("nodeProcesses.run", () => {
  it("gives code, output and errors apart", async () => {
    const result = await node("process.stdout.write('out'); process.stderr.write('err'); process.exitCode = 3");
    assert.deepEqual({ ...result, stdout: result.stdout.toString() }, { code: 3, stdout: "out", stderr: "err", timedOut: false });
  });

  it("passes arguments as they are and only the given environment", async () => {
    const argument = 'a "b" $HOME; echo %PATH% & *';
    const { stdout } = await processes.run(process.execPath, ["-p", "JSON.stringify([process.argv[1], process.env.GIVEN, process.env.HOME ?? null])", argument], { ...options, env: { GIVEN: "1" } });
    assert.deepEqual(JSON.parse(stdout.toString()), [argument, "1", null]);
  });

  it("has its standard input closed", async () => {
    assert.equal((await node("process.stdin.on('end', () => process.exit(7)).resume()")).code, 7);
  });

  it("takes its input from a text, and does not mind a program that reads none", async () => {
    const echoed = await node("process.stdin.pipe(process.stdout)", { input: "für ".repeat(100_000) });
    assert.equal(echoed.stdout.toString(), "für ".repeat(100_000));
    assert.equal((await node("process.exit(3)", { input: "x".repeat(1_000_000) })).code, 3);
  });

  it("adds PATH when programs are to be found, and nothing else", async () => {
    const { stdout } = await node("console.log(JSON.stringify([process.env.PATH ?? process.env.Path, process.env.HOME ?? null, process.env.GIVEN]))", { findPrograms: true, env: { GIVEN: "1" } });
    assert.deepEqual(JSON.parse(stdout.toString()), [process.env.PATH ?? process.env.Path, null, "1"]);
  });

  it("does not wait for what the program has started", async function () {
    this.timeout(10_000);
    const script = `require("node:child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 30000)"], { stdio: "inherit" }).unref(); console.log("out"); process.exit()`;
    const { code, stdout } = await node(script, { timeoutMs: 30_000 });
    assert.deepEqual([code, stdout.toString()], [0, "out\n"]);
  });

  it("is killed at the time-out, when aborted and when it writes too much", async () => {
    const slow = await node("setInterval(() => {}, 1000)", { timeoutMs: 300 });
    assert.deepEqual([slow.timedOut, slow.code], [true, null]);
    const controller = new AbortController();
    const aborted = node("setInterval(() => {}, 1000)", { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("superseded")), 100);
    await assert.rejects(aborted, /superseded/);
    await assert.rejects(node("1", { signal: AbortSignal.abort(new Error("too late")) }), /too late/);
    await assert.rejects(node("setInterval(() => process.stdout.write('x'.repeat(65536)), 1)", { maxBytes: 200_000 }), /wrote more than/);
  });

  it("says which program is missing", async () => {
    await assert.rejects(processes.run("no-such-program-here", [], options), /no-such-program-here cannot be started \(ENOENT\)/);
  });
});
