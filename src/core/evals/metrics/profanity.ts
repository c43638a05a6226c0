import { languageOf, loadLanguages } from "../instructions/language.ts";

/** Languages that English is told from. */
const AMONG = ["eng", "deu", "fra", "spa", "ita", "por", "nld", "pol"];

/** 1 for an output with a word of the list, 0 for one without; `undefined` for a text that is not English. */
export type Profanity = (output: string) => 0 | 1 | undefined;

/**
 * obscenity's list of English profanities. It finds words, not meaning: it passes a threat and flags
 * "cockpit". Therefore it is a metric of its own name, never called toxicity, and gates nothing by default.
 */
export async function profanityList(): Promise<Profanity> {
  const [{ RegExpMatcher, englishDataset, englishRecommendedTransformers }] = await Promise.all([import("obscenity"), loadLanguages()]);
  const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
  return (output) => {
    const language = languageOf(output, AMONG);
    if (language !== undefined && language !== "eng") return undefined;
    return matcher.hasMatch(output) ? 1 : 0;
  };
}
