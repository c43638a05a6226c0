import type { Keeps, Rule } from "./rules.ts";

/** Languages that a prompt may ask for by name, with their ISO 639-3 codes. */
const CODES: Readonly<Record<string, string>> = {
  english: "eng", german: "deu", french: "fra", spanish: "spa", italian: "ita", portuguese: "por", dutch: "nld", polish: "pol",
  russian: "rus", ukrainian: "ukr", turkish: "tur", japanese: "jpn", chinese: "cmn", korean: "kor", arabic: "arb", hindi: "hin",
};

/** Shorter texts say too little. */
const SHORTEST = 20;

type Detect = (text: string, only: readonly string[]) => string;
let detect: Detect | undefined;

/** Loads the detector (175 KB) once; without it a language instruction is not told from others. */
export async function loadLanguages(): Promise<void> {
  if (detect) return;
  const { franc } = await import("franc-min");
  detect = (text, only) => franc(text, { only: [...only], minLength: SHORTEST });
}

/** The ISO 639-3 code of a text among some; `undefined` for a text that is too short to tell. */
export function languageOf(text: string, among: readonly string[]): string | undefined {
  const letters = lettersOf(text);
  return detect && letters.length >= SHORTEST ? detect(letters, among) : undefined;
}

/** Whether a text is long enough for its language to be told. */
export function hasLanguage(text: string): boolean {
  return lettersOf(text).length >= SHORTEST;
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\s]/gu, " ").replace(/\s+/g, " ").trim();
}

/** "answer in Spanish", "write your reply in German". Judged among that language and English only: two are told apart well. */
export const languageRule: Rule = {
  name: "language",
  read(sentence): Keeps | undefined {
    const names = [...sentence.matchAll(/\bin ([A-Z][a-z]+)\b/g)].map((match) => (match[1] as string).toLowerCase()).filter((name) => CODES[name] !== undefined);
    const [name, ...others] = new Set(names);
    if (name === undefined || others.length > 0 || /\b(?:not|never|don't)\b/i.test(sentence) || !/\b(?:answer|reply|respond|write|output|response|speak)\b/i.test(sentence)) return undefined;
    const code = CODES[name] as string;
    const among = code === "eng" ? Object.values(CODES) : [code, "eng"];
    return (output) => {
      const found = languageOf(output, among);
      return found === undefined ? undefined : found === code;
    };
  },
};
