/** A piece of a filter; `at` counts UTF-16 code units from 0. */
export interface Token {
  readonly kind: "word" | "string" | "number" | "symbol" | "end";
  readonly at: number;
  /** As written; of a string, what it stands for. */
  readonly text: string;
}

/** A mistake in a filter, at its place. */
export class FilterError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.name = "FilterError";
    this.at = at;
  }
}

const MOST_CHARACTERS = 10_000;

/** In the order in which they are tried. A word may have a quoted name after its point: metrics.`F1 (macro)`. */
const KINDS: readonly (readonly [Token["kind"] | "space", RegExp])[] = [
  ["space", /\s+/y],
  ["number", /[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|Infinity\b|NaN\b)(?![\w.])/iy],
  ["word", /[a-z_]\w*(?:\.(?:`[^`]*`|"[^"]*"|[\w\-./]+))?/iy],
  ["string", /'(?:[^']|'')*'|"(?:[^"]|"")*"/y],
  ["symbol", /!=|<>|<=|>=|[=<>(),]/y],
];

/** @throws {FilterError} */
export function tokenize(text: string): Token[] {
  if (text.length > MOST_CHARACTERS) throw new FilterError(`A filter has at most ${MOST_CHARACTERS} characters; this one has ${text.length}.`, MOST_CHARACTERS);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const token = next(text, at);
    if (token.kind !== "space") tokens.push({ kind: token.kind, at, text: token.kind === "string" ? unquote(token.text) : token.text });
    at += token.text.length;
  }
  return [...tokens, { kind: "end", at, text: "the end" }];
}

function next(text: string, at: number): { kind: Token["kind"] | "space"; text: string } {
  for (const [kind, pattern] of KINDS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return { kind, text: found };
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  throw new FilterError(character === "'" || character === '"' ? `The text that begins here has no closing ${character}.` : `${JSON.stringify(character)} means nothing here.`, at);
}

function unquote(text: string): string {
  const quote = text[0] as string;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}
