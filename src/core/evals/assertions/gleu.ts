import { countNGrams, overlap, shared } from "./overlap.ts";

const ORDERS = [1, 2, 3, 4];

/** `gleu`: Google's BLEU for single sentences, at least 0.5. */
export const gleu = overlap("GLEU", 0.5, gleuScore);

/** The lesser of precision and recall over all sequences of 1 to 4 words, for the best reference. */
export function gleuScore(candidate: string, references: readonly string[]): number {
  const words = wordsOf(candidate);
  return words.length === 0 ? 0 : Math.max(...references.map((reference) => against(words, wordsOf(reference))));
}

function against(words: readonly string[], reference: readonly string[]): number {
  const inCommon = sum((n) => shared(countNGrams(words, n), countNGrams(reference, n)));
  const longer = Math.max(...[words, reference].map((text) => sum((n) => Math.max(0, text.length - n + 1))));
  return inCommon / longer;
}

function sum(of: (n: number) => number): number {
  return ORDERS.reduce((total, n) => total + of(n), 0);
}

/** Full stops at the end of a word are no part of it; a text of nothing else has no words. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().trim().split(/\s+/).map((word) => word.replace(/(?<!\.)\.+$/, ""));
  return words.some((word) => word !== "") ? words : [];
}
