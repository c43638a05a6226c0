import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once as event } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { once } from "../../harness/npmPackage.ts";
import { skipPartner } from "../../harness/partners.ts";
import { cacheDirectory } from "../../harness/paths.ts";
import { echoSuite, folderWith, json, llmops, write } from "../../unit/cli/support.ts";
import { commitAll } from "../../unit/engine.ts";
import { temporaryFolder } from "../../unit/store/support.ts";

const VERSION = "3.17.2";
/** What its server needs beside the client, without the pages. */
const PINS = [`mlflow-skinny==${VERSION}`, "flask==3.1.3", "flask-cors==6.0.5", "sqlalchemy==2.1.9", "alembic==1.20.1", "cryptography==50.0.2", "aiohttp==3.14.5", "numpy==2.4.6", "pandas==3.1.1"];
const START_MS = 3 * 60_000;

/** A Python with MLflow's server, installed once into the cache; the tests are skipped, visibly, where it cannot be had. */
function python(test: Mocha.Context): string {
  const folder = join(cacheDirectory(), `mlflow-server-${VERSION}`);
  const inside = (root: string) => join(root, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  try {
    once(folder, (temporary) => {
      execFileSync(process.platform === "win32" ? "python" : "python3", ["-m", "venv", temporary], { stdio: ["ignore", "ignore", "pipe"] });
      execFileSync(inside(temporary), ["-m", "pip", "install", "--quiet", ...PINS], { stdio: ["ignore", "ignore", "pipe"], timeout: 15 * 60_000 });
    });
  } catch (error) {
    return skipPartner(test, `MLflow's server ${VERSION}`, `it cannot be installed (${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)})`);
  }
  return inside(folder);
}

interface Tracking {
  readonly url: string;
  stop(): Promise<void>;
}

async function tracking(program: string): Promise<Tracking> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "artifacts"));
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const args = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1", "--backend-store-uri", `sqlite:///${join(folder, "mlflow.db")}`, "--artifacts-destination", join(folder, "artifacts"), "--serve-artifacts"];
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, PATH: `${join(program, "..")}:${process.env.PATH}`, HOME: folder, MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true", MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false" }, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const stop = async () => {
    if (child.exitCode !== null) return;
    process.kill(-child.pid!, "SIGTERM");
    await event(child, "exit");
  };
  const url = `http://127.0.0.1:${port}`;
  const until = performance.now() + START_MS;
  while ((await fetch(`${url}/health`).catch(() => undefined))?.status !== 200) {
    if (child.exitCode !== null || performance.now() > until) {
      await stop();
      throw new Error(`MLflow's server did not start:\n${output}`);
    }
    await sleep(200);
  }
  return { url, stop };
}

