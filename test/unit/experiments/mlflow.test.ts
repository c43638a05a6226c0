import assert from "node:assert/strict";
import http from "node:http";
import type { LocalServer } from "../../../src/core/loopback.ts";
import { serveMlflow } from "../../../src/core/experiments/mlflow/server.ts";
import { findTracked, type TrackedRun } from "../../../src/core/store/experiments/runs.ts";
import { loggedOf } from "../../../src/core/store/experiments/log.ts";
import { artifactsOf } from "../../../src/core/store/experiments/artifacts.ts";
import type { Store } from "../../../src/core/store/store.ts";
import { newEval, newRun, newStore, NOW } from "./support.ts";

const API = "/api/2.0/mlflow/";
const ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts";

/** What these tests read of an answer's body. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Body = Record<string, any>;

describe("the part of MLflow's API that is answered", () => {
  let store: Store;
  let server: LocalServer;
  const failures: unknown[] = [];
  before(async () => {
    store = await newStore();
    server = await serveMlflow({ store, now: () => NOW }, 0, (error) => failures.push(error));
  });
  after(async () => {
    await server.close();
    assert.deepEqual(failures, []);
  });

  const call = async (path: string, init?: RequestInit) => {
    const answer = await fetch(server.url + path, init);
    const text = await answer.text();
    return { status: answer.status, text, body: (text.startsWith("{") ? JSON.parse(text) : {}) as Body };
  };
  const post = (name: string, body: object) => call(API + name, { method: "POST", body: JSON.stringify(body) });
  const get = (name: string, query: Record<string, string>) => call(`${API}${name}?${new URLSearchParams(query)}`);
  const create = async (more: object = {}) => (await post("runs/create", { experiment_id: "0", start_time: NOW, ...more })).body["run"].info.run_id as string;

  it("makes experiments and runs, with what a client says of them", async () => {
    const none = await get("experiments/get-by-name", { experiment_name: "tuning" });
    assert.deepEqual([none.status, none.body["error_code"]], [404, "RESOURCE_DOES_NOT_EXIST"]);
    const { experiment_id } = (await post("experiments/create", { name: "tuning" })).body as { experiment_id: string };
    assert.equal((await get("experiments/get", { experiment_id })).body["experiment"].name, "tuning");
    assert.equal((await post("experiments/create", { name: "tuning" })).body["error_code"], "RESOURCE_ALREADY_EXISTS");
    const parent = await create({ experiment_id });
    const child = await create({ experiment_id, run_name: "first", user_id: "ann", tags: [{ key: "mlflow.parentRunId", value: parent }, { key: "mlflow.source.git.commit", value: "abc" }] });
    const run = findTracked(store, child) as TrackedRun;
    assert.deepEqual([run.experiment, run.name, run.parent, run.commit, run.status, run.startedAt], ["tuning", "first", parent, "abc", "running", NOW]);
    await post("runs/update", { run_id: child, status: "KILLED", end_time: String(NOW + 5) });
    assert.deepEqual((({ status, endedAt }) => [status, endedAt])(findTracked(store, child) as TrackedRun), ["cancelled", NOW + 5]);
    await post("runs/update", { run_id: child, status: "RUNNING" });
    assert.equal((findTracked(store, child) as TrackedRun).endedAt, undefined);
    await post("runs/delete", { run_id: child });
    assert.equal((await get("runs/get", { run_id: child })).body["run"].info.lifecycle_stage, "deleted");
    assert.deepEqual((await post("runs/search", { experiment_ids: [experiment_id] })).body["runs"].length, 1);
    await post("runs/restore", { run_id: child });
    assert.equal((await post("runs/search", { experiment_ids: [experiment_id] })).body["runs"].length, 2);
  });

  it("logs a batch whole or not at all, and the same batch twice as once", async () => {
    const run_id = await create();
    const metrics = [{ key: "loss", value: 1, timestamp: "5", step: "1" }, { key: "loss", value: "NaN", timestamp: 6, step: 2 }, { key: "big", value: "-Infinity", timestamp: 6, step: 0 }];
    for (let times = 0; times < 2; times++) assert.equal((await post("runs/log-batch", { run_id, metrics, params: [{ key: "lr", value: "0.1" }], tags: [{ key: "t", value: "x" }] })).status, 200);
    const refused = await post("runs/log-batch", { run_id, metrics: [{ key: "other", value: 1, timestamp: 1, step: 0 }], params: [{ key: "lr", value: "0.2" }] });
    assert.deepEqual([refused.status, refused.body["error_code"]], [400, "INVALID_PARAMETER_VALUE"]);
    const { data } = (await get("runs/get", { run_id })).body["run"];
    assert.deepEqual(data, { metrics: [{ key: "big", value: "-Infinity", step: 0, timestamp: 6 }, { key: "loss", value: "NaN", step: 2, timestamp: 6 }], params: [{ key: "lr", value: "0.1" }], tags: [{ key: "t", value: "x" }] });
    const history = (page_token: string) => get("metrics/get-history", { run_id, metric_key: "loss", max_results: "1", page_token });
    const first = (await history("")).body;
    assert.deepEqual([first["metrics"][0].value, (await history(first["next_page_token"])).body["metrics"][0].value], [1, "NaN"]);
    await post("runs/log-metric", { run_uuid: run_id, key: "loss", value: 3, timestamp: 7, step: 3 });
    await post("runs/set-tag", { run_id, key: "mlflow.runName", value: "renamed" });
    await post("runs/delete-tag", { run_id, key: "t" });
    const run = findTracked(store, run_id) as TrackedRun;
    const logged = loggedOf(store, [run.id]).get(run.id)!;
    assert.deepEqual([run.name, logged.metrics.get("loss")?.value, logged.tags.has("t")], ["renamed", 3, false]);
  });

  it("searches with filter, order and pages, suites' runs as well", async () => {
    const key = newEval(store, "evals/m.yaml", "passed", { accuracy: 0.75 });
    newRun(store, "searched", { metrics: { accuracy: 0.5 }, params: { searched: "yes" } });
    newRun(store, "searched too", { metrics: { accuracy: 0.6 }, params: { searched: "yes" } });
    const names = ({ runs }: Body) => runs.map(({ info }: Body) => info["run_name"]);
    const query = { experiment_ids: ["0"], filter: "params.searched = 'yes' and attributes.status = 'RUNNING'", order_by: ["metrics.accuracy DESC"], max_results: 1 };
    const page = (await post("runs/search", query)).body;
    assert.deepEqual([names(page), names((await post("runs/search", { ...query, page_token: page["next_page_token"] })).body)], [["searched too"], ["searched"]]);
    const { experiment } = (await get("experiments/get-by-name", { experiment_name: "evals/m.yaml" })).body;
    const [run] = (await post("runs/search", { experiment_ids: [experiment.experiment_id] })).body["runs"];
    assert.deepEqual([run.info.run_id, run.info.status, run.data.metrics[0].value], [key, "FINISHED", 0.75]);
    assert.equal((await post("runs/log-metric", { run_id: key, key: "accuracy", value: 1, timestamp: 1 })).status, 400);
    const bad = await post("runs/search", { experiment_ids: ["0"], filter: "metrics.accuracy >" });
    assert.deepEqual([bad.status, bad.body["message"]], [400, "filter, column 19: Here a value belongs: a number, not the end."]);
  });

  it("keeps artifacts, lists folders, and gives back the same bytes", async () => {
    const run_id = await create();
    const root = `0/${run_id}/artifacts`;
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 256));
    assert.equal((await call(`${ARTIFACTS}/${root}/model/we%20ights.bin`, { method: "PUT", body: bytes })).status, 200);
    await call(`${ARTIFACTS}/${root}/empty.txt`, { method: "PUT", body: "" });
    assert.deepEqual((await call(`${ARTIFACTS}?path=${root}`)).body["files"], [{ path: "model", is_dir: true }, { path: "empty.txt", is_dir: false, file_size: 0 }]);
    assert.deepEqual((await call(`${ARTIFACTS}?path=${root}/model`)).body["files"], [{ path: "we ights.bin", is_dir: false, file_size: 300_000 }]);
    assert.deepEqual((await call(`${ARTIFACTS}?path=${root}/empty.txt`)).body, {});
    assert.deepEqual((await get("artifacts/list", { run_id, path: "model" })).body["files"][0].path, "model/we ights.bin");
    const got = await fetch(`${server.url}${ARTIFACTS}/${root}/model/we%20ights.bin`);
    assert.deepEqual(Buffer.from(await got.arrayBuffer()), bytes);
    for (const path of [`${root}/%2e%2e%2f%2e%2e%2fx`, `0/${run_id}/other/x`, `${root}/%ff`]) assert.equal((await call(`${ARTIFACTS}/${path}`, { method: "PUT", body: "x" })).status, 400, path);
    assert.equal((await call(`${ARTIFACTS}/${root}/none.txt`)).status, 404);
  });

  it("keeps nothing of an artifact whose client breaks off", async () => {
    const run_id = await create();
    const request = http.request(`${server.url}${ARTIFACTS}/0/${run_id}/artifacts/f.bin`, { method: "PUT", headers: { "content-length": "1000" } });
    request.on("error", () => {});
    request.write("half", () => request.destroy());
    await new Promise((resolve) => request.on("close", resolve));
    assert.equal((await get("runs/get", { run_id })).status, 200);
    assert.deepEqual(artifactsOf(store, (findTracked(store, run_id) as TrackedRun).id), []);
  });

  for (const [what, path, init, status, code] of [
    ["a path that is not answered", `${API}registered-models/create`, { method: "POST", body: "{}" }, 404, "ENDPOINT_NOT_FOUND"],
    ["a name of every object", `${API}constructor`, {}, 404, "ENDPOINT_NOT_FOUND"],
    ["no JSON", `${API}runs/create`, { method: "POST", body: "{" }, 400, "INVALID_PARAMETER_VALUE"],
    ["a body that is too large", `${API}runs/create`, { method: "POST", body: "x".repeat(5 * 2 ** 20) }, 400, "INVALID_PARAMETER_VALUE"],
    ["too many metrics", `${API}runs/log-batch`, { method: "POST", body: JSON.stringify({ run_id: "x", metrics: Array.from({ length: 1001 }, () => ({ key: "a" })) }) }, 400, "INVALID_PARAMETER_VALUE"],
    ["a run that is not there", `${API}runs/get?run_id=x`, {}, 404, "RESOURCE_DOES_NOT_EXIST"],
    ["an experiment that is not there", `${API}runs/create`, { method: "POST", body: '{"experiment_id": "77"}' }, 404, "RESOURCE_DOES_NOT_EXIST"],
    ["a page that is not ours", `${API}runs/search`, { method: "POST", body: '{"page_token": "x"}' }, 400, "INVALID_PARAMETER_VALUE"],
    ["a page of another origin", `${API}experiments/search`, { method: "POST", body: "{}", headers: { origin: "https://evil.example" } }, 403, "PERMISSION_DENIED"],
  ] as const)
    it(`refuses ${what}`, async () => {
      const { status: got, body } = await call(path, init);
      assert.deepEqual([got, body["error_code"]], [status, code]);
    });

  it("answers no other name of this machine: a page could have had it pointed here", async () => {
    const { hostname, port } = new URL(server.url);
    const status = await new Promise((resolve, reject) => {
      http.get({ hostname, port, path: `${API}experiments/get?experiment_id=0`, headers: { host: "evil.example" } }, (answer) => resolve(answer.resume().statusCode)).on("error", reject);
    });
    assert.equal(status, 403);
  });
});
