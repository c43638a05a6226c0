import { isDeepStrictEqual } from "node:util";
import { type Assertion, JudgeError } from "../model.ts";
import { parseCommaList } from "./commaList.ts";
import { type AssertionDefinition, quote } from "./definition.ts";

export const equals: AssertionDefinition = {
  check: ({ value }) => (value === undefined ? 'equals needs a "value" to compare the output with.' : undefined),
  grade({ value, text }) {
    return { holds: typeof value === "object" ? equalsJson(value, text) : String(value) === text, claim: `equal ${quote(value)}`, found: `it is ${quote(text)}` };
  },
};

function equalsJson(value: unknown, text: string): boolean {
  try {
    return isDeepStrictEqual(value, JSON.parse(text));
  } catch {
    return false;
  }
}

export const startsWith: AssertionDefinition = {
  check: ({ value }) => (isText(value) ? undefined : `starts-with needs a text as its "value".`),
  grade({ type, value, text }) {
    if (!isText(value)) throw new JudgeError(`${type} needs a text as its value, not ${quote(value)}.`);
    return { holds: text.startsWith(value), claim: `start with ${quote(value)}` };
  },
};

/** `contains` and `icontains`. */
export function contains(ignoreCase: boolean): AssertionDefinition {
  const fold = folding(ignoreCase);
  const usable = (value: unknown) => isText(value) || (typeof value === "number" && !Number.isNaN(value));
  return {
    check({ type, value }) {
      if (usable(value)) return undefined;
      return `${type} needs a text or a number as its "value".${Array.isArray(value) ? ` For a list use ${type}-any or ${type}-all.` : ""}`;
    },
    grade({ type, value, text }) {
      if (!usable(value)) throw new JudgeError(`${type} needs a text or a number as its value, not ${quote(value)}.`);
      return { holds: fold(text).includes(fold(String(value))), claim: `contain ${quote(value)}` };
    },
  };
}

export function containsAny(ignoreCase: boolean): AssertionDefinition {
  const fold = folding(ignoreCase);
  return {
    check: checkList,
    grade({ type, value, text }) {
      const wanted = list(type, value);
      const output = fold(text);
      return { holds: wanted.some((item) => output.includes(fold(item))), claim: `contain one of ${wanted.map(quote).join(", ")}` };
    },
  };
}

export function containsAll(ignoreCase: boolean): AssertionDefinition {
  const fold = folding(ignoreCase);
  return {
    check: checkList,
    grade({ type, value, text }) {
      const wanted = list(type, value);
      const output = fold(text);
      const missing = wanted.filter((item) => !output.includes(fold(item)));
      return {
        holds: missing.length === 0,
        claim: `contain all of ${wanted.map(quote).join(", ")}`,
        found: missing.length > 0 ? `${missing.map(quote).join(", ")} ${missing.length === 1 ? "is" : "are"} missing` : undefined,
      };
    },
  };
}

function checkList({ type, value }: Assertion): string | undefined {
  try {
    list(type, value);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function list(type: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (!isText(value)) throw new JudgeError(`${type} needs a list, or texts separated by commas, as its "value".`);
  try {
    return parseCommaList(value);
  } catch (error) {
    throw new JudgeError(`${type}: ${(error as Error).message}`);
  }
}

function folding(ignoreCase: boolean): (text: string) => string {
  return ignoreCase ? (text) => text.toLowerCase() : (text) => text;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
