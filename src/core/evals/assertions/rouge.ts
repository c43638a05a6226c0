import { overlap, shared } from "./overlap.ts";

/** `rouge-n`: F1 of the words in common, at least 0.75. One reference only, as in promptfoo. */
export const rougeN = overlap("ROUGE-N", 0.75, (candidate, [reference]) => rougeScore(candidate, reference!), false);

/** Words are counted as often as both texts have them, without regard to case. */
export async function rougeScore(candidate: string, reference: string): Promise<number> {
  const { treeBankTokenize, fMeasure } = await import("js-rouge");
  const [words, others] = [candidate, reference].map((text) => treeBankTokenize(text.toLowerCase())) as [string[], string[]];
  if (words.length === 0 || others.length === 0) return 0;
  const inCommon = shared(counted(words), counted(others));
  return inCommon === 0 ? 0 : fMeasure(inCommon / words.length, inCommon / others.length, 1);
}

function counted(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
