import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { SpanStatusCode } from "@opentelemetry/api";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { openTraces, type Traces } from "../../../src/core/traces/db.ts";
import { GroupCommit, Overloaded } from "../../../src/core/traces/receive/groupCommit.ts";
import { receiveTraces } from "../../../src/core/traces/receive/receiver.ts";
import type { Span } from "../../../src/core/traces/span.ts";
import { waterfall } from "../../../src/core/traces/waterfall.ts";
import { engine, folderWith, json } from "../cli/support.ts";
import { temporaryFolder } from "../store/support.ts";
import { otlp, realSpans } from "./support.ts";

const CLOCK = { sleep: (ms: number) => sleep(ms) };
const JSON_TYPE = { "content-type": "application/json" };

describe("the OTLP receiver", () => {
  let traces: Traces;
  let receiver: Awaited<ReturnType<typeof receiveTraces>>;
  const failures: unknown[] = [];
  before(async () => {
    traces = await openTraces(temporaryFolder());
    receiver = await receiveTraces(traces, CLOCK, 0, (error) => failures.push(error));
  });
  after(async () => {
    await receiver.close();
    traces.close();
    assert.deepEqual(failures, []);
  });
  const post = async (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE, path = "/v1/traces") => {
    const answer = await fetch(receiver.url + path, { method: "POST", body: body, headers });
    return { status: answer.status, text: await answer.text() };
  };

  it("takes what OpenTelemetry's own exporter sends", async () => {
    const spans = await realSpans();
    const result = await new Promise<{ code: number }>((resolve) => new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` }).export(spans, resolve));
    assert.equal(result.code, 0);
    const kept = traces.trace(spans[0]!.spanContext().traceId);
    const call = kept.find(({ kind }) => kind === 3) as Span;
    assert.deepEqual([kept.length, call.name, call.status], [2, "chat support-7b", SpanStatusCode.ERROR]);
    assert.deepEqual(traces.list({ generative: true, failed: true }, 10).map(({ model }) => model), ["support-7b"]);
    assert.deepEqual(traces.tracesNamed(call.spanId.slice(0, 8)), [call.traceId]);
  });

  it("stores a span once, however often it is sent, and says which it left out", async () => {
    const request = otlp(3, { first: 100 });
    for (let time = 0; time < 2; time++) assert.deepEqual(await post(gzipSync(JSON.stringify(request)), { ...JSON_TYPE, "content-encoding": "gzip" }), { status: 200, text: "{}" });
    assert.equal(traces.list({ name: "span 10" }, 100).length, 3);
    const partly = await post(JSON.stringify(otlp(2, { first: 200, spanId: "no" })));
    assert.deepEqual([partly.status, (JSON.parse(partly.text) as { partialSuccess: { rejectedSpans: number } }).partialSuccess.rejectedSpans], [200, 2]);
  });

  it("refuses what it cannot take, and says why", async () => {
    assert.deepEqual(await post("{"), { status: 400, text: (await post("{")).text });
    assert.match((await post("{")).text, /no JSON/);
    assert.deepEqual([(await post("{}")).status, (await post(Buffer.from("x"), { "content-type": "application/x-protobuf" })).status], [400, 400]);
    assert.equal((await post("{}", { "content-type": "text/plain" })).status, 415);
    assert.equal((await post("{}", { ...JSON_TYPE, "content-encoding": "br" })).status, 415);
    assert.equal((await post("not gzip", { ...JSON_TYPE, "content-encoding": "gzip" })).status, 400);
    assert.equal((await post(gzipSync(Buffer.alloc(65 * 2 ** 20, 32)), { ...JSON_TYPE, "content-encoding": "gzip" })).status, 413);
    assert.equal((await post(Buffer.alloc(17 * 2 ** 20, 32)).catch(() => ({ status: 413 }))).status, 413);
    assert.equal((await post("{}", JSON_TYPE, "/v1/metrics")).status, 404);
    assert.equal((await post("{}", { ...JSON_TYPE, origin: "https://evil.example" })).status, 403);
    assert.equal((await fetch(`${receiver.url}/v1/traces`)).status, 405);
    const empty = await post(ProtobufTraceSerializer.serializeRequest([]) as Uint8Array, { "content-type": "application/x-protobuf" });
    assert.match(empty.text, /no resourceSpans|^$/);
  });

  it("asks to wait when too much waits, and passes on what the disk says", async () => {
    const span = { traceId: "1" } as Span;
    const stored: number[] = [];
    const commit = new GroupCommit((spans) => void stored.push(spans.length), CLOCK);
    const large = commit.add(Array.from({ length: 30_000 }, () => span));
    await assert.rejects(commit.add([span]), Overloaded);
    await large;
    await Promise.all([commit.add([span, span]), commit.add([span])]);
    assert.deepEqual(stored, [30_000, 3], "requests that come together share a transaction");
    const full = new GroupCommit(() => {
      throw new Error("disk full");
    }, CLOCK);
    await assert.rejects(full.add([span]), /disk full/);
  });

  it("keeps what it has acknowledged when it is killed", async () => {
    const folder = folderWith({});
    const running = engine(folder, ["traces", "receive", "--port", "0"]);
    const [, url = ""] = await running.shows(/OTEL_EXPORTER_OTLP_ENDPOINT=(\S+?)\. /);
    const acknowledged = await Promise.all(Array.from({ length: 20 }, (_item, index) => fetch(`${url}/v1/traces`, { method: "POST", headers: JSON_TYPE, body: JSON.stringify(otlp(50, { first: 1 + index * 50 })) })));
    running.process.kill("SIGKILL");
    await running.ended;
    assert.deepEqual(acknowledged.map(({ status }) => status), Array.from({ length: 20 }, () => 200));
    const { spans } = await json<{ spans: object[] }>(folder, ["traces", "list", "--all", "-n", "2000"]);
    assert.equal(spans.length, 1000);
  });
});

describe("a trace over time", () => {
  const span = (spanId: string, parentId: string | undefined, start: number) => ({ spanId, parentId, start, duration: 1 }) as Span;
  const shape = (spans: Span[]) => waterfall(spans).map(({ span: { spanId }, depth, offset }) => `${"-".repeat(depth)}${spanId}@${offset}`);

  it("has each span after its parent, in whatever order they came, by whatever clock", () => {
    assert.deepEqual(shape([span("c", "b", 30), span("b", "a", 20), span("d", "a", 5), span("a", undefined, 10)]), ["a@5", "-b@15", "--c@25", "-d@0"]);
  });

  it("shows spans without their parents, and those in a circle", () => {
    assert.deepEqual(shape([span("a", "gone", 1), span("b", "c", 2), span("c", "b", 3), span("d", "d", 4)]), ["a@0", "b@1", "-c@2", "d@3"]);
    const deep = Array.from({ length: 50_000 }, (_item, index) => span(String(index), index === 0 ? undefined : String(index - 1), index));
    assert.equal(waterfall(deep).at(-1)?.depth, 49_999);
  });
});
