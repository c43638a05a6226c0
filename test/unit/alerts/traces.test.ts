import assert from "node:assert/strict";
import { readTraces } from "../../../src/core/alerts/sources/traces.ts";
import { openTraces, type Traces } from "../../../src/core/traces/db.ts";
import type { Span } from "../../../src/core/traces/span.ts";

const NOW = 1_790_000_000_000;
const call = (index: number, more: Partial<Span> = {}): Span => ({
  traceId: String(index).padStart(32, "a"), spanId: String(index).padStart(16, "a"), parentId: undefined, name: "chat", kind: 3, start: (NOW - 1000) * 1000, duration: index * 1000, status: 0,
  resource: { "service.name": "shop" }, operation: "chat", model: "m", error: undefined, attributes: {}, events: [], ...more,
});

describe("metrics of received traces", () => {
  let traces: Traces;
  before(async () => {
    traces = await openTraces(undefined);
    const spans = Array.from({ length: 20 }, (_item, index) => call(index + 1, index < 3 ? { status: 2 } : {}));
    const both = { "gen_ai.usage.input_tokens": 10, "gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.output_tokens": 5 };
    traces.insert([...spans.slice(1), { ...spans[0]!, attributes: both }, call(21, { operation: undefined, status: 2 }), call(22, { start: (NOW - 400_000) * 1000 }), call(23, { model: "other", attributes: { "gen_ai.usage.input_tokens": 7 } })]);
  });
  after(() => traces.close());
  const value = (metric: string, more: { model?: string; service?: string } = {}) => readTraces(metric, { kind: "traces", window: 300_000, ...more }, traces, NOW)[0]?.value;

  it("are those of the calls of models in the window", () => {
    assert.deepEqual([value("calls"), value("calls", { model: "m" }), value("calls", { service: "shop" }), value("calls", { service: "none" })], [21, 20, 21, 0]);
    assert.equal(value("error-rate", { model: "m" }), 3 / 20);
    assert.deepEqual([value("latency-p50", { model: "m" }), value("latency-p95", { model: "m" })], [10, 19], "the nearest rank, in milliseconds");
    assert.deepEqual([value("tokens"), value("tokens", { model: "m" })], [22, 15], "tokens that are said under two names count once");
  });

  it("are no data where there is no call", () => {
    assert.deepEqual(["error-rate", "latency-p50", "latency-p95"].map((metric) => value(metric, { model: "none" })), [undefined, undefined, undefined]);
    assert.equal(value("calls", { model: "none" }), 0);
  });
});
