import { hasLanguage, languageOf, loadLanguages } from "../instructions/language.ts";
import { Memo } from "./memo.ts";

/** Languages that English is told from. */
const AMONG = ["eng", "deu", "fra", "spa", "ita", "por", "nld", "pol"];

/** Words of English alone, among these. Two of them spare the detector, which takes as long as everything else. */
const ENGLISH = /\b(?:the|and|you|your|with|this|our|have|been|which)\b/gi;

const found = new Memo<Promise<0 | 1 | undefined>>();
let hasMatch: Promise<(text: string) => boolean> | undefined;

/**
 * 1 for an output with a word of obscenity's list of English profanities, 0 for one without; `undefined` for a text
 * that is not English. It finds words, not meaning: it passes a threat and flags "cockpit". Therefore it is a metric
 * of its own name, never called toxicity, and gates nothing by default.
 */
export function profanity(output: string): Promise<0 | 1 | undefined> {
  return found.of(output, async () => {
    if (hasLanguage(output) && !isPlainlyEnglish(output)) {
      await loadLanguages();
      if (languageOf(output, AMONG) !== "eng") return undefined;
    }
    return (await (hasMatch ??= matcher()))(output) ? 1 : 0;
  });
}

function isPlainlyEnglish(text: string): boolean {
  return new Set(text.match(ENGLISH)?.map((word) => word.toLowerCase())).size > 1;
}

async function matcher(): Promise<(text: string) => boolean> {
  const { RegExpMatcher, englishDataset, englishRecommendedTransformers } = await import("obscenity");
  const list = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
  return (text) => list.hasMatch(text);
}
