import { hasLanguage, languageOf, loadLanguages } from "../instructions/language.ts";
import { Memo } from "./memo.ts";

/** Languages that English is told from. */
const AMONG = ["eng", "deu", "fra", "spa", "ita", "por", "nld", "pol"];

const found = new Memo<Promise<0 | 1 | undefined>>();
let hasMatch: Promise<(text: string) => boolean> | undefined;

/**
 * 1 for an output with a word of obscenity's list of English profanities, 0 for one without; `undefined` for a text
 * that is not English. It finds words, not meaning: it passes a threat and flags "cockpit". Therefore it is a metric
 * of its own name, never called toxicity, and gates nothing by default.
 */
export function profanity(output: string): Promise<0 | 1 | undefined> {
  return found.of(output, async () => {
    if (hasLanguage(output)) await loadLanguages();
    const language = languageOf(output, AMONG);
    if (language !== undefined && language !== "eng") return undefined;
    return (await (hasMatch ??= matcher()))(output) ? 1 : 0;
  });
}

async function matcher(): Promise<(text: string) => boolean> {
  const { RegExpMatcher, englishDataset, englishRecommendedTransformers } = await import("obscenity");
  const list = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
  return (text) => list.hasMatch(text);
}
