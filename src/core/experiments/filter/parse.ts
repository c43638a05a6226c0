import { didYouMean } from "../../config/suggest.ts";
import type { Condition, Field, Operator } from "../../store/experiments/search.ts";
import { parseField } from "./field.ts";
import { FilterError, type Token, tokenize } from "./tokens.ts";
import { readValue } from "./value.ts";

const MOST_COMPARISONS = 100;
const DEEPEST = 50;
const OPERATORS: readonly string[] = ["=", "!=", "<>", "<", "<=", ">", ">=", "like", "ilike", "in", "not in", "is null", "is not null"];

/**
 * Reads a filter: comparisons such as `metrics.accuracy > 0.9` or `params.model = 'x'`, joined by `and`, `or`
 * and `not`, with parentheses. It takes what MLflow's search_runs takes, and more (docs/experiments.md).
 * @throws {FilterError} at the place of the first mistake.
 */
export function parseFilter(text: string): Condition {
  const parser = new Parser(tokenize(text));
  const condition = parser.either(0);
  parser.expectEnd();
  return condition;
}

class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private comparisons = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  either(depth: number): Condition {
    const any = [this.both(depth)];
    while (this.takesWord("or")) any.push(this.both(depth));
    return any.length === 1 ? any[0]! : { any };
  }

  expectEnd(): void {
    if (this.now.kind !== "end") throw new FilterError(`After a comparison come "and", "or" or the end, not ${shown(this.now)}.`, this.now.at);
  }

  private both(depth: number): Condition {
    const all = [this.one(depth)];
    while (this.takesWord("and")) all.push(this.one(depth));
    return all.length === 1 ? all[0]! : { all };
  }

  private one(depth: number): Condition {
    if (depth > DEEPEST) throw new FilterError(`Parentheses go at most ${DEEPEST} deep.`, this.now.at);
    if (this.takesWord("not")) return { not: this.one(depth + 1) };
    if (!this.takesSymbol("(")) return this.comparison();
    const inner = this.either(depth + 1);
    if (!this.takesSymbol(")")) throw new FilterError(`Here a ")" is missing.`, this.now.at);
    return inner;
  }

  private comparison(): Condition {
    if (++this.comparisons > MOST_COMPARISONS) throw new FilterError(`A filter has at most ${MOST_COMPARISONS} comparisons.`, this.now.at);
    const token = this.take();
    if (token.kind !== "word") throw new FilterError(`Here a field belongs, such as metrics.accuracy, params.model or status, not ${shown(token)}.`, token.at);
    const field = parseField(token);
    const at = this.now.at;
    const operator = this.operator();
    return { field, operator, values: this.values(field, operator, at) };
  }

  private operator(): Operator {
    const token = this.take();
    const word = token.kind === "word" || token.kind === "symbol" ? token.text.toLowerCase() : "";
    if (word === "<>") return "!=";
    if (word === "not" && this.takesWord("in")) return "not in";
    if (word === "is") {
      const negative = this.takesWord("not");
      if (this.takesWord("null")) return negative ? "is not null" : "is null";
    } else if (OPERATORS.includes(word)) return word as Operator;
    throw new FilterError(`Here an operator belongs (${OPERATORS.filter((one) => one !== "<>").join(", ")}), not ${shown(token)}.${token.kind === "word" ? didYouMean(token.text, OPERATORS) : ""}`, token.at);
  }

  private values(field: Field, operator: Operator, at: number): (string | number)[] {
    if (operator === "is null" || operator === "is not null") return [];
    if (operator !== "in" && operator !== "not in") return [readValue(field, operator, this.take(), at)];
    const open = this.take();
    if (open.text !== "(" || open.kind !== "symbol") throw new FilterError(`"${operator}" takes a list: ('a', 'b').`, open.at);
    const values = [readValue(field, operator, this.take(), at)];
    while (this.takesSymbol(",")) values.push(readValue(field, operator, this.take(), at));
    if (!this.takesSymbol(")")) throw new FilterError(`Here a "," or ")" is missing.`, this.now.at);
    return values;
  }

  private get now(): Token {
    return this.tokens[this.position]!;
  }

  private take(): Token {
    const token = this.now;
    if (token.kind !== "end") this.position++;
    return token;
  }

  private takesWord(word: string): boolean {
    return this.takes(({ kind, text }) => kind === "word" && text.toLowerCase() === word);
  }

  private takesSymbol(symbol: string): boolean {
    return this.takes(({ kind, text }) => kind === "symbol" && text === symbol);
  }

  private takes(test: (token: Token) => boolean): boolean {
    const is = test(this.now);
    if (is) this.position++;
    return is;
  }
}

function shown({ kind, text }: Token): string {
  return kind === "end" ? text : JSON.stringify(text);
}
