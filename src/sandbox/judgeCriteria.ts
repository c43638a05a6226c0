import { embed } from "./embeddings.ts";
import { isFlagged } from "./moderations.ts";

/** How far a text keeps to a criterion. */
export interface CriterionGrade {
  readonly pass: boolean;
  /** 0 … 1. */
  readonly score: number;
  readonly reason: string;
}

interface Check {
  /** What a part of a criterion must look like. */
  readonly when: RegExp;
  readonly holds: (text: string, match: RegExpExecArray, part: string) => boolean;
}

const COUNTS: Readonly<Record<string, (text: string) => number>> = {
  word: (text) => wordsOf(text).length,
  sentence: (text) => text.split(/[.!?]+(?:\s|$)/).filter((part) => part.trim() !== "").length,
  character: (text) => text.length,
  line: (text) => text.split("\n").filter((part) => part.trim() !== "").length,
};
const COUNTED = "(\\d+) (word|sentence|character|line)s?";
const POLITE = /\b(?:please|thanks?|thank you|sorry|apolog\w+|kindly|dear|welcome|happy to|glad to|appreciate\w*)\b/i;
const NEGATED = /\b(?:not|never|no|without|avoids?)\b|n't\b/i;

/** Tried in this order; the first that fits a part decides it. */
const CHECKS: readonly Check[] = [
  { when: new RegExp(`\\b(?:at most|no more than|not more than|up to|maximum of|max) ${COUNTED}`, "i"), holds: (text, [, most, unit]) => COUNTS[unit!.toLowerCase()]!(text) <= Number(most) },
  { when: new RegExp(`\\b(?:fewer|less|shorter) than ${COUNTED}|\\bunder ${COUNTED}`, "i"), holds: (text, [, a, unitA, b, unitB]) => COUNTS[(unitA ?? unitB)!.toLowerCase()]!(text) < Number(a ?? b) },
  { when: new RegExp(`\\b(?:at least|no fewer than|minimum of) ${COUNTED}`, "i"), holds: (text, [, least, unit]) => COUNTS[unit!.toLowerCase()]!(text) >= Number(least) },
  { when: new RegExp(`\\bmore than ${COUNTED}`, "i"), holds: (text, [, bound, unit]) => COUNTS[unit!.toLowerCase()]!(text) > Number(bound) },
  { when: /\bjson\b/i, holds: (text, _match, part) => isJson(text) !== NEGATED.test(part) },
  { when: /\b(?:polite|courteous|friendly|kind|respectful)\b/i, holds: (text, _match, part) => (POLITE.test(text) && !isFlagged(text)) !== NEGATED.test(part) },
  { when: /\b(?:rude|insulting|offensive|toxic|impolite)\b/i, holds: (text, _match, part) => isFlagged(text) !== NEGATED.test(part) },
  { when: /\b(?:greets?|greeting)\b/i, holds: (text, _match, part) => /\b(?:hello|hi|hey|dear|good (?:morning|day|evening)|welcome)\b/i.test(text) !== NEGATED.test(part) },
  { when: /\b(?:asks?|is) (?:a |the )?(?:\w+ )?question\b/i, holds: (text, _match, part) => text.includes("?") !== NEGATED.test(part) },
  { when: /\b(?:mention|contain|include|say|name|state|use)s?\b(?: of)?:?\s*(.*)$/i, holds: (text, match, part) => mentions(text, match[1]!) !== NEGATED.test(part.slice(0, match.index + match[0].length - match[1]!.length)) },
  { when: /["“”'‘’`]([^"“”'‘’`]+)["“”'‘’`]/, holds: (text, _match, part) => mentions(text, part) !== NEGATED.test(part) },
];

/** A criterion without any of these words is judged by likeness, from here on. */
const ALIKE_FROM = 0.2;
/** Of a longer criterion the rest is left out, of a longer text the end is not compared: neither may keep the endpoint busy. */
const MOST_PARTS = 20;
const MOST_CHARACTERS = 4000;

/**
 * Judges a text by simple means, the same each time: parts of the criterion such as `mentions X`, `does not
 * mention X`, `at most N words`, `is polite`, `in JSON` and quoted terms are looked up in it; anything else is
 * judged by how many words and n-grams the two share. It reads words, not meaning: it shows how a judge is
 * used, and is none to rely on. What a text says of itself makes no difference.
 */
export function judgeByCriterion(text: string, criterion: string): CriterionGrade {
  const parts = partsOf(criterion.slice(0, MOST_CHARACTERS)).slice(0, MOST_PARTS);
  const grades = parts.map((part) => judgePart(text, part));
  if (grades.length === 0) return { pass: true, score: 1, reason: "There is nothing to judge by." };
  const failed = grades.find((grade) => !grade.pass);
  return { pass: failed === undefined, score: round(grades.reduce((sum, grade) => sum + grade.score, 0) / grades.length), reason: (failed ?? grades[0]!).reason };
}

function judgePart(text: string, part: string): CriterionGrade {
  for (const { when, holds } of CHECKS) {
    const match = when.exec(part);
    if (!match) continue;
    const pass = holds(text, match, part);
    return { pass, score: Number(pass), reason: `"${part}": ${pass ? "yes" : "no"}.` };
  }
  const score = likeness(text, part);
  return { pass: score >= ALIKE_FROM, score, reason: `"${part}": the texts are ${Math.round(score * 100)} % alike.` };
}

/** Sentences, and what stands between "and"; "mentions X and Y" is two mentions. */
function partsOf(criterion: string): string[] {
  const parts: string[] = [];
  for (const sentence of criterion.split(/[;\n]+|[.!?]+(?:\s+|$)/)) {
    let verb = "";
    for (const part of sentence.split(/,?\s+and\s+(?![^"“]*["”]\s*$)/i).map((item) => item.trim()).filter((item) => item !== "")) {
      const own = CHECKS.some(({ when }) => when.test(part));
      parts.push(own || verb === "" ? part : `${verb} ${part}`);
      if (own) verb = /^.*?\b(?:mention|contain|include|say|name|state|use)s?\b/i.exec(part)?.[0] ?? "";
    }
  }
  return parts;
}

/** Whether a text has the quoted terms, else all telling words of a phrase. */
function mentions(text: string, phrase: string): boolean {
  const quoted = [...phrase.matchAll(/["“‘'`]([^"“”‘’'`]+)["”’'`]/g)].map((match) => match[1]!);
  const lower = text.toLowerCase();
  if (quoted.length > 0) return quoted.every((term) => lower.includes(term.toLowerCase()));
  const wanted = tellingWords(phrase);
  const there = new Set(wordsOf(text));
  return wanted.length > 0 && wanted.every((word) => [...there].some((found) => found.startsWith(word.replace(/(?:s|ed|ing)$/, ""))));
}

/** Cosine of the embeddings, not below 0. */
export function likeness(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => embed(text.slice(0, MOST_CHARACTERS))) as [number[], number[]];
  return round(Math.max(0, x.reduce((sum, value, index) => sum + value * y[index]!, 0)));
}

const SMALL = new Set("a an the of to in on at is are was were be been it its this that these those and or for with by from as has have had do does did will would can could should may might not no any some there their they you your we our i my he she his her what when where which who how why all".split(" "));

/** Lower-case words that say something; of a text of small words only, those. */
export function tellingWords(text: string): string[] {
  const words = wordsOf(text);
  const telling = words.filter((word) => !SMALL.has(word));
  return telling.length > 0 ? telling : words;
}

/** The share of a text's telling words that another text has. 0 … 1. */
export function covered(text: string, by: string): number {
  const words = tellingWords(text);
  const there = new Set(wordsOf(by));
  return words.length === 0 ? 0 : words.filter((word) => there.has(word)).length / words.length;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu) ?? [];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
