/** A value, or the sentence that says what is wrong with it and what to write instead. */
export type Parsed<T> = { readonly value: T } | { readonly error: string };

/** How far a metric may worsen: `points` of a rate (2 = two percentage points), or `relative` (0.1 = 10 %). */
export type Tolerance = { readonly points: number } | { readonly relative: number };

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const WITH_UNIT = /^(\d+(?:\.\d+)?)\s*([a-z%]+)$/i;

function split(input: string | number): { amount: number; unit: string } | undefined {
  if (typeof input === "number") return { amount: input, unit: "" };
  const text = input.trim();
  const match = WITH_UNIT.exec(text);
  if (match) return { amount: Number(match[1]), unit: match[2]!.toLowerCase() };
  return /^\d+(?:\.\d+)?$/.test(text) ? { amount: Number(text), unit: "" } : undefined;
}

/**
 * `20m`, `30s`, `1.5h`, `800ms`, `2d` → milliseconds, more than 0.
 * @param bare what a number without a unit means; by default it is an error.
 */
export function parseDuration(input: string | number, bare?: "minutes"): Parsed<number> {
  const parts = split(input);
  const unit = parts?.unit === "" && bare === "minutes" ? "m" : parts?.unit;
  const factor = unit === undefined ? undefined : MILLISECONDS[unit];
  if (!parts || factor === undefined) {
    const example = parts?.unit === "" ? `${parts.amount}s or ${parts.amount}m` : "30s, 20m or 24h";
    return { error: `${show(input)} is not a duration. Write a number with its unit (ms, s, m, h, d), such as ${example}.` };
  }
  if (!(parts.amount > 0) || !Number.isFinite(parts.amount)) return { error: "A duration must be more than 0." };
  return { value: Math.round(parts.amount * factor) };
}

/** `85%` or `0.85` → 0.85, between 0 and 1. */
export function parseRate(input: string | number): Parsed<number> {
  const parts = split(input);
  if (!parts || (parts.unit !== "" && parts.unit !== "%")) return { error: `${show(input)} is not a rate. Write a percentage such as 85%.` };
  const value = parts.unit === "%" ? parts.amount / 100 : parts.amount;
  if (value >= 0 && value <= 1) return { value };
  if (parts.unit === "" && value > 1 && value <= 100) return { error: `A rate is between 0% and 100%. Did you mean ${parts.amount}%?` };
  return { error: `${show(input)} is not between 0% and 100%.` };
}

/** `2pt` → two points of a rate; `10%` → a tenth of the baseline's value. */
export function parseTolerance(input: string | number): Parsed<Tolerance> {
  const parts = split(input);
  if (parts?.unit === "pt") return { value: { points: parts.amount } };
  if (parts?.unit === "%") return { value: { relative: parts.amount / 100 } };
  if (parts?.unit === "" && parts.amount >= 0) {
    return { error: `A tolerance needs a unit. Write ${parts.amount}pt (points of a rate) or ${parts.amount}% (relative to the baseline).` };
  }
  return { error: `${show(input)} is not a tolerance. Write 2pt (points of a rate) or 10% (relative to the baseline).` };
}

function show(input: string | number): string {
  return typeof input === "number" ? String(input) : JSON.stringify(input);
}
