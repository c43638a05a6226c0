import { languageRule } from "./language.ts";

/** Whether an output keeps an instruction; `undefined`: it cannot be told. */
export type Keeps = (output: string) => boolean | undefined;

/** Reads one kind of instruction out of a sentence; `undefined` where it is not of that kind. In doubt there is no check. */
export interface Rule {
  readonly name: string;
  read(sentence: string): Keeps | undefined;
}

const NUMBERS: Readonly<Record<string, number>> = { a: 1, one: 1, single: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 };
const NUMBER = String.raw`(\d+|a single|one|two|three|four|five|six|seven|eight|nine|ten)`;
const NEGATED = /\b(?:not|never|don't|no need|avoid|without)\b/i;

/** "answer in JSON", "reply with JSON only, in the form {"label": "…"}". */
const json: Rule = {
  name: "json",
  read(sentence) {
    if (!/\bjson\b/i.test(sentence) || NEGATED.test(sentence) || !/\b(?:in|as|with|only|valid|a|an|single)\s+(?:\w+\s+)?json\b/i.test(sentence)) return undefined;
    const keys = keysOf(sentence);
    return (output) => {
      try {
        const value: unknown = JSON.parse(unfenced(output));
        return typeof value === "object" && value !== null && keys.every((key) => Object.hasOwn(value, key));
      } catch {
        return false;
      }
    };
  },
};

/** As IFEval takes it: what is between the marks of a fence. */
function unfenced(output: string): string {
  return output.trim().replace(/^```(?:json)?/i, "").replace(/```$/, "");
}

/** The keys of a template such as `{"category": "…"}`, or those that are named in quotes after "keys". */
function keysOf(sentence: string): string[] {
  const template = /\{([^{}]*)\}/.exec(sentence)?.[1];
  if (template !== undefined) return [...template.matchAll(/"([\w-]+)"\s*:/g)].map((match) => match[1] as string);
  const named = /\bkeys?\b(.*)$/i.exec(sentence)?.[1] ?? "";
  return [...named.matchAll(/["'`]([\w-]+)["'`]/g)].map((match) => match[1] as string);
}

/** "at most 50 words", "in under 20 words", "between 10 and 20 words", "at least 5 words". */
const words: Rule = {
  name: "words",
  read(sentence) {
    const between = /\bbetween (\d+) and (\d+) words\b/i.exec(sentence);
    if (between) return within(countWords, Number(between[1]), Number(between[2]));
    const most = new RegExp(String.raw`\b(at most|no more than|not more than|a maximum of|maximum|max\.?|up to|within|not exceed|under|fewer than|less than|below)\s+${NUMBER}\s+words?\b`, "i").exec(sentence);
    if (most) return within(countWords, 0, numberOf(most[2]) - (/under|fewer|less|below/i.test(most[1] as string) ? 1 : 0));
    const least = new RegExp(String.raw`\b(at least|a minimum of|no fewer than|not less than|more than|over)\s+${NUMBER}\s+words?\b`, "i").exec(sentence);
    if (least) return within(countWords, numberOf(least[2]) + (/more|over/i.test(least[1] as string) ? 1 : 0), Infinity);
    const exact = new RegExp(String.raw`\b(?:with|in|exactly)\s+(?:exactly\s+)?(one|a single|\d+)\s+words?\b`, "i").exec(sentence);
    // "one word: billing, refund or delivery" is a choice, which says more.
    return exact && !NEGATED.test(sentence) && !choice.read(sentence) ? within(countWords, numberOf(exact[1]), numberOf(exact[1])) : undefined;
  },
};

/** "in one sentence", "at most three sentences". */
const sentencesRule: Rule = {
  name: "sentences",
  read(sentence) {
    const match = new RegExp(String.raw`\b(in|at most|no more than|not more than|up to|within|a maximum of|exactly)\s+${NUMBER}\s+(?:short\s+|brief\s+|concise\s+)?sentences?\b`, "i").exec(sentence);
    return match ? within(countSentences, 0, numberOf(match[2])) : undefined;
  },
};

/** "answer with one word: billing, refund or delivery", "reply with exactly one of: a, b, c". */
const choice: Rule = {
  name: "choice",
  read(sentence) {
    if (NEGATED.test(sentence) || /\bjson\b/i.test(sentence)) return undefined;
    const match = /\b(?:one word|a single word|(?:exactly |only )?one of(?: the following)?(?: labels| words| options| categories)?)\s*:\s*(.+?)[.!]?$/i.exec(sentence);
    const options = (match?.[1] ?? "").split(/,\s*(?:or|and)\s+|,\s*|\s+or\s+|\s*\|\s*/i).map((option) => plain(option)).filter(Boolean);
    if (options.length < 2 || options.some((option) => option.split(/\s+/).length > 3)) return undefined;
    const allowed = new Set(options.map((option) => option.toLowerCase()));
    return (output) => allowed.has(plain(output).toLowerCase());
  },
};

/** "do not mention prices", "never use the word "sorry"". */
const noMention: Rule = {
  name: "no-mention",
  read(sentence) {
    const match = /\b(?:do not|don't|never|must not|should not|avoid)\s+(?:ever\s+)?(?:mention(?:ing)?|say(?:ing)?|us(?:e|ing) the words?)\s+(?:the words?\s+)?(?:["“'`]([^"”'`]+)["”'`]|([\w-]+))\s*[.!]?$/i.exec(sentence);
    const word = match?.[1] ?? match?.[2];
    if (word === undefined || /^(?:it|this|that|them|anything|so|these|those)$/i.test(word)) return undefined;
    const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\p{L}\p{N}])`, "iu");
    return (output) => !pattern.test(output);
  },
};

/** "end with "Thank you."", "finish your answer with “Best regards”". */
const endWith: Rule = {
  name: "end-with",
  read(sentence) {
    if (NEGATED.test(sentence)) return undefined;
    const match = /\b(?:end|finish|conclude|close)\s+(?:(?:your|the|each|every)\s+\w+\s+)?with\s+(?:the (?:words?|phrase|sentence)\s+)?["“`]([^"”`]+)["”`]/i.exec(sentence);
    const ending = match?.[1]?.trim();
    return ending === undefined ? undefined : (output) => output.trim().toLowerCase().endsWith(ending.toLowerCase());
  },
};

/** In this order; each may find a check of its own in the same sentence. A rule is added by a line here. */
export const RULES: readonly Rule[] = [json, words, sentencesRule, languageRule, choice, noMention, endWith];

function within(count: (output: string) => number, least: number, most: number): Keeps {
  return (output) => {
    const found = count(output);
    return found >= least && found <= most;
  };
}

function countWords(output: string): number {
  return output.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function countSentences(output: string): number {
  const segments = [...new Intl.Segmenter("en", { granularity: "sentence" }).segment(output.trim())];
  return segments.filter(({ segment }) => /[\p{L}\p{N}]/u.test(segment)).length;
}

function numberOf(text: string | undefined): number {
  const name = (text ?? "").toLowerCase().replace(/^a single$/, "single");
  return NUMBERS[name] ?? Number(name);
}

/** Without quotes, brackets and the full stop around it. */
function plain(text: string): string {
  return text.trim().replace(/^["'`“‘(*]+|["'`”’).!*]+$/g, "").trim();
}
