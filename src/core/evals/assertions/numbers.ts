import { distance } from "fastest-levenshtein";
import { JudgeError } from "../model.ts";
import { type AssertionDefinition, quote } from "./definition.ts";

/** Edit distance of the output from the value, at most the threshold (5). */
export const levenshtein: AssertionDefinition = {
  check: ({ value }) => (typeof value === "string" ? undefined : 'levenshtein needs a text as its "value".'),
  grade({ assertion, type, value, text }) {
    if (typeof value !== "string") throw new JudgeError(`${type} needs a text as its value, not ${quote(value)}.`);
    const edits = distance(text, value);
    const threshold = assertion.threshold ?? 5;
    return { holds: edits <= threshold, claim: `be at most ${threshold} edits away from ${quote(value)}`, found: `it is ${edits} away` };
  },
};

/** Words between white space: an exact number, or `{min, max}`. */
export const wordCount: AssertionDefinition = {
  check: ({ value }) => bounds(value).problem,
  grade({ type, value, text }) {
    const { min, max, problem } = bounds(value);
    if (problem !== undefined) throw new JudgeError(`${type}: ${problem}`);
    const words = text.split(/\s+/).filter(Boolean).length;
    const range = min === max ? `exactly ${min}` : max === Infinity ? `at least ${min}` : min === -Infinity ? `at most ${max}` : `between ${min} and ${max}`;
    return { holds: words >= min && words <= max, claim: `have ${range} words`, found: `it has ${words}` };
  },
};

function bounds(value: unknown): { min: number; max: number; problem?: string } {
  const none = { min: -Infinity, max: Infinity };
  if (typeof value !== "object" || value === null) {
    const exact = toNumber(value);
    return Number.isNaN(exact) ? { ...none, problem: 'word-count needs a number, or {min, max}, as its "value".' } : { min: exact, max: exact };
  }
  const { min, max } = value as { min?: unknown; max?: unknown };
  if (min === undefined && max === undefined) return { ...none, problem: 'word-count needs "min" or "max" in its "value".' };
  const found = { min: min === undefined ? -Infinity : toNumber(min), max: max === undefined ? Infinity : toNumber(max) };
  if (Number.isNaN(found.min) || Number.isNaN(found.max)) return { ...none, problem: 'word-count: "min" and "max" must be numbers.' };
  if (found.min > found.max) return { ...none, problem: `word-count: "min" (${found.min}) is above "max" (${found.max}).` };
  return found;
}

function toNumber(value: unknown): number {
  return typeof value === "number" || typeof value === "string" ? Number(value) : NaN;
}

export const latency: AssertionDefinition = {
  check: ({ threshold }) => (threshold === undefined ? 'latency needs a "threshold" in milliseconds.' : undefined),
  grade({ assertion: { threshold }, type, row: { latencyMs } }) {
    if (threshold === undefined) throw new JudgeError(`${type} needs a threshold in milliseconds.`);
    if (latencyMs === undefined) throw new JudgeError(`${type} cannot be judged: the output was not timed.`);
    return { subject: "the latency", holds: latencyMs <= threshold, claim: `be at most ${threshold} ms`, found: `it was ${Math.round(latencyMs)} ms` };
  },
};

export const cost: AssertionDefinition = {
  check: ({ threshold }) => (threshold === undefined ? 'cost needs a "threshold" in USD.' : undefined),
  grade({ assertion: { threshold }, type, row }) {
    if (threshold === undefined) throw new JudgeError(`${type} needs a threshold in USD.`);
    if (row.cost === undefined) throw new JudgeError(`${type} cannot be judged: the provider reports no cost.`);
    return { subject: "the cost", holds: row.cost <= threshold, claim: `be at most ${threshold} USD`, found: `it was ${row.cost.toPrecision(2)} USD` };
  },
};
