import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { settleTraining } from "../../../src/core/training/run/settle.ts";
import { cancelTraining, trainingLog } from "../../../src/core/store/training/trainings.ts";
import { type Sandbox, startSandbox } from "../../../src/sandbox/server.ts";
import { decisionOf, TrainingBench } from "./support.ts";

type Meddle = (route: string, incoming: IncomingMessage, outgoing: ServerResponse, pass: () => Promise<{ status: number; body: string }>) => Promise<boolean>;

/** A real sandbox behind a proxy that does to an exchange what networks and servers do. */
async function meddling(sandbox: Sandbox, meddle: Meddle): Promise<{ url: string; close(): void }> {
  const server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const pass = async () => {
        const response = await fetch(`http://127.0.0.1:${sandbox.port}${incoming.url}`, { method: incoming.method!, headers: { "content-type": incoming.headers["content-type"] ?? "application/json" }, ...(incoming.method === "POST" ? { body: Buffer.concat(chunks) } : {}) });
        return { status: response.status, body: await response.text() };
      };
      void meddle(`${incoming.method} ${incoming.url!.split("?")[0]!.replace(/ftjob-\w+/, "ID")}`, incoming, outgoing, pass).then(async (handled) => {
        if (handled) return;
        const { status, body } = await pass();
        outgoing.writeHead(status, { "content-type": "application/json" }).end(body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, close: () => (server.close(), server.closeAllConnections()) };
}

describe("fine-tuning by OpenAI's protocol", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let bench: TrainingBench;
  let proxy: { url: string; close(): void } | undefined;
  before(async () => (sandbox = await startSandbox()));
  after(() => sandbox.close());
  beforeEach(async () => (bench = await TrainingBench.of()));
  afterEach(async () => {
    proxy?.close();
    await bench.close();
  });

  const behind = async (meddle: Meddle) => {
    proxy = await meddling(sandbox, meddle);
    bench.configure((text) => text.replace("dev: { kind: sandbox, model: sandbox-small }", `dev: { kind: openai, baseUrl: "${proxy!.url}", model: sandbox-small }`));
  };
  const jobsOf = async (key: string) => {
    const { data } = (await (await fetch(`${sandbox.url}/fine_tuning/jobs?limit=1000`)).json()) as { data: { metadata: { llmops_key: string } }[] };
    return data.filter(({ metadata }) => metadata.llmops_key === key).length;
  };
  const answer = (outgoing: ServerResponse, status: number, body: object) => (outgoing.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)), true);

  it("attaches to a job whose answer was lost, and submits no other", async () => {
    let creates = 0;
    await behind(async (route, _incoming, outgoing, pass) => {
      if (route !== "POST /v1/fine_tuning/jobs") return false;
      creates++;
      await pass();
      outgoing.destroy();
      return true;
    });
    const training = await bench.train();
    assert.deepEqual([training.state, creates, await jobsOf(training.key)], ["better", 1, 1], training.reason);
  });

  it("submits again when the question itself was lost", async () => {
    let creates = 0;
    await behind(async (route, _incoming, outgoing) => {
      if (route !== "POST /v1/fine_tuning/jobs" || ++creates > 1) return false;
      outgoing.destroy();
      return true;
    });
    const training = await bench.train();
    assert.deepEqual([training.state, creates, await jobsOf(training.key)], ["better", 2, 1], training.reason);
  });

  it("says that an endpoint has lost a job that it accepted", async () => {
    await behind(async (route, _incoming, outgoing) => route === "GET /v1/fine_tuning/jobs/ID" && answer(outgoing, 404, { error: { message: "No such job" } }));
    const training = await bench.train();
    assert.equal(training.state, "failed");
    assert.match(training.reason!, /^The endpoint accepted the job ftjob-\w+, and does not know it any more\.$/);
  });

  it("says why a job failed at its end", async () => {
    await behind(async (route, _incoming, outgoing, pass) => {
      if (route !== "GET /v1/fine_tuning/jobs/ID") return false;
      const { body } = await pass();
      const job = JSON.parse(body) as { status: string };
      return answer(outgoing, 200, job.status === "succeeded" ? { ...job, status: "failed", fine_tuned_model: null, error: { code: "server_error", message: "The cluster went away." } } : job);
    });
    const training = await bench.train();
    assert.deepEqual([training.state, training.reason], ["failed", "The cluster went away."]);
  });

  it("waits for a network that is gone, and says so once", async () => {
    let gone = 0;
    await behind(async (route, _incoming, outgoing) => {
      if (!route.startsWith("GET /v1/fine_tuning/jobs/ID") || gone >= 3) return false;
      gone++;
      outgoing.destroy();
      return true;
    });
    const training = await bench.train();
    const lines = trainingLog(bench.workspace.store, training).map(({ line }) => line);
    assert.equal(training.state, "better", training.reason);
    assert.deepEqual(lines.filter((line) => /does not answer/.test(line)).length, 1, lines.join("\n"));
    assert.ok(lines.includes("The trainer answers again."));
  });

  it("refuses what the endpoint refuses, with its words", async () => {
    bench.configure((text) => text.replace("base: sandbox-small", "base: gpt-9"));
    const training = await bench.train();
    assert.equal(training.state, "failed");
    assert.match(training.reason!, /HTTP 400 from 127\.0\.0\.1:\d+: "gpt-9" cannot be fine-tuned/);
  });

  it("does not promote a model that answers nothing", async () => {
    await behind(async (route, incoming, outgoing, pass) => {
      if (route !== "POST /v1/chat/completions") return false;
      const { body } = await pass();
      const completion = JSON.parse(body) as { model: string; choices: { message: { content: string } }[] };
      if (completion.model.startsWith("ft:")) completion.choices[0]!.message.content = "";
      void incoming;
      return answer(outgoing, 200, completion);
    });
    const training = await bench.train();
    assert.equal(training.state, "not-better", training.reason);
    assert.equal(decisionOf(training).rows[0]!.candidate, 0);
  });

  it("uploads what was checked, though the file changes meanwhile", async () => {
    const before = bench.data;
    let uploaded = "";
    await behind(async (route, _incoming, _outgoing) => {
      if (route === "POST /v1/files") appendFileSync(join(bench.folder, "data/train.jsonl"), "no row\n");
      return false;
    });
    const training = await bench.train();
    const job = (await (await fetch(`${sandbox.url}/fine_tuning/jobs/${training.job}`)).json()) as { training_file: string };
    uploaded = await (await fetch(`${sandbox.url}/files/${job.training_file}/content`)).text();
    assert.equal(training.state, "better", training.reason);
    assert.equal(uploaded, before);
  });

  it("is cancelled with its job", async () => {
    sandbox.setFaults({ epochMs: 200 });
    await behind(async () => false);
    const key = await bench.start();
    const driven = bench.drive(key);
    while (bench.stored(key).job === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    cancelTraining(bench.workspace.store, bench.stored(key), "Ann", Date.now());
    const training = await driven;
    sandbox.setFaults({});
    const job = (await (await fetch(`${sandbox.url}/fine_tuning/jobs/${training.job}`)).json()) as { status: string };
    assert.deepEqual([training.state, training.reason, job.status], ["cancelled", "Cancelled by Ann.", "cancelled"]);
  });
});

