import { unquote } from "./examples.ts";

const TRIGGER = /\b(one of|either|categor\w*|label\w*|class(?:es|ify|ified)?|intents?|topics?|options?|choices?|sentiments?|queues?|teams?|tags?|answer with|reply with|respond with|choose|pick|judge|sort|route|assign|mark|decide|rate|predict|into|between)\b/i;
const CONNECTOR = /:\s|\b(?:one of|either|into|as|are|between|from|(?:answer|reply|respond) with)\b/gi;
const BULLET = /^\s*(?:[-*•]|\d+[.)])\s+(.+)$/;

/** Characters. */
const LONGEST_LIST = 1000;

/** A label the instructions list; what they say about it is learnt with it. */
export interface ListedLabel {
  readonly label: string;
  readonly description: string;
}

/**
 * The labels that instructions list: `Categories: a, b or c`, `one of "a" | "b"`, `classify … as a or b`,
 * or a bullet a label (`- a: what belongs there`) under a line that announces them.
 */
export function readLabels(instructions: string): ListedLabel[] {
  const found = new Map<string, ListedLabel>();
  const lines = instructions.split("\n");
  for (const [index, line] of lines.entries()) {
    if (!TRIGGER.test(line)) continue;
    const bulleted = line.trimEnd().endsWith(":") ? readBullets(lines.slice(index + 1)) : [];
    const listed = bulleted.length > 1 ? bulleted : readInline(line).map((label) => ({ label, description: "" }));
    for (const entry of listed) if (!found.has(entry.label.toLowerCase())) found.set(entry.label.toLowerCase(), entry);
  }
  return [...found.values()];
}

function readBullets(lines: readonly string[]): ListedLabel[] {
  const entries: ListedLabel[] = [];
  for (const line of lines) {
    const item = BULLET.exec(line)?.[1];
    if (item === undefined) {
      if (line.trim() === "" && entries.length === 0) continue;
      break;
    }
    const [, name, description] = /^(.*?)(?:\s*[:–—]\s*|\s+-\s+|\s+\()(.*)$/.exec(item) ?? [undefined, item, ""];
    const label = clean(name!);
    if (isName(label)) entries.push({ label, description: description! });
  }
  return entries;
}

/** The longest list of names that stands after a colon or a word such as "of", up to the end of its sentence. */
function readInline(line: string): string[] {
  let best: string[] = [];
  for (const match of line.matchAll(CONNECTOR)) {
    const rest = line.slice(match.index + match[0].length, match.index + LONGEST_LIST);
    const sentence = rest.split(/[.;!?](?:\s|$)|[{}]|\s-\s/)[0]!;
    const list = sentence.split(/:\s/)[0]!;
    const names = list.split(/,\s*(?:or|and)\s|,|\||\s\/\s|\/|\bor\b|\band\b/i).map(clean).filter((name) => name !== "");
    if (names.length > Math.max(1, best.length) && names.every(isName)) best = names;
  }
  return best;
}

function clean(text: string): string {
  return unquote(text.replace(/^[\s([*_]+|[\s)\]*_.]+$/g, ""));
}

function isName(text: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N} &'+_-]{0,39}$/u.test(text) && text.split(/\s+/).length <= 3;
}
