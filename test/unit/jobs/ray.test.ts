import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { JobBackend, JobSpec } from "../../../src/core/jobs/backend.ts";
import { followJob, type FollowTask } from "../../../src/core/jobs/follow.ts";
import { rayBackend } from "../../../src/core/jobs/ray.ts";
import type { Clock } from "../../../src/core/host.ts";
import { openStore } from "../../../src/core/store/open.ts";
import type { Store } from "../../../src/core/store/store.ts";
import { nodeHttp } from "../../../src/engine/nodeHttp.ts";
import { temporaryFolder } from "../store/support.ts";
import { FakeRay } from "./fakeRay.ts";

/** Looks in quick succession: what is tested is not how long a look waits. */
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms / 100, undefined, { signal }),
};

describe("a job on Ray", function () {
  this.timeout(20_000);
  let ray: FakeRay;
  let store: Store;
  let backend: JobBackend;
  const http = nodeHttp({});
  beforeEach(async () => {
    ray = await FakeRay.start();
    store = await openStore(temporaryFolder(), Date.now);
    backend = rayBackend(http, { address: ray.address, cpus: 1 });
  });
  afterEach(() => {
    ray.close();
    store.close();
  });
  after(() => http.close());

  const told: string[] = [];
  const task = (command: string, more: Partial<FollowTask> & Partial<JobSpec> = {}): FollowTask => {
    told.length = 0;
    const { shards = 1 } = more;
    return { key: "k", shards, spec: () => Promise.resolve({ command, env: {}, ...more, shards }), signal: new AbortController().signal, onLog: (text, shard, read) => (told.push(`${shard}: ${text}`), store.write(read)), onNote: (line) => told.push(line), ...more };
  };
  const follow = (made: FollowTask) => followJob(store, clock, backend, made);
  const text = () => told.join("");

  it("runs in every shard with its files and variables, and its logs come as lines", async () => {
    const files = () => Promise.resolve([{ path: "a/b.txt", body: Buffer.from("file") }]);
    const end = await follow(task('echo "$(cat a/b.txt) $X $LLMOPS_JOB_INDEX of $LLMOPS_JOB_SHARDS"; printf end', { shards: 2, env: { X: "x" }, files }));
    assert.deepEqual([end.state, end.job.id], ["succeeded", "llmops-k"]);
    assert.match(text(), /0: file x 0 of 2\n/);
    assert.match(text(), /1: file x 1 of 2\n/);
    assert.match(text(), /end/);
    assert.equal(ray.packages.size, 1);
  });

  it("that fails says so with Ray's own words", async () => {
    const end = await follow(task("exit 7"));
    assert.deepEqual([end.state, end.message], ["failed", "Job entrypoint command failed with exit code 7."]);
  });

  it("is one job, though the answers to its submission are lost", async () => {
    let lost = 0;
    ray.intercept = ({ method, path }) => (method === "POST" && path === "/api/jobs/" && lost++ < 2 ? "drop" : undefined);
    const end = await follow(task("echo ran", { shards: 3 }));
    assert.equal(end.state, "succeeded");
    assert.deepEqual([ray.jobs.size, told.filter((line) => line.includes("ran")).length], [3, 3]);
  });

  it("is submitted to its last shard by whoever comes after one that was killed in between", async () => {
    await backend.submit("k", { command: "echo first", env: {}, shards: 1 });
    const end = await follow(task("echo second", { shards: 2 }));
    assert.equal(end.state, "succeeded");
    assert.match(text(), /0: first\n/);
    assert.match(text(), /1: second\n/);
  });

  it("is found again, with its log from where it was read, and not submitted again", async () => {
    const folder = temporaryFolder();
    const leaving = new AbortController();
    const command = `echo one; until [ -e ${folder}/go ]; do sleep 0.02; done; echo two`;
    const first = follow(task(command, { onLog: (lines, _shard, read) => (store.write(read), lines.includes("one") && leaving.abort(new Error("gone"))), signal: leaving.signal }));
    // The engine is gone without a word: nobody asks the job to end.
    const stop = backend.cancel;
    backend.cancel = () => Promise.reject(new Error("not asked"));
    ray.intercept = ({ path }) => (path.includes("k-0") && leaving.signal.aborted ? "unavailable" : undefined);
    await assert.rejects(first, /gone/);
    backend.cancel = stop;
    ray.intercept = () => undefined;
    writeFileSync(`${folder}/go`, "");
    const end = await follow(task("echo never"));
    assert.equal(end.state, "succeeded");
    assert.deepEqual([text().includes("one"), text().includes("two"), ray.submissions.length], [false, true, 1]);
  });

  it("goes on while Ray cannot be reached, which is said once", async () => {
    let refused = 0;
    ray.intercept = ({ path }) => (path === "/api/jobs/llmops-k-0" && ray.jobs.size > 0 && refused++ < 5 ? "unavailable" : undefined);
    const end = await follow(task("echo ran"));
    assert.equal(end.state, "succeeded");
    assert.equal(told.filter((line) => /HTTP 503.*Trying again/.test(line)).length, 1);
    assert.equal(told.filter((line) => /answers again/.test(line)).length, 1);
  });

  it("is ended with the signal, and what it wrote until then is kept", async () => {
    const cancel = new AbortController();
    const ended = follow(task("echo began; sleep 60", { shards: 2, signal: cancel.signal, onLog: (lines, shard, read) => (told.push(`${shard}: ${lines}`), store.write(read), cancel.abort(new Error("Cancelled."))) }));
    await assert.rejects(ended, /Cancelled\./);
    assert.deepEqual([...ray.jobs.values()].map(({ status }) => status), ["STOPPED", "STOPPED"]);
    assert.match(text(), /began/);
  });

  it("that Ray has lost is an error, as a refusal is", async () => {
    const lost = follow(task("sleep 60", { onSubmitted: () => ray.jobs.clear() }));
    await assert.rejects(lost, /does not know the job llmops-k any more/);
    const elsewhere = rayBackend(http, { address: `${ray.address}/nowhere`, cpus: 1 });
    await assert.rejects(followJob(store, clock, elsewhere, task("true", { key: "other" })), /refused the job with HTTP 404/);
  });
});
