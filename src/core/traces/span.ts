/** A value of an attribute, as JSON has it. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };
export type Attributes = Readonly<Record<string, Value>>;

/** An event of a span, with its time in microseconds since the epoch. */
export interface SpanEvent {
  readonly name: string;
  readonly at: number;
  readonly attributes: Attributes;
}

/** A span as OpenTelemetry has it, with what generative AI's conventions say of it in fields of its own. */
export interface Span {
  /** 32 hexadecimal digits, in lower case. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  /** OTLP's number: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** Microseconds since the epoch: nanoseconds do not fit into a number. */
  readonly start: number;
  /** Microseconds; 0 for one that ends before it begins, by clocks that disagree. */
  readonly duration: number;
  /** OTLP's number: 0 unset, 1 ok, 2 error. */
  readonly status: number;
  /** Attributes of what the span came from, such as `service.name`. */
  readonly resource: Attributes;
  /** `chat`, `embeddings`, `execute_tool`, …; `undefined`: no span of generative AI. */
  readonly operation: string | undefined;
  readonly model: string | undefined;
  /** The kind of error, else its message. */
  readonly error: string | undefined;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
}

export const STATUS_ERROR = 2;

/** Thrown for a request whose spans cannot be read at all. */
export class TracesUnreadable extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TracesUnreadable";
  }
}
