import { countNGrams, overlap, shared } from "./overlap.ts";

const ORDERS = [1, 2, 3, 4];
/** In place of a precision of zero, which has no logarithm. */
const NOTHING = 1e-7;

/** `bleu`: up to four words in a row, at least 0.5. */
export const bleu = overlap("BLEU", 0.5, bleuScore);

/**
 * Geometric mean of the precisions of 1 to 4 words in a row, times a penalty for being short. As in
 * promptfoo a text of fewer than four words is measured by the orders that it has, and of several
 * references the one that shares most counts by itself, order by order.
 */
export function bleuScore(candidate: string, references: readonly string[]): number {
  if (candidate.trim() === "") return 0;
  const words = wordsOf(candidate);
  const others = references.map(wordsOf);
  const logs = ORDERS.filter((n) => n <= words.length).map((n) => {
    const grams = countNGrams(words, n);
    const most = Math.max(...others.map((other) => shared(grams, countNGrams(other, n))));
    return Math.log(most / (words.length - n + 1) || NOTHING);
  });
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return brevityPenalty(words.length, others.map((other) => other.length)) * Math.exp(mean);
}

/** By the reference of the nearest length, of two the shorter. */
function brevityPenalty(length: number, references: readonly number[]): number {
  const [nearest] = [...references].sort((a, b) => Math.abs(a - length) - Math.abs(b - length) || a - b);
  return length > nearest! ? 1 : Math.exp(1 - nearest! / length);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().trim().split(/\s+/);
}
