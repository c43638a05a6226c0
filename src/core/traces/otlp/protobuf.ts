import protobuf from "protobufjs/light.js";
import { TracesUnreadable } from "../span.ts";

/** A field's number and type, as opentelemetry-proto's trace/v1 (1.x) gives them; what is not here is skipped. */
const field = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({ id, type, rule: "repeated" });

const root = protobuf.Root.fromJSON({
  nested: {
    Request: { fields: { resourceSpans: list(1, "ResourceSpans") } },
    ResourceSpans: { fields: { resource: field(1, "Resource"), scopeSpans: list(2, "ScopeSpans") } },
    Resource: { fields: { attributes: list(1, "KeyValue") } },
    ScopeSpans: { fields: { spans: list(2, "Span") } },
    Span: {
      fields: {
        traceId: field(1, "bytes"),
        spanId: field(2, "bytes"),
        parentSpanId: field(4, "bytes"),
        name: field(5, "string"),
        kind: field(6, "int32"),
        startTimeUnixNano: field(7, "fixed64"),
        endTimeUnixNano: field(8, "fixed64"),
        attributes: list(9, "KeyValue"),
        events: list(11, "Event"),
        status: field(15, "Status"),
      },
    },
    Event: { fields: { timeUnixNano: field(1, "fixed64"), name: field(2, "string"), attributes: list(3, "KeyValue") } },
    Status: { fields: { message: field(2, "string"), code: field(3, "int32") } },
    KeyValue: { fields: { key: field(1, "string"), value: field(2, "AnyValue") } },
    AnyValue: {
      oneofs: { value: { oneof: ["stringValue", "boolValue", "intValue", "doubleValue", "arrayValue", "kvlistValue", "bytesValue"] } },
      fields: {
        stringValue: field(1, "string"),
        boolValue: field(2, "bool"),
        intValue: field(3, "int64"),
        doubleValue: field(4, "double"),
        arrayValue: field(5, "ArrayValue"),
        kvlistValue: field(6, "KeyValueList"),
        bytesValue: field(7, "bytes"),
      },
    },
    ArrayValue: { fields: { values: list(1, "AnyValue") } },
    KeyValueList: { fields: { values: list(1, "KeyValue") } },
    Response: { fields: { partialSuccess: field(1, "PartialSuccess") } },
    PartialSuccess: { fields: { rejectedSpans: field(1, "int64"), errorMessage: field(2, "string") } },
  },
});
const request = root.lookupType("Request");
const response = root.lookupType("Response");

/** The request as `readRequest` takes it. @throws {TracesUnreadable} */
export function decodeRequest(body: Uint8Array): unknown {
  try {
    return request.decode(body);
  } catch (error) {
    throw new TracesUnreadable(`The request is no OTLP protobuf (${error instanceof Error ? error.message : String(error)}).`);
  }
}

/** `ExportTraceServiceResponse`; empty where everything was taken. */
export function encodeResponse(answer: object): Uint8Array {
  return response.encode(response.fromObject(answer)).finish();
}
