/** A piece of an expression; offsets are those of the text it stands in. */
export interface Token {
  readonly kind: "name" | "string" | "number" | "mark";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN = /\s+|\\?"(?:\\.|[^"\\])*\\?"?|\\?'(?:\\.|[^'\\])*\\?'?|[A-Za-z_$][\w$]*|\d[\d.]*|\|\||[=!<>]=+|[^]/gy;

/** The tokens of nunjucks' expressions, between two offsets. */
export function tokensOf(text: string, start: number, end: number): Token[] {
  const source = text.slice(start, end);
  const tokens: Token[] = [];
  for (const match of source.matchAll(TOKEN)) {
    const [piece] = match;
    if (/^\s/.test(piece)) continue;
    const kind = /^\\?["']/.test(piece) ? "string" : /^[A-Za-z_$]/.test(piece) ? "name" : /^\d/.test(piece) ? "number" : "mark";
    tokens.push({ kind, text: piece, start: start + match.index, end: start + match.index + piece.length });
  }
  return tokens;
}

const WORDS = new Set(["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "null"]);

export interface Reading {
  /** Variables as an expression begins with them: of `a.b` it is `a`. */
  readonly variables: readonly (Token & { readonly defaulted: boolean })[];
  readonly filters: readonly Token[];
}

/** What an expression of nunjucks reads. */
export function readExpression(tokens: readonly Token[]): Reading {
  const variables: (Token & { defaulted: boolean })[] = [];
  const filters: Token[] = [];
  const brackets: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const [before, after] = [tokens[index - 1]?.text, tokens[index + 1]?.text];
    if (token.kind === "mark") {
      if ("([{".includes(token.text)) brackets.push(token.text);
      else if (")]}".includes(token.text)) brackets.pop();
      continue;
    }
    if (token.kind !== "name" || WORDS.has(token.text) || before === ".") continue;
    if (before === "|") {
      filters.push(token);
      continue;
    }
    if (before === "is" || (before === "not" && tokens[index - 2]?.text === "is")) continue;
    if (after === "=" && brackets.at(-1) === "(") continue;
    if (after === ":" && brackets.at(-1) === "{") continue;
    variables.push({ ...token, defaulted: false });
  }
  const defaults = filters.some(({ text }) => text === "default" || text === "d") || tokens.some(({ text }) => text === "or" || text === "if" || text === "is");
  return { variables: defaults ? variables.map((variable) => ({ ...variable, defaulted: true })) : variables, filters };
}
