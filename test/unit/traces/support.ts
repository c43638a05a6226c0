import { context, type Span as OtelSpan, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

/** Spans that OpenTelemetry's own SDK makes: a failed call of a model in a request of an application. */
export async function realSpans(question = "Where is my parcel?"): Promise<ReadableSpan[]> {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer("test");
  const request = tracer.startSpan("POST /ask", { kind: SpanKind.SERVER });
  const call = tracer.startSpan("chat support-7b", { kind: SpanKind.CLIENT }, trace.setSpan(context.active(), request));
  callAttributes(call, question);
  call.end();
  request.end();
  await provider.forceFlush();
  return exporter.getFinishedSpans();
}

function callAttributes(call: OtelSpan, question: string): void {
  call.setAttributes({
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "support-7b",
    "gen_ai.usage.input_tokens": 41,
    "gen_ai.usage.output_tokens": 7,
    "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: `Message: ${question}` }] }]),
    "gen_ai.output.messages": JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: "delivery" }], finish_reason: "stop" }]),
    tags: ["a", "b"],
    ratio: 0.5,
    cached: false,
  });
  call.addEvent("retry", { attempt: 2 });
  call.setStatus({ code: SpanStatusCode.ERROR, message: "too slow" });
}

/** A request of `count` spans in OTLP JSON, a trace each. */
export function otlp(count: number, { first = 1, ...more }: { readonly first?: number } & Record<string, unknown> = {}): object {
  const spans = Array.from({ length: count }, (_item, index) => ({ traceId: (first + index).toString(16).padStart(32, "0"), spanId: (first + index).toString(16).padStart(16, "0"), name: `span ${first + index}`, startTimeUnixNano: "1790000000000000000", endTimeUnixNano: "1790000000000001999", ...more }));
  return { resourceSpans: [{ resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] }, scopeSpans: [{ spans }] }] };
}
