import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type http from "node:http";
import { join } from "node:path";
import { commitAll, ENGINE, ROOT } from "../engine.ts";
import { completion, echoPrompt, echoSuite, type Ended, endpointSuite, engine, exists, folderWith, json, llmops, type Options, type Running, sideBySide, start, withEndpoint, write } from "./support.ts";

/** Gives a program a terminal for all its streams, and ends as it does. */
const TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
const ESCAPE = "\u001b";

describe("llmops in a terminal, and without one", function () {
  this.timeout(30_000);
  let folder: string;

  before(() => {
    folder = folderWith(echoSuite(40));
    commitAll(folder);
    write(folder, echoPrompt(20));
  });

  it("draws nothing and uses no colours where it does not write to one", async () => {
    const { stdout, stderr, code } = await llmops(folder, ["eval"]);
    assert.equal(code, 1);
    assert.match(stdout, /REGRESSION/);
    assert.equal(stderr, "");
    assert.ok(!stdout.includes(ESCAPE) && !/[█░\r]/.test(stdout), stdout);
  });

  describe("with one", () => {
    before(function () {
      if (!exists("python3") || process.platform === "win32") this.skip();
    });
    const test = sideBySide();
    const inTerminal = (args: readonly string[], options?: Options): Promise<Ended> => start(folder, "python3", ["-c", TERMINAL, process.execPath, ENGINE, ...args], options).ended;
    const colours = /\u001b\[\d+m/;

    test("shows a bar while it runs, takes it away, and colours the verdict", async () => {
      const { code, stdout } = await inTerminal(["eval", "--no-cache"]);
      assert.equal(code, 1);
      assert.match(stdout, /\rpromptfooconfig\.yaml {3}░{20} 0\/40/);
      assert.match(stdout, /\rpromptfooconfig\.yaml {3}█{20} 40\/40/);
      const [, after = ""] = stdout.split("█".repeat(20));
      assert.ok(after.includes(`\r${ESCAPE}[K`), "the bar's line is cleared");
      assert.ok(after.includes(`${ESCAPE}[31mREGRESSION${ESCAPE}[39m`), after);
    });

    test("uses no colours where NO_COLOR says so", async () => {
      const { stdout } = await inTerminal(["eval"], { env: { NO_COLOR: "1" } });
      assert.match(stdout, /REGRESSION/);
      assert.doesNotMatch(stdout, colours);
    });

    test("draws no bar in CI, whose logs keep every line", async () => {
      const { stdout } = await inTerminal(["eval"], { env: { CI: "1" } });
      assert.match(stdout, /REGRESSION/);
      assert.doesNotMatch(stdout, /[█░]/);
    });
  });

  it("keeps its verdict when the reader of its results has seen enough", async function () {
    if (process.platform === "win32") this.skip();
    const { code, stderr } = await start(folder, "/bin/sh", ["-c", '("$0" "$1" eval; echo "exit $?" >&2) | true', process.execPath, ENGINE]).ended;
    assert.deepEqual([code, stderr], [0, "exit 1\n"]);
  });

  it("says when its results cannot be written, and does not pass", async function () {
    if (process.platform !== "linux") this.skip();
    const { code, stderr } = await start(folder, "/bin/sh", ["-c", '"$0" "$1" eval > /dev/full', process.execPath, ENGINE]).ended;
    assert.deepEqual([code, stderr], [3, "The results cannot be written (ENOSPC).\n"]);
  });
});

describe("Ctrl+C", function () {
  this.timeout(30_000);
  before(function () {
    if (process.platform === "win32") this.skip();
  });
  const test = sideBySide();

  /** Answers five questions; the sixth waits for ever, until `resume`. */
  function stalling(): { answer: http.RequestListener; stalled: Promise<void>; resume: () => void } {
    let seen = 0;
    let open = false;
    let stall = () => {};
    const stalled = new Promise<void>((resolve) => (stall = resolve));
    return {
      stalled,
      resume: () => (open = true),
      answer: (_incoming, outgoing) => {
        if (++seen <= 5 || open) outgoing.end(completion());
        else stall();
      },
    };
  }

  async function interrupted(begin: (folder: string) => Running, stop: (running: Running) => void): Promise<void> {
    const { answer, stalled, resume } = stalling();
    await withEndpoint(answer, async ({ url, requests }) => {
      const folder = folderWith(endpointSuite(12, { apiBaseUrl: url }));
      const running = begin(folder);
      await Promise.race([stalled, running.ended]);
      stop(running);
      assert.deepEqual(await running.ended, { code: 130, signal: null, stdout: "", stderr: "Cancelled. What was answered is kept: the next run goes on from there.\n" });

      const { runs } = await json<{ runs: { status: string; done: number; total: number; runId: string }[] }>(folder, ["runs", "list"]);
      assert.deepEqual(runs.map(({ status, done, total }) => [status, done, total]), [["cancelled", 5, 12]]);
      const shown = await llmops(folder, ["runs", "show", runs[0]?.runId ?? ""]);
      assert.match(shown.stdout, /^Run \S+ of promptfooconfig\.yaml: cancelled, 5 of 12 rows\.\n$/);

      resume();
      const before = requests.length;
      const next = await json(folder, ["eval"]);
      assert.deepEqual([next.exit, next.calls, next.cached, requests.length - before], [0, 7, 5, 7]);
    });
  }

  test("ends a run, keeps what was answered, and the next run goes on from there", () =>
    interrupted(
      (folder) => engine(folder, ["eval", "-j", "1"]),
      ({ process }) => process.kill("SIGINT"),
    ));

  test("tells hooks of the end, though the terminal sent it to their process, too", async () => {
    const { answer, stalled } = stalling();
    await withEndpoint(answer, async ({ url }) => {
      const files = endpointSuite(12, { apiBaseUrl: url });
      const hooks = "import { writeFileSync } from 'node:fs';\nexport const afterAll = ({ results }) => writeFileSync('ended.json', JSON.stringify(results.length));";
      const folder = folderWith({ ...files, "promptfooconfig.yaml": files["promptfooconfig.yaml"]!.replace("{", '{"extensions": ["file://h.mjs:beforeAll", "file://h.mjs:afterAll"], '), "h.mjs": `export const beforeAll = () => {};\n${hooks}` });
      const running = engine(folder, ["eval", "-j", "1"], { group: true });
      await Promise.race([stalled, running.ended]);
      process.kill(-(running.process.pid as number), "SIGINT");
      assert.equal((await running.ended).code, 130);
      assert.equal(readFileSync(join(folder, "ended.json"), "utf8"), "5");
    });
  });

  test("does so through the launcher too, which passes on what the terminal sent to both", () =>
    interrupted(
      (folder) => start(folder, "node", [join(ROOT, "bin/llmops.cjs"), "eval", "-j", "1"], { group: true }),
      ({ process: { pid } }) => process.kill(-(pid as number), "SIGINT"),
    ));
});
