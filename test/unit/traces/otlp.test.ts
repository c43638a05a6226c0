import assert from "node:assert/strict";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import fc from "fast-check";
import { conversationOf, tokensOf } from "../../../src/core/traces/messages.ts";
import { decodeRequest } from "../../../src/core/traces/otlp/protobuf.ts";
import { readRequest } from "../../../src/core/traces/otlp/request.ts";
import { attributesOf, microseconds } from "../../../src/core/traces/otlp/values.ts";
import { type Span, TracesUnreadable } from "../../../src/core/traces/span.ts";
import { otlp, realSpans } from "./support.ts";

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

describe("OTLP", () => {
  it("reads what OpenTelemetry's SDK sends, in JSON and protobuf alike", async () => {
    const sent = await realSpans();
    const json = readRequest(JSON.parse(Buffer.from(JsonTraceSerializer.serializeRequest(sent) as Uint8Array).toString()));
    const protobuf = readRequest(decodeRequest(ProtobufTraceSerializer.serializeRequest(sent) as Uint8Array));
    assert.deepEqual(plain(protobuf), plain(json));
    const [call, request] = json.spans as [Span, Span];
    const context = sent[0]!.spanContext();
    assert.deepEqual([call.traceId, call.spanId, call.parentId, request.parentId], [context.traceId, context.spanId, request.spanId, undefined]);
    assert.deepEqual([call.kind, request.kind, call.status, call.operation, call.model, call.error], [3, 2, 2, "chat", "support-7b", "too slow"]);
    const [seconds, nanos] = sent[0]!.startTime;
    assert.equal(call.start, seconds * 1e6 + Math.floor(nanos / 1000));
    assert.deepEqual(plain([call.attributes["tags"], call.attributes["ratio"], call.attributes["cached"]]), [["a", "b"], 0.5, false]);
    assert.deepEqual(plain(call.events[0]?.attributes), { attempt: 2 });
    assert.deepEqual(tokensOf(call), { input: 41, output: 7 });
    assert.deepEqual(conversationOf(call), { input: [{ role: "user", content: "Message: Where is my parcel?" }], output: "delivery" });
  });

  it("keeps microseconds exact, which nanoseconds as numbers are not", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (nanos) => {
        const bits = { low: Number(BigInt.asIntN(32, nanos)), high: Number(nanos >> 32n) };
        const exact = nanos / 1000n;
        // Beyond the year 2255 microseconds are no safe integers any more.
        if (exact > BigInt(Number.MAX_SAFE_INTEGER)) return true;
        return microseconds(String(nanos)) === Number(exact) && microseconds(bits) === Number(exact);
      }),
    );
  });

  it("rejects a span without a valid id or time by itself", () => {
    const spans = [...["0".repeat(32), "xyz", 5, undefined].map((traceId) => ({ traceId })), { spanId: "0".repeat(16) }, { startTimeUnixNano: "soon" }, { startTimeUnixNano: 0 }].flatMap((wrong) => otlp(1, wrong as Record<string, unknown>));
    for (const request of spans) {
      const { spans: read, rejected, reason } = readRequest(request);
      assert.deepEqual([read.length, rejected], [0, 1], JSON.stringify(request));
      assert.match(reason as string, /^The span "span 1" has no /);
    }
    assert.deepEqual(readRequest({ resourceSpans: [] }), { spans: [], rejected: 0, reason: undefined });
    for (const wrong of [null, 5, [], {}, { resourceSpans: {} }]) assert.throws(() => readRequest(wrong), TracesUnreadable);
    assert.throws(() => decodeRequest(Buffer.from("not protobuf")), /no OTLP protobuf/);
  });

  it("reads anything that JSON can be without an exception, and cuts what is too large", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readRequest({ resourceSpans: [{ resource: value, scopeSpans: [{ spans: [value, { traceId: "1".repeat(32), spanId: "1".repeat(16), startTimeUnixNano: 1e18, attributes: value, events: value, status: value }] }] }] })));
    const huge = attributesOf([{ key: "text", value: { stringValue: "x".repeat(10 * 2 ** 20) } }, ...Array.from({ length: 600 }, (_item, index) => ({ key: `k${index}`, value: { intValue: "1" } }))]);
    assert.ok((huge["text"] as string).length < 300_000 && (huge["text"] as string).endsWith(" characters more)"));
    assert.deepEqual([Object.keys(huge).length, huge["llmops.dropped_attributes"]], [513, 89]);
    let deep: object = { stringValue: "end" };
    for (let depth = 0; depth < 1000; depth++) deep = { arrayValue: { values: [deep] } };
    assert.equal(JSON.stringify(attributesOf([{ key: "deep", value: deep }])).length < 100, true);
    assert.deepEqual(plain(attributesOf([{ key: "big", value: { intValue: "9223372036854775807" } }, { key: "nan", value: { doubleValue: "NaN" } }, { key: "none", value: {} }, { key: "__proto__", value: { intValue: 1 } }])), JSON.parse('{"big":"9223372036854775807","nan":"NaN","none":null,"__proto__":1}'));
  });

  it("takes an end before its beginning, by clocks that disagree, for no time at all", () => {
    const { spans } = readRequest(otlp(1, { endTimeUnixNano: "1789999999999999999" }));
    assert.equal(spans[0]?.duration, 0);
  });

  it("finds messages where other conventions have them", () => {
    const span = (attributes: Record<string, string | number>, events: Span["events"] = []) => conversationOf({ attributes, events } as unknown as Span);
    const expected = { input: [{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }], output: "Hello" };
    const chat = [{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }];
    assert.deepEqual(span({ "gen_ai.system_instructions": JSON.stringify([{ type: "text", content: "Be brief." }]), "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: "Hi" }] }]), "gen_ai.completion": "Hello" }), expected);
    assert.deepEqual(span({ "gen_ai.prompt.0.role": "system", "gen_ai.prompt.0.content": "Be brief.", "gen_ai.prompt.1.content": "Hi", "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": "Hello" }), expected);
    assert.deepEqual(span({ "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": "Be brief.", "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.content": "Hi", "output.value": "Hello" }), expected);
    assert.deepEqual(span({ "mlflow.spanInputs": JSON.stringify({ messages: chat }), "mlflow.spanOutputs": JSON.stringify({ choices: [{ message: { role: "assistant", content: "Hello" } }] }) }), expected);
    const event = (name: string, content: string) => ({ name, at: 0, attributes: { content } });
    assert.deepEqual(span({}, [event("gen_ai.system.message", "Be brief."), event("gen_ai.user.message", "Hi"), { name: "gen_ai.choice", at: 1, attributes: { message: '{"role":"assistant","content":"Hello"}' } }]), expected);
    assert.deepEqual(span({ other: 1 }), { input: [], output: undefined });
  });
});
