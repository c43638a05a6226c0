import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../engine.ts";
import { echoSuite, folderWith, start } from "./support.ts";

const LAUNCHER = join(ROOT, "bin/llmops.cjs");

/** What `node` on the PATH is: people start the launcher with that. */
function pathNode(): { major: number; minor: number } | undefined {
  try {
    const [major = 0, minor = 0] = execFileSync("node", ["-p", "process.versions.node"], { encoding: "utf8" }).split(".").map(Number);
    return { major, minor };
  } catch {
    return undefined;
  }
}

describe("bin/llmops.cjs", function () {
  this.timeout(30_000);
  const node = pathNode();
  before(function () {
    if (!node) this.skip();
  });
  const launch = (cwd: string, args: readonly string[], launcher = LAUNCHER) => start(cwd, "node", [launcher, ...args]);

  it("passes arguments and the exit code on", async () => {
    const folder = folderWith(echoSuite(3, 1, "with spaces"));
    const { code, stdout, stderr } = await launch(folder, ["eval", "with spaces", "--filter", "n"]).ended;
    assert.equal(stderr, "");
    assert.match(stdout, /\n1 failed\. .+ exit 100\n$/);
    assert.equal(code, 100);
  });

  it("brings its own Node where the one on the PATH is too old", async function () {
    if (!node || node.major > 22 || (node.major === 22 && node.minor >= 13)) this.skip();
    const { code, stdout } = await launch(folderWith({}), ["doctor"]).ended;
    assert.equal(code, 0);
    assert.match(stdout, /^✓ node {9}2[4-9]\..+node_modules/);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`passes ${signal} on, and ends as the command does`, async function () {
      if (process.platform === "win32") this.skip();
      const running = launch(folderWith({}), ["sandbox"]);
      await running.shows(/listens on/);
      running.process.kill(signal);
      const { code, signal: ended } = await running.ended;
      assert.deepEqual([code, ended], [0, null]);
    });
  }

  describe("a copy of it elsewhere", () => {
    const copy = (files: Readonly<Record<string, string>>) => {
      const folder = folderWith(files);
      mkdirSync(join(folder, "bin"));
      copyFileSync(LAUNCHER, join(folder, "bin/llmops.cjs"));
      return folder;
    };

    it("says what to do when the engine is not built", async () => {
      const folder = copy({});
      const { code, stdout, stderr } = await launch(folder, ["eval"], join(folder, "bin/llmops.cjs")).ended;
      assert.deepEqual([code, stdout], [2, ""]);
      assert.equal(stderr, `The engine is not built: ${join(folder, "dist/engine.js")} is missing. Run "npm run build" in ${folder}.\n`);
    });

    it("says what to do when no Node is new enough", async function () {
      if (!node || node.major > 22 || (node.major === 22 && node.minor >= 13)) this.skip();
      const folder = copy({ "dist/engine.js": "" });
      const { code, stderr } = await launch(folder, ["eval"], join(folder, "bin/llmops.cjs")).ended;
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`^llmops needs Node 22\\.13 or newer; this is ${node.major}\\.\\S+\\. Install a newer Node, or run "npm install" in ${folder}\\.\n$`));
    });
  });

  it("the engine itself says so too, where it is started without the launcher", async function () {
    if (!node || node.major > 22 || (node.major === 22 && node.minor >= 13)) this.skip();
    const { code, stderr } = await start(folderWith({}), "node", [join(ROOT, "dist/engine.js"), "eval"]).ended;
    assert.equal(code, 2);
    assert.match(stderr, /^llmops needs Node 22\.13 or newer for its built-in SQLite; this is \d+\.\S+ \(.+\)\.\n$/);
  });
});
