import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { open } from "../runner/support.ts";
import { temporaryFolder } from "../store/support.ts";
import { callOf, failure, type Options, provider, send } from "./support.ts";

const NODE = `"${process.execPath}"`;

/** A program of Node's in a folder of its own. */
function program(code: string, options: Options & { config?: Record<string, unknown>; args?: string; env?: Record<string, string>; label?: string } = {}) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "p.cjs"), code);
  const { config = {}, args = "", env = {}, label, ...rest } = options;
  return { folder, made: provider(`exec:${NODE} p.cjs${args}`, config, { folder, ...rest, env: {} }, { env, label }) };
}

describe("a program as provider", function () {
  this.timeout(30_000);

  it("gets its own arguments, the prompt, options and context, and what it writes is the output", async () => {
    const { made, folder } = program("console.log(JSON.stringify(process.argv.slice(2)))", { args: ` one "two words" 'three $HOME'`, config: { a: 1 }, label: "mine" });
    const { output, usage, latencyMs } = await send(made, callOf("Say 'hi' $(whoami) | cat\n", { vars: { x: "ü" }, overrides: { temperature: 1 } }));
    const [one, two, three, prompt, options, context] = JSON.parse(output as string) as string[];
    assert.deepEqual([one, two, three, prompt], ["one", "two words", "three $HOME", "Say 'hi' $(whoami) | cat\n"]);
    assert.deepEqual(JSON.parse(options!), { id: `exec:${NODE} p.cjs one "two words" 'three $HOME'`, label: "mine", config: { a: 1, basePath: folder } });
    assert.deepEqual(JSON.parse(context!), { vars: { x: "ü" }, prompt: { raw: "Say 'hi' $(whoami) | cat\n", config: { temperature: 1 } } });
    assert.equal(usage, undefined);
    assert.ok(latencyMs > 0);
  });

  it("runs in the suite's folder, with PATH and what the suite gives it and nothing else of the environment", async () => {
    const { made, folder } = program("console.log(JSON.stringify([process.cwd(), Object.keys(process.env).filter((n) => !n.startsWith('__')).sort()]))", { env: { MINE: "1" } });
    const [cwd, names] = JSON.parse((await send(made)).output as string) as [string, string[]];
    assert.equal(cwd, folder);
    assert.ok(names.every((name) => ["MINE", "PATH", "PATHEXT", "SYSTEMROOT"].includes(name.toUpperCase())), names.join());
    assert.ok(names.includes("MINE"));
  });

  const outputs: [what: string, code: string, output: string][] = [
    ["trimmed and without colours", String.raw`console.log("\n \x1b[31mgood\x1b[0m  \n")`, "good"],
    ["although it complains", 'console.error("careful"); console.log("good")', "good"],
    ["empty where it writes nothing", "", ""],
    ["of bytes that are no UTF-8", "process.stdout.write(Buffer.from([0x61, 0xff, 0x62]))", "a\ufffdb"],
    ["of 5 MB", 'process.stdout.write("x".repeat(5e6))', "x".repeat(5e6)],
  ];
  for (const [what, code, output] of outputs) it(`answers ${what}`, async () => assert.ok((await send(program(code).made)).output === output));

  const failures: [what: string, code: string, said: RegExp, options?: Parameters<typeof program>[1]][] = [
    ["ends with status 1", 'console.log("half"); console.error("first\\nlast words"); process.exitCode = 1', /^unanswered: .+ ended with status 1: last words$/],
    ["ends with status 3 in silence", "process.exit(3)", /^unanswered: .+ ended with status 3\.$/],
    ["is killed", 'process.kill(process.pid, "SIGKILL")', /^unanswered: .+ ended by a signal\.$/],
    ["writes to standard error only", 'console.error("no model")', /^unanswered: .+ wrote no output, and to standard error: no model$/],
    ["hangs", "setInterval(() => {}, 1000)", /^unanswered: .+ was killed after 0\.3 s: it did not end\.$/, { timeoutMs: 300 }],
    ["writes for ever", 'const more = () => process.stdout.write("x".repeat(1e5), more); more()', /^unanswered: .+ wrote more than 10 MB\.$/],
  ];
  for (const [what, code, said, options] of failures) {
    it(`that ${what} is no answer`, async function () {
      if (what === "is killed" && process.platform === "win32") this.skip();
      assert.match(await failure(program(code, options).made), said);
    });
  }

  it("that hangs on every question is not tried for ever", async () => {
    const { made } = program("setInterval(() => {}, 1000)", { timeoutMs: 100 });
    const said = [await failure(made), await failure(made), await failure(made)];
    assert.match(said[2]!, /^unusable: .+ was killed after 0\.1 s: it did not end, 3 times, and is not tried again\.$/);
  });

  it("that does not exist, or cannot be started, is said with what to do", async function () {
    const folder = temporaryFolder();
    assert.equal(await failure(provider("exec:no-such-program-7 x", {}, { folder })), "unusable: no-such-program-7 is not to be found: not in PATH, nor from the suite's folder.");
    if (process.platform === "win32") this.skip();
    writeFileSync(join(folder, "p.sh"), "#!/bin/sh\necho good\n");
    assert.match(await failure(provider("exec:./p.sh", {}, { folder })), /^unusable: \.\/p\.sh may not be started\. Make it executable/);
    chmodSync(join(folder, "p.sh"), 0o755);
    assert.equal((await send(provider("exec:./p.sh", {}, { folder }))).output, "good");
    assert.equal(await failure(provider("exec:./p.sh", {}, { folder }), callOf("x".repeat(3_000_000))), "unanswered: The prompt and the variables are too long for the arguments of a program (./p.sh).");
  });

  it("takes what it started with it, when it is too late and when it ends", async function () {
    if (process.platform === "win32") this.skip();
    for (const [end, timeoutMs] of [["", 1000], ["process.exit(0)", 20_000]] as const) {
      // What it started holds a connection, which only its end closes.
      const server = net.createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const connected = once(server, "connection") as Promise<[net.Socket]>;
      const held = `require("node:net").connect(${(server.address() as net.AddressInfo).port}, "127.0.0.1"); console.log("up")`;
      const { made } = program(`const { spawn } = require("node:child_process"); spawn(process.execPath, ["-e", ${JSON.stringify(held)}], { stdio: ["ignore", "pipe", "ignore"] }).stdout.once("data", () => { ${end} }); setInterval(() => {}, 1000)`, { timeoutMs });
      const ended = send(made).catch(() => {});
      const [socket] = await connected;
      socket.on("error", () => {}).resume();
      await Promise.all([ended, once(socket, "close")]);
      server.close();
    }
  });

  it("is killed when the run is cancelled", async () => {
    const { made } = program("setInterval(() => {}, 1000)");
    const cancel = new AbortController();
    const sent = send(made, undefined, cancel.signal);
    setTimeout(() => cancel.abort(new Error("Cancelled.")), 100);
    await assert.rejects(sent, { message: "Cancelled." });
  });

  it("is given no secrets", () => {
    for (const value of ["${secret:KEY}", "{{env.KEY}}"]) assert.throws(() => provider("exec:x", {}, { folder: "/" }, { env: { KEY: value } }), { kind: "unusable", message: /^A program is given no secrets: "env: \{KEY: …\}" holds a reference\./ });
  });

  it("is asked anew when its file, its arguments, the prompt or a variable changes; without a file it is asked in every run", () => {
    const { made, folder } = program("1");
    const identity = (from = made, call = callOf("a")) => from.prepare(call).identity;
    const again = () => provider(`exec:${NODE} p.cjs`, {}, { folder });
    assert.equal(identity(again()), identity());
    assert.notEqual(identity(made, callOf("b")), identity());
    assert.notEqual(identity(made, callOf("a", { vars: { x: 1 } })), identity());
    assert.notEqual(identity(provider(`exec:${NODE} p.cjs -v`, {}, { folder })), identity());
    const before = identity();
    writeFileSync(join(folder, "p.cjs"), "2");
    assert.notEqual(identity(again()), before);
    assert.deepEqual([again().onlyThisRun, provider("exec:some-tool x", {}, { folder }).onlyThisRun, made.origin], [false, true, undefined]);
  });
});

describe("a run that asks a program", function () {
  this.timeout(30_000);

  it("asks it once a question for both versions, and in the next run again where it names no file", async () => {
    const script = `require('fs').appendFileSync('asked', 'x'); console.log('good')`;
    const tests = Array.from({ length: 3 }, (_, n) => `  - { vars: { n: "${n}" }, assert: [{ type: equals, value: good }] }`).join("\n");
    const bench = await open({ "promptfooconfig.yaml": `prompts: ["{{n}}"]\nproviders: [${JSON.stringify(`exec:${NODE} -e "${script}"`)}]\ntests:\n${tests}\n` }, { git: true });
    const asked = () => readFileSync(join(bench.folder, "asked"), "utf8").length;
    assert.equal((await bench.series()).passed, 3);
    assert.equal(asked(), 3);
    await bench.series();
    assert.equal(asked(), 6);
  });
});