describe("a job of which nobody knows whether it was submitted", () => {
  it("waits for a person, who says", async () => {
    const { submitJob } = await import("../../../src/core/training/run/submit.ts");
    const { CallError } = await import("../../../src/core/evals/providers/provider.ts");
    let submits = 0;
    const trainer = { submit: () => (submits++, Promise.reject(new CallError("unanswered", "The connection broke."))), find: () => Promise.reject(new Error("Lists are not served here.")), status: undefined!, progress: undefined!, cancel: undefined! };
    const clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };
    const found = await submitJob(trainer, { signal: new AbortController().signal } as Parameters<typeof submitJob>[1], clock);
    assert.deepEqual([submits, found], [0, { unknown: "Whether the job was submitted is not known: Lists are not served here. Look there, then say so." }]);

    const bench = await TrainingBench.of();
    const key = await bench.start();
    const { moveTraining } = await import("../../../src/core/store/training/trainings.ts");
    const { copyData } = await import("../../../src/core/training/data/versions.ts");
    const { hash } = await copyData(bench.workspace.store, join(bench.folder, "data/train.jsonl"));
    bench.workspace.store.write(() => {
      moveTraining(bench.workspace.store, bench.stored(key), "submitting", { data: hash, submitted_at: 1 }, 1);
      moveTraining(bench.workspace.store, bench.stored(key), "unknown", { reason: "?" }, 1);
    });
    assert.equal((await bench.drive(key)).state, "unknown", "nothing is done by itself");
    settleTraining(bench.workspace, bench.stored(key), "failed", "Ann");
    assert.deepEqual([bench.stored(key).state, bench.stored(key).reason], ["failed", "It was given up by Ann."]);
    await bench.close();
  });
});

