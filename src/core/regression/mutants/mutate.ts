import { createRandom } from "../statistics/random.ts";

/** A prompt with one small damage, or with a change that should not matter. */
export interface Mutant {
  readonly kind: "sentence" | "example" | "format" | "negation" | "label" | "swap" | "space" | "order";
  /** What was done, for people. */
  readonly what: string;
  /** Line that it is about, from 1. */
  readonly line: number;
  readonly text: string;
  /** It should change nothing: what the suite says of it is noise. */
  readonly isControl: boolean;
}

const MOST = 12;
/** `"text" -> label`, `text => label`, `Input: text`: lines that come in rows of their like. */
const EXAMPLE = /^\s*(?:["“].*["”]\s*(?:->|=>|→|:)\s*\S|.*\S\s*(?:->|=>|→)\s*\S)/;
const FORMAT = /\b(json|yaml|xml|one word|in (?:this|the following) form(?:at)?|only (?:with|the)|(?:at most|no more than) \w+ (?:words|sentences))\b/i;
const NEGATIONS: readonly (readonly [RegExp, string])[] = [
  [/\b(must|should|do|does|can|may|will|is|are) not\b/i, "$1"],
  [/\bnever\b/i, "always"],
  [/\balways\b/i, "never"],
  [/\b(must|should|can|may|will)\b(?! not)/i, "$1 not"],
  [/\bonly\b/i, "not only"],
];

/**
 * Up to 12 damaged versions of a prompt, each with one part of it gone or turned round, and 2 controls that should not
 * matter (white space, the order of examples). The same seed gives the same mutants.
 */
export function mutantsOf(prompt: string, seed = 1): Mutant[] {
  const lines = prompt.split(/\r\n|\n|\r/);
  const eol = /\r\n|\n|\r/.exec(prompt)?.[0] ?? "\n";
  const join = (changed: readonly string[]) => changed.join(eol);
  const replaced = (at: number, line: string) => join(lines.map((old, index) => (index === at ? line : old)));
  const without = (at: number) => join(lines.filter((_, index) => index !== at));
  const found: Mutant[] = [];
  const add = (kind: Mutant["kind"], what: string, at: number, text: string) => {
    if (text !== prompt) found.push({ kind, what, line: at + 1, text, isControl: false });
  };

  const examples = lines.flatMap((line, index) => (EXAMPLE.test(line) ? [index] : []));
  for (const [at, line] of lines.entries()) {
    if (line.trim() === "" || examples.includes(at) || isTemplateOnly(line)) continue;
    if (FORMAT.test(line)) add("format", `the line about the form of the answer is gone: “${short(line)}”`, at, without(at));
    const negated = negationOf(line);
    if (negated !== undefined) add("negation", `turned round: “${short(negated)}”`, at, replaced(at, negated));
    for (const sentence of sentencesOf(line)) add("sentence", `gone: “${short(sentence)}”`, at, replaced(at, line.replace(sentence, "").trim()));
    const labels = labelsOf(line);
    if (labels) {
      const [first, second] = labels as [string, string];
      add("label", `the label ${first} is gone`, at, replaced(at, line.replace(new RegExp(`\\b${escaped(first)}\\b,?\\s*`), "")));
      add("swap", `the labels ${first} and ${second} are swapped in the list`, at, replaced(at, swapped(line, first, second)));
    }
  }
  for (const at of examples) add("example", `the example is gone: “${short(lines[at]!)}”`, at, without(at));
  return [...chosen(found, seed), ...controls(lines, examples, join, prompt)];
}

/** One of each kind and place before a second of any: many examples must not crowd out the rest. */
function chosen(found: readonly Mutant[], seed: number): Mutant[] {
  const random = createRandom(seed);
  const shuffled = found.map((mutant) => ({ mutant, key: random.uniform() })).sort((a, b) => a.key - b.key).map(({ mutant }) => mutant);
  const byKind = new Map<string, Mutant[]>();
  for (const mutant of shuffled) byKind.set(mutant.kind, [...(byKind.get(mutant.kind) ?? []), mutant]);
  const picked: Mutant[] = [];
  for (let round = 0; picked.length < Math.min(MOST, found.length); round++) for (const kind of byKind.values()) if (kind[round] && picked.length < MOST) picked.push(kind[round]!);
  return picked.sort((a, b) => a.line - b.line);
}

function controls(lines: readonly string[], examples: readonly number[], join: (lines: readonly string[]) => string, prompt: string): Mutant[] {
  const spaced: Mutant = { kind: "space", what: "a space after every line", line: 1, text: join(lines.map((line) => (line.trim() === "" ? line : `${line} `))), isControl: true };
  const last = examples.length >= 2 ? examples.at(-1)! : undefined;
  const first = examples[0]!;
  if (last === undefined || lines[first] === lines[last]) return [spaced];
  const text = join(lines.map((line, index) => (index === first ? lines[last]! : index === last ? lines[first]! : line)));
  return text === prompt ? [spaced] : [spaced, { kind: "order", what: "the first and the last example are swapped", line: first + 1, text, isControl: true }];
}

function negationOf(line: string): string | undefined {
  const rule = NEGATIONS.find(([pattern]) => pattern.test(line));
  return rule && line.replace(rule[0], rule[1]);
}

function sentencesOf(line: string): string[] {
  return (line.match(/[^.!?]+[.!?]+/g) ?? []).map((sentence) => sentence.trim()).filter((sentence) => sentence.split(/\s+/).length >= 3 && !/\{[{%]/.test(sentence));
}

/** A list of single words, such as labels: `Categories: billing, refund, delivery`. */
function labelsOf(line: string): string[] | undefined {
  const list = /[:]\s*((?:[\w-]+,\s*)+(?:(?:or|and)\s+)?[\w-]+)\.?\s*$/.exec(line)?.[1];
  const labels = list?.split(/,\s*|\s+(?:or|and)\s+/).map((label) => label.replace(/^(?:or|and)\s+/, "")).filter(Boolean);
  return labels && labels.length >= 2 ? labels : undefined;
}

function swapped(line: string, a: string, b: string): string {
  return line.replace(new RegExp(`\\b(?:${escaped(a)}|${escaped(b)})\\b`, "g"), (found) => (found === a ? b : a));
}

function isTemplateOnly(line: string): boolean {
  return /\{[{%]/.test(line);
}

function short(text: string): string {
  const line = text.trim();
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}
