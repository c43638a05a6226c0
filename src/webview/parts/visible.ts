/** A part of a text; with a `mark` it stands for a character that would not be seen. */
export interface VisiblePart {
  readonly text: string;
  /** The character's name: `U+202E`. */
  readonly mark?: string;
}

/** Characters that no one sees or that turn the direction of text; line ends and tabs are layout. */
const INVISIBLE = /[^\P{C}\n\t]|[\u2028\u2029\u00ad\u115f\u1160\u3164\uffa0]/gu;
/** After it a joiner makes one sign of two: of emoji, and of letters in some scripts. */
const JOINER = /[\p{L}\p{M}\p{Extended_Pictographic}\u{1f3fb}-\u{1f3ff}\ufe0f]$/u;

/** Cuts a text where it has characters that would not be seen, each replaced by a sign. Surrogates without a partner count, too. */
export function visibleParts(text: string): VisiblePart[] {
  const parts: VisiblePart[] = [];
  let last = 0;
  for (const { 0: character, index } of text.matchAll(INVISIBLE)) {
    if (character === "\r" && text[index + 1] === "\n") {
      parts.push(...plain(text.slice(last, index)));
      last = index + 1;
      continue;
    }
    if (character === "\u200d" && JOINER.test(text.slice(Math.max(0, index - 2), index)) && text.length > index + 1) continue;
    parts.push(...plain(text.slice(last, index)), sign(character));
    last = index + character.length;
  }
  return [...parts, ...plain(text.slice(last))];
}

function plain(text: string): VisiblePart[] {
  return text === "" ? [] : [{ text }];
}

function sign(character: string): VisiblePart {
  const code = character.codePointAt(0)!;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  // Unicode has pictures of the first control characters: ␀ ␁ … ␛.
  return { text: code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? "␡" : `⟨${name}⟩`, mark: name };
}
