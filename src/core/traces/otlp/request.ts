import { NAMES } from "../conventions.ts";
import { type Attributes, type Span, type SpanEvent, STATUS_ERROR, TracesUnreadable } from "../span.ts";
import { attributesOf, cut, idOf, microseconds, recordOf } from "./values.ts";

const MOST_EVENTS = 256;
const KINDS = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const STATUSES = ["UNSET", "OK", "ERROR"];

/** The spans of a request, and how many were none. */
export interface ReadSpans {
  readonly spans: readonly Span[];
  readonly rejected: number;
  /** Why the first of those was none. */
  readonly reason: string | undefined;
}

/**
 * Reads `ExportTraceServiceRequest` (opentelemetry-proto, trace/v1), as JSON or as `decodeRequest` gives it. A span
 * without a valid id or time is rejected by itself. @throws {TracesUnreadable} for what is no request at all.
 */
export function readRequest(request: unknown): ReadSpans {
  const groups = recordOf(request)["resourceSpans"];
  if (!Array.isArray(groups)) throw new TracesUnreadable("There is no resourceSpans: OTLP's ExportTraceServiceRequest is expected.");
  const spans: Span[] = [];
  let rejected = 0;
  let reason: string | undefined;
  for (const group of groups as unknown[]) {
    const resource = attributesOf(recordOf(recordOf(group)["resource"])["attributes"]);
    for (const scope of listOf(recordOf(group)["scopeSpans"])) {
      for (const written of listOf(recordOf(scope)["spans"])) {
        const span = spanOf(recordOf(written), resource);
        if (typeof span !== "string") spans.push(span);
        else {
          rejected++;
          reason ??= span;
        }
      }
    }
  }
  return { spans, rejected, reason };
}

/** The span, or why it is none. */
function spanOf(written: Readonly<Record<string, unknown>>, resource: Attributes): Span | string {
  const name = cut(typeof written["name"] === "string" ? written["name"] : "", 1024);
  const said = name === "" ? "A span" : `The span ${JSON.stringify(cut(name, 80))}`;
  const traceId = idOf(written["traceId"], 16);
  const spanId = idOf(written["spanId"], 8);
  if (traceId === undefined || spanId === undefined) return `${said} has no valid ${traceId === undefined ? "traceId (32" : "spanId (16"} hexadecimal digits).`;
  const start = microseconds(written["startTimeUnixNano"]);
  if (start === undefined || start === 0) return `${said} has no startTimeUnixNano.`;
  const status = recordOf(written["status"]);
  const attributes = attributesOf(written["attributes"]);
  const events = listOf(written["events"]).slice(0, MOST_EVENTS).map(eventOf);
  const code = numberOf(status["code"], STATUSES, "STATUS_CODE_");
  return {
    traceId,
    spanId,
    parentId: idOf(written["parentSpanId"], 8),
    name,
    kind: numberOf(written["kind"], KINDS, "SPAN_KIND_"),
    start,
    duration: Math.max(0, (microseconds(written["endTimeUnixNano"]) ?? start) - start),
    status: code,
    resource,
    operation: textOf(attributes, NAMES.operation)?.toLowerCase(),
    model: textOf(attributes, NAMES.model),
    error: textOf(attributes, NAMES.error) ?? events.map((event) => textOf(event.attributes, NAMES.error)).find((type) => type !== undefined) ?? (code === STATUS_ERROR ? messageOf(status) : undefined),
    attributes,
    events,
  };
}

function eventOf(event: unknown): SpanEvent {
  const { name, timeUnixNano, attributes } = recordOf(event);
  return { name: cut(String(name ?? ""), 256), at: microseconds(timeUnixNano) ?? 0, attributes: attributesOf(attributes) };
}

function messageOf(status: Readonly<Record<string, unknown>>): string {
  return cut(typeof status["message"] === "string" && status["message"] !== "" ? status["message"] : "error", 1024);
}

/** JSON may have a name in place of its number. */
function numberOf(value: unknown, names: readonly string[], prefix: string): number {
  const number = typeof value === "string" && value.startsWith(prefix) ? names.indexOf(value.slice(prefix.length)) : Number(value ?? 0);
  return number >= 0 && number < names.length ? Math.trunc(number) : 0;
}

/** The first of some attributes that is a text. */
function textOf(attributes: Attributes, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
