import { overlap } from "./overlap.ts";

/** Weight of recall against precision, and how much, and how steeply, words out of order cost. */
export interface MeteorWeights {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
}

const USUAL: MeteorWeights = { alpha: 0.9, beta: 3, gamma: 0.5 };

/** `meteor`, at least 0.5. Words match as they are or by their stem; there is no dictionary of synonyms. */
export const meteor = overlap("METEOR", 0.5, async (candidate, references, config) => {
  const { stemmer } = await import("stemmer");
  const weights = { ...USUAL, ...Object.fromEntries(Object.entries(config).filter(([name, value]) => name in USUAL && typeof value === "number")) };
  return Math.max(...references.map((reference) => meteorScore(candidate, reference, stemmer, weights)));
});

/** Banerjee and Lavie's measure. */
export function meteorScore(candidate: string, reference: string, stem: (word: string) => string, { alpha, beta, gamma }: MeteorWeights = USUAL): number {
  const words = wordsOf(candidate);
  const others = wordsOf(reference);
  const exact = align(words.map((word, at) => ({ word, at })), others.map((word, at) => ({ word, at })));
  const stemmed = (rest: readonly Word[]) => rest.map(({ word, at }) => ({ word: stem(word), at }));
  const byStem = align(stemmed(exact.words), stemmed(exact.others));
  const pairs = [...exact.pairs, ...byStem.pairs].sort(([a], [b]) => a - b);
  if (pairs.length === 0) return 0;
  const precision = pairs.length / words.length;
  const recall = pairs.length / others.length;
  const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
  return (1 - gamma * (chunks(pairs) / pairs.length) ** beta) * mean;
}

interface Word {
  readonly word: string;
  readonly at: number;
}

type Pair = readonly [at: number, other: number];

/** Pairs equal words from the end on, each once, with what is left of both texts. */
function align(words: readonly Word[], others: readonly Word[]): { pairs: Pair[]; words: Word[]; others: Word[] } {
  const free = new Map<string, Word[]>();
  for (const other of others) {
    const same = free.get(other.word);
    if (same) same.push(other);
    else free.set(other.word, [other]);
  }
  const pairs: Pair[] = [];
  const rest: Word[] = [];
  for (const word of words.toReversed()) {
    const match = free.get(word.word)?.pop();
    if (match) pairs.push([word.at, match.at]);
    else rest.push(word);
  }
  const taken = new Set(pairs.map(([, other]) => other));
  return { pairs, words: rest.reverse(), others: others.filter(({ at }) => !taken.has(at)) };
}

/** Runs of pairs that follow one another in both texts. */
function chunks(pairs: readonly Pair[]): number {
  return pairs.filter(([at, other], i) => i === 0 || at !== pairs[i - 1]![0] + 1 || other !== pairs[i - 1]![1] + 1).length;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).map((word) => word.replace(/(?<!\.)\.+$/, "")).filter(Boolean);
}
