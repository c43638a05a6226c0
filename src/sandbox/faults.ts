/** What goes wrong on purpose, so that callers can be tested. Rates are shares of requests, 0 … 1, and exclude each other. */
export interface Faults {
  /** Milliseconds before every answer. */
  readonly latencyMs?: number;
  /** Up to so many milliseconds more, uniformly. */
  readonly latencyJitterMs?: number;
  /** Milliseconds that every epoch of a fine-tuning takes longer. */
  readonly epochMs?: number;
  readonly rate429?: number;
  /** Seconds in the `Retry-After` of a 429; absent: 1. */
  readonly retryAfterS?: number;
  readonly rate5xx?: number;
  /** Never answered. */
  readonly hangRate?: number;
  /** The connection closes in the middle of the body. */
  readonly cutRate?: number;
  /** A whole body that is not JSON. */
  readonly malformedRate?: number;
  /** A proxy's HTML page with status 200. */
  readonly htmlRate?: number;
}

export type FaultKind = "429" | "5xx" | "hang" | "cut" | "malformed" | "html";

const RATES = [["rate429", "429"], ["rate5xx", "5xx"], ["hangRate", "hang"], ["cutRate", "cut"], ["malformedRate", "malformed"], ["htmlRate", "html"]] as const;
const DURATIONS = ["latencyMs", "latencyJitterMs", "retryAfterS", "epochMs"] as const;

/** @throws {RangeError} that says which value is wrong. */
export function checkFaults(value: unknown): Faults {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new RangeError("Faults are an object such as {\"rate5xx\": 0.1}.");
  const rates = new Set<string>(RATES.map(([name]) => name));
  const durations = new Set<string>(DURATIONS);
  for (const [name, amount] of Object.entries(value) as [string, unknown][]) {
    if (!rates.has(name) && !durations.has(name)) throw new RangeError(`There is no fault ${name}. There are ${[...rates, ...durations].join(", ")}.`);
    if (typeof amount !== "number" || !(amount >= 0) || amount === Infinity) throw new RangeError(`${name} must be a number, 0 or more.`);
  }
  const faults = value as Faults;
  if (RATES.reduce((sum, [name]) => sum + (faults[name] ?? 0), 0) > 1 + 1e-9) throw new RangeError("The rates of all faults together must not exceed 1.");
  return { ...faults };
}

/** The fault that befalls one request, if any. @param random 0 ≤ random < 1 */
export function drawFault(faults: Faults, random: number): FaultKind | undefined {
  let left = random;
  return RATES.find(([name]) => (left -= faults[name] ?? 0) < 0)?.[1];
}

/** Milliseconds. @param random 0 ≤ random < 1 */
export function drawLatency({ latencyMs = 0, latencyJitterMs = 0 }: Faults, random: number): number {
  return latencyMs + latencyJitterMs * random;
}
