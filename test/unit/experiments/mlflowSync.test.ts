import assert from "node:assert/strict";
import http from "node:http";
import { join } from "node:path";
import { MlflowApi } from "../../../src/core/experiments/mlflow/client/api.ts";
import { pullExperiment } from "../../../src/core/experiments/mlflow/client/pull.ts";
import { pushRun } from "../../../src/core/experiments/mlflow/client/push.ts";
import { serveMlflow } from "../../../src/core/experiments/mlflow/server.ts";
import { addBatch } from "../../../src/core/experiments/entry.ts";
import { keepArtifact } from "../../../src/core/experiments/artifacts.ts";
import { artifactsOf } from "../../../src/core/store/experiments/artifacts.ts";
import { loggedOf, pointsOf } from "../../../src/core/store/experiments/log.ts";
import { createTracked, findTracked, type TrackedRun, updateTracked } from "../../../src/core/store/experiments/runs.ts";
import { putExperiment } from "../../../src/core/store/experiments/experiments.ts";
import { searchRuns } from "../../../src/core/store/experiments/search.ts";
import { openStore } from "../../../src/core/store/open.ts";
import type { Store } from "../../../src/core/store/store.ts";
import { nodeHttp } from "../../../src/engine/nodeHttp.ts";
import { Readable } from "node:stream";
import { temporaryFolder } from "../store/support.ts";

/** The server is our own answer to MLflow's clients; `test/interop/mlflow` does the same with MLflow's. */
describe("runs in an MLflow server", function () {
  this.timeout(20_000);
  const client = nodeHttp({});
  let [here, there]: Store[] = [];
  let server: Awaited<ReturnType<typeof serveMlflow>>;
  let api: MlflowApi;
  beforeEach(async () => {
    [here, there] = [await openStore(join(temporaryFolder(), "s"), Date.now), await openStore(join(temporaryFolder(), "s"), Date.now)];
    server = await serveMlflow({ store: there!, now: Date.now }, 0, () => {});
    api = new MlflowApi(client, server.url, () => Promise.resolve({}));
  });
  afterEach(async () => {
    await server.close();
    for (const store of [here, there]) store!.close();
  });
  after(() => client.close());

  const logged = (store: Store, key: string, parent?: number): TrackedRun => {
    store.write(() => {
      const id = createTracked(store, { key, kind: "script", experimentId: putExperiment(store, "study", 1), name: `run ${key}`, startedAt: 1000, commit: "c".repeat(40), parent });
      addBatch(store, id, { points: [...Array.from({ length: 1500 }, (_, step) => ({ key: "loss", value: 1 / (step + 1), step, at: 5 })), { key: "odd", value: NaN, step: 0, at: 5 }], params: { lr: "0.1" }, tags: { stage: "first" } });
      updateTracked(store, { id, key }, { status: "completed", endedAt: 2000 }, 2000);
    });
    return findTracked(store, key) as TrackedRun;
  };
  const seen = (store: Store) => searchRuns(store, { limit: 10 }).map(({ name, status, startedAt, endedAt, commit }) => ({ name, status, startedAt, endedAt, commit }));

  it("are there once, with every point, parameter, tag and file, however often they are pushed", async () => {
    const run = logged(here!, "k1");
    await keepArtifact(here!, run, "notes/a b.txt", Readable.from([Buffer.from("text")]), 1);
    const first = await pushRun(here!, api, run, "study");
    assert.deepEqual([first.created, first.points, first.left], [true, 1501, []]);
    const again = await pushRun(here!, api, run, "study");
    assert.deepEqual([again.created, again.remote], [false, first.remote]);
    assert.deepEqual(seen(there!), [{ name: "run k1", status: "completed", startedAt: 1000, endedAt: 2000, commit: "c".repeat(40) }]);
    const copy = findTracked(there!, first.remote) as TrackedRun;
    assert.deepEqual(pointsOf(there!, copy.id, "loss"), pointsOf(here!, run.id, "loss"));
    const { params, tags, metrics } = loggedOf(there!, [copy.id]).get(copy.id)!;
    assert.deepEqual([params.get("lr"), tags.get("stage"), tags.get("llmops.run_id"), metrics.get("odd")?.value], ["0.1", "first", "k1", NaN]);
    assert.deepEqual(artifactsOf(there!, copy.id).map(({ path, size }) => [path, size]), [["notes/a b.txt", 4]]);
  });

  it("are completed by the push that comes after one that was cut off", async () => {
    const run = logged(here!, "k1");
    let calls = 0;
    const cutting = { send: (request: Parameters<typeof client.send>[0]) => (++calls === 5 ? Promise.reject(new Error("cut off")) : client.send(request)) };
    await assert.rejects(pushRun(here!, new MlflowApi(cutting, server.url, () => Promise.resolve({})), run, "study"), /cut off/);
    assert.equal((await pushRun(here!, api, run, "study")).created, false);
    assert.equal(seen(there!).length, 1);
    assert.equal(pointsOf(there!, searchRuns(there!, { limit: 1 })[0]!.id, "loss").length, 1500);
  });

  it("come here once, under their own ids, and are brought up to date", async () => {
    const parent = logged(there!, "a".repeat(32));
    logged(there!, "b".repeat(32), parent.id);
    const pull = () => pullExperiment(here!, Date.now, api, "study");
    assert.deepEqual(await pull(), { created: 2, updated: 0, own: 0 });
    there!.write(() => addBatch(there!, parent.id, { points: [{ key: "loss", value: 7, step: 2000, at: 6 }], tags: { stage: "second" } }));
    assert.deepEqual(await pull(), { created: 0, updated: 2, own: 0 });
    const run = findTracked(here!, parent.key) as TrackedRun;
    assert.equal(pointsOf(here!, run.id, "loss").length, 1501);
    assert.equal(loggedOf(here!, [run.id]).get(run.id)!.tags.get("stage"), "second");
    assert.equal((findTracked(here!, "b".repeat(32)) as TrackedRun).parent, parent.key);
    assert.equal(await pullExperiment(here!, Date.now, api, "nowhere"), undefined);
  });

  it("that came from here are not here twice", async () => {
    await pushRun(here!, api, logged(here!, "k1"), "study");
    assert.deepEqual(await pullExperiment(here!, Date.now, api, "study"), { created: 0, updated: 0, own: 1 });
    assert.equal(seen(here!).length, 1);
  });

  it("need a server that answers, and answers as MLflow does", async () => {
    const run = logged(here!, "k1");
    const odd = http.createServer((_, response) => response.writeHead(401).end('{"error_code":"UNAUTHENTICATED","message":"who are you"}'));
    await new Promise<void>((resolve) => odd.listen(0, "127.0.0.1", resolve));
    const { port } = odd.address() as { port: number };
    const at = (url: string) => new MlflowApi(client, url, () => Promise.resolve({}));
    await assert.rejects(pushRun(here!, at(`http://127.0.0.1:${port}`), run, "study"), /MLflow at http:\/\/127\.0\.0\.1:\d+ refused experiments\/get-by-name with HTTP 401: who are you Check its user/);
    odd.closeAllConnections();
    odd.close();
    await assert.rejects(pushRun(here!, at("http://127.0.0.1:9"), run, "study"), /cannot be reached/);
  });
});
