import type { Attributes, Value } from "../span.ts";

/** Characters of one attribute's texts that are kept: a conversation fits, a file does not. */
const MOST_TEXT = 256 * 1024;
const MOST_ATTRIBUTES = 512;
const MOST_DEPTH = 16;
const MOST_ITEMS = 4096;

/** What protobufjs makes of 64 bits. */
interface Bits {
  readonly low: number;
  readonly high: number;
}

/** OTLP's list of keys and values → an object; what is too large is cut, and says so. Never throws. */
export function attributesOf(list: unknown): Attributes {
  const attributes: Record<string, Value> = Object.create(null) as Record<string, Value>;
  if (!Array.isArray(list)) return attributes;
  for (const entry of list.slice(0, MOST_ATTRIBUTES) as unknown[]) {
    const { key, value } = recordOf(entry);
    if (typeof key === "string" && key !== "") attributes[cut(key, 256)] = valueOf(value, { left: MOST_TEXT, items: MOST_ITEMS }, 0);
  }
  if (list.length > MOST_ATTRIBUTES) attributes["llmops.dropped_attributes"] = list.length - MOST_ATTRIBUTES;
  return attributes;
}

function valueOf(value: unknown, room: { left: number; items: number }, depth: number): Value {
  const any = recordOf(value);
  if (room.items-- <= 0 || depth > MOST_DEPTH) return "…";
  // Protobufjs has the fields that are not set in the prototype, with defaults.
  const has = (name: string) => Object.hasOwn(any, name) && any[name] !== null;
  if (has("stringValue")) return textIn(String(any["stringValue"]), room);
  if (has("boolValue")) return any["boolValue"] === true;
  if (has("intValue")) return integerOf(any["intValue"]);
  if (has("doubleValue")) {
    const number = Number(any["doubleValue"]);
    return Number.isFinite(number) ? number : String(any["doubleValue"]);
  }
  if (has("arrayValue")) return itemsOf(any["arrayValue"]).map((item) => valueOf(item, room, depth + 1));
  if (has("kvlistValue")) return Object.fromEntries(itemsOf(any["kvlistValue"]).map((item) => [cut(String(recordOf(item)["key"] ?? ""), 256), valueOf(recordOf(item)["value"], room, depth + 1)]));
  if (has("bytesValue")) return textIn(any["bytesValue"] instanceof Uint8Array ? Buffer.from(any["bytesValue"]).toString("base64") : String(any["bytesValue"]), room);
  return null;
}

function itemsOf(list: unknown): unknown[] {
  const { values } = recordOf(list);
  return Array.isArray(values) ? values.slice(0, MOST_ITEMS) : [];
}

function textIn(text: string, room: { left: number }): string {
  const kept = cut(text, Math.max(room.left, 0));
  room.left -= text.length;
  return kept;
}

/** An integer that a number cannot hold stays a text. */
function integerOf(value: unknown): Value {
  const exact = isBits(value) ? String(value) : String(value ?? 0);
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}

/** Nanoseconds in JSON's text or protobuf's bits → microseconds; `undefined` for what is neither, or negative. */
export function microseconds(nanoseconds: unknown): number | undefined {
  if (isBits(nanoseconds)) {
    const high = nanoseconds.high >>> 0;
    const thousands = Math.floor(high / 1000);
    return thousands * 2 ** 32 + Math.floor(((high - thousands * 1000) * 2 ** 32 + (nanoseconds.low >>> 0)) / 1000);
  }
  const text = String(nanoseconds);
  if (/^\d{1,20}$/.test(text)) return Number(text.slice(0, -3) || "0");
  return typeof nanoseconds === "number" && nanoseconds >= 0 && Number.isFinite(nanoseconds) ? Math.floor(nanoseconds / 1000) : undefined;
}

/** An id in JSON's hexadecimal or protobuf's bytes → hexadecimal; `undefined` for one of another length, or of zeros only. */
export function idOf(value: unknown, bytes: number): string | undefined {
  const hex = value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex") : typeof value === "string" ? value.toLowerCase() : "";
  return hex.length === bytes * 2 && /^[0-9a-f]+$/.test(hex) && !/^0+$/.test(hex) ? hex : undefined;
}

export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} characters more)`;
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function isBits(value: unknown): value is Bits {
  return value !== null && typeof value === "object" && typeof (value as Bits).low === "number" && typeof (value as Bits).high === "number";
}
