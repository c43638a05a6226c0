import type { Field, Operator } from "../../store/experiments/search.ts";
import { FilterError, type Token } from "./tokens.ts";

const ORDERED: readonly Operator[] = ["<", "<=", ">", ">="];
const OF_TEXT: readonly Operator[] = ["like", "ilike"];
/** MLflow's words for a run's status. */
const STATUSES: Readonly<Record<string, string>> = { finished: "completed", killed: "cancelled", scheduled: "running" };

/**
 * The value that a field is compared with: numbers for metrics, numbers or dates for times, texts for all else.
 * @param at where the operator is. @throws {FilterError}
 */
export function readValue(field: Field, operator: Operator, token: Token, at: number): string | number {
  if (token.kind !== "string" && token.kind !== "number") throw new FilterError(`Here a value belongs: ${isTime(field) || field.of === "metric" ? "a number" : "a text in quotes"}, not ${token.kind === "end" ? "the end" : JSON.stringify(token.text)}.`, token.at);
  if (field.of === "metric") return readNumber(field.name, operator, token, at);
  if (isTime(field)) return readTime(operator, token, at);
  if (token.kind === "number") throw new FilterError(`${field.of === "attribute" ? field.name : `${field.of}s.${field.name}`} is a text: write '${token.text}'.`, token.at);
  if (ORDERED.includes(operator)) throw new FilterError(`Texts have no order: ${JSON.stringify(operator)} compares metrics and times; a text takes =, !=, like, ilike and in.`, at);
  if (field.of === "attribute" && field.name === "status") return STATUSES[token.text.toLowerCase()] ?? token.text.toLowerCase();
  return token.text;
}

function readNumber(name: string, operator: Operator, { kind, text, at: valueAt }: Token, at: number): number {
  if (OF_TEXT.includes(operator)) throw new FilterError(`metrics.${name} is a number: ${JSON.stringify(operator)} compares texts.`, at);
  if (kind !== "number") throw new FilterError(`metrics.${name} is a number: write it without quotes.`, valueAt);
  const value = numberOf(text);
  if (Number.isNaN(value) && operator !== "=" && operator !== "!=") throw new FilterError("NaN is neither more nor less than a number: it takes = and !=.", at);
  return value;
}

/** A time is milliseconds since the epoch, or a date in quotes. */
function readTime(operator: Operator, { kind, text, at: valueAt }: Token, at: number): number {
  if (OF_TEXT.includes(operator)) throw new FilterError(`A time takes =, !=, <, <=, > and >=, not ${JSON.stringify(operator)}.`, at);
  const value = kind === "number" ? numberOf(text) : Date.parse(text);
  if (!Number.isFinite(value)) throw new FilterError(`${JSON.stringify(text)} is no time: it takes '2026-11-25', '2026-11-25T16:40:00Z' or milliseconds since 1970.`, valueAt);
  return value;
}

function isTime(field: Field): boolean {
  return field.of === "attribute" && (field.name === "start_time" || field.name === "end_time");
}

function numberOf(text: string): number {
  const [, sign, word] = /^([+-]?)(nan|infinity)$/i.exec(text) ?? [];
  if (word?.toLowerCase() === "nan") return NaN;
  if (word) return sign === "-" ? -Infinity : Infinity;
  return Number(text);
}