describe("MLflow's own server", function () {
  this.timeout(20 * 60_000);
  let server: Tracking;
  let program: string;
  before(async function () {
    program = python(this);
    server = await tracking(program);
  });
  after(() => server?.stop());

  const READ = `
import json, os, mlflow
from mlflow import MlflowClient
client = MlflowClient()
runs = client.search_runs([e.experiment_id for e in client.search_experiments()])
def shown(run):
    metrics = {key: [[p.step, p.value] for p in client.get_metric_history(run.info.run_id, key)] for key in run.data.metrics}
    files = [f.path for f in client.list_artifacts(run.info.run_id)]
    return {"name": run.info.run_name, "status": run.info.status, "metrics": metrics, "params": run.data.params, "kind": run.data.tags.get("llmops.kind"), "verdict": run.data.tags.get("llmops.verdict"), "files": files}
models = [[v.version, list(v.aliases)] for v in [client.get_model_version_by_alias("support", "champion")]]
print(json.dumps({"runs": sorted([shown(r) for r in runs], key=lambda r: r["name"]), "models": models}))
`;
  const read = (script: string): unknown => JSON.parse(execFileSync(program, ["-c", script], { cwd: temporaryFolder(), env: { ...process.env, MLFLOW_TRACKING_URI: server.url, MLFLOW_DISABLE_TELEMETRY: "true", DO_NOT_TRACK: "true" }, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim().split("\n").at(-1)!);

  it("receives runs of scripts and of suites once, with their files, and a model's alias", async () => {
    const folder = folderWith({ ...echoSuite(24), "llmops.yaml": `version: 1\nexperiments: { mlflow: { url: "${server.url}", experiment: pushed } }\n`, "notes/a.txt": "text" });
    commitAll(folder);
    await llmops(folder, ["eval"]);
    const { runId } = await json<{ runId: string }>(folder, ["run", "start", "--name", "tuning", "--param", "lr=0.1"]);
    for (const [step, loss] of [[0, 1], [1, 0.5]]) await llmops(folder, ["run", "log", runId, "--metric", `loss=${loss}`, "--step", String(step)]);
    await llmops(folder, ["run", "artifact", runId, "notes"]);
    await llmops(folder, ["run", "end", runId]);
    const first = await json<{ exit: number; runs: { created: boolean }[] }>(folder, ["mlflow", "push"]);
    assert.deepEqual([first.exit, first.runs.map(({ created }) => created)], [0, [true, true]]);
    const again = await json<{ runs: { created: boolean }[] }>(folder, ["mlflow", "push"]);
    assert.deepEqual(again.runs.map(({ created }) => created), [false, false]);
    const registered = await llmops(folder, ["mlflow", "push", runId, "--model", "support", "--alias", "champion"]);
    assert.match(registered.stdout, /support version 1, alias champion/, registered.stderr);
    await llmops(folder, ["mlflow", "push", runId, "--model", "support", "--alias", "champion"]);
    const { runs, models } = read(READ) as { runs: Record<string, unknown>[]; models: unknown };
    assert.deepEqual(models, [["1", ["champion"]]]);
    assert.deepEqual(runs.map(({ name, status, kind, verdict }) => [name, status, kind, verdict]), [["promptfooconfig.yaml", "FINISHED", "eval", "passed"], ["tuning", "FINISHED", "script", null]]);
    assert.deepEqual([runs[1]?.metrics, runs[1]?.params, runs[1]?.files], [{ loss: [[0, 1], [1, 0.5]] }, { lr: "0.1" }, ["notes"]]);
    assert.ok("accuracy" in (runs[0]?.metrics as object));
  });

  it("gives its runs, with every point of their metrics", async () => {
    read(`
import json, mlflow
mlflow.set_experiment("pulled")
with mlflow.start_run(run_name="outer"):
    mlflow.log_param("lr", 0.1)
    for step in range(3): mlflow.log_metric("loss", 1 / (step + 1), step=step)
    with mlflow.start_run(run_name="inner", nested=True): mlflow.log_metric("loss", float("nan"))
print("null")
`);
    const folder = folderWith({ "llmops.yaml": `version: 1\nexperiments: { mlflow: { url: "${server.url}" } }\n` });
    const pulled = await json(folder, ["mlflow", "pull", "--experiment", "pulled"]);
    assert.deepEqual(pulled, { created: 2, updated: 0, own: 0, exit: 0 });
    assert.deepEqual(await json(folder, ["mlflow", "pull", "--experiment", "pulled"]), { created: 0, updated: 2, own: 0, exit: 0 });
    const { runs } = await json<{ runs: { name: string; status: string; metrics: object; experiment: string }[] }>(folder, ["runs", "list", "--sort", "start_time"]);
    assert.deepEqual(runs.map(({ name, status, metrics, experiment }) => ({ name, status, metrics, experiment })), [
      { name: "outer", status: "completed", metrics: { loss: 1 / 3 }, experiment: "pulled" },
      { name: "inner", status: "completed", metrics: { loss: "NaN" }, experiment: "pulled" },
    ]);
    write(folder, { "llmops.yaml": "version: 1\n" });
    const without = await llmops(folder, ["mlflow", "pull"]);
    assert.match(without.stderr, /llmops\.yaml does not say where MLflow is/);
  });
});
