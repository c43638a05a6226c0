import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { once } from "../../harness/npmPackage.ts";
import { skipPartner } from "../../harness/partners.ts";
import { cacheDirectory } from "../../harness/paths.ts";
import { engine, folderWith, json } from "../../unit/cli/support.ts";

const VERSION = "3.17.2";
const SCRIPT = join(import.meta.dirname, "client.py");

/** A Python with MLflow's client, installed once into the cache; the tests are skipped, visibly, where it cannot be had. */
function python(test: Mocha.Context): string {
  const folder = join(cacheDirectory(), `mlflow-skinny-${VERSION}`);
  const inside = (root: string) => join(root, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  try {
    once(folder, (temporary) => {
      execFileSync(process.platform === "win32" ? "python" : "python3", ["-m", "venv", temporary], { stdio: ["ignore", "ignore", "pipe"] });
      execFileSync(inside(temporary), ["-m", "pip", "install", "--quiet", `mlflow-skinny==${VERSION}`], { stdio: ["ignore", "ignore", "pipe"], timeout: 10 * 60_000 });
    });
  } catch (error) {
    return skipPartner(test, `MLflow ${VERSION}`, `it cannot be installed (${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)})`);
  }
  return inside(folder);
}

describe("MLflow's own client", function () {
  this.timeout(15 * 60_000);

  it("logs to llmops mlflow serve as to its own server, and the runs are in the list", async function () {
    const program = python(this);
    const folder = folderWith({});
    const server = engine(folder, ["mlflow", "serve", "--port", "0"]);
    try {
      const [, uri = ""] = await server.shows(/MLFLOW_TRACKING_URI=(\S+?)\. /);
      const { stdout } = await promisify(execFile)(program, [SCRIPT], { cwd: folder, env: { ...process.env, HOME: folder, MLFLOW_TRACKING_URI: uri, MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true" } });
      // Before it the client itself says where its runs can be looked at.
      const seen = JSON.parse(stdout.trim().split("\n").at(-1) as string) as Record<string, unknown>;
      assert.deepEqual(seen, {
        status: "FINISHED",
        metrics: { loss: 0.25, steady: 1, odd: "nan" },
        history: [[0, 1], [1, 0.5], [2, 0.25]],
        params: { lr: "0.1", model: "x" },
        tag: "first",
        artifacts: ["notes", "notes/a.txt", "w.bin"],
        artifact: "text of a",
        found: ["child", "tuning"],
        best: ["tuning"],
        changed: "INVALID_PARAMETER_VALUE",
        parent: true,
        failed: "FAILED",
        deleted: ["tuning"],
        restored: 2,
        missing: "RESOURCE_DOES_NOT_EXIST",
      });
      const { runs } = await json<{ runs: { name: string; status: string; experiment: string; metrics: object }[] }>(folder, ["runs", "list", "--sort", "start_time"]);
      assert.deepEqual(runs.map(({ name, status, experiment }) => [name, status, experiment]), [["tuning", "completed", "study"], ["child", "failed", "study"]]);
      assert.deepEqual(runs[0]?.metrics, { loss: 0.25, odd: "NaN", steady: 1 });
    } finally {
      server.process.kill("SIGINT");
      assert.equal((await server.ended).code, 0);
    }
  });
});
