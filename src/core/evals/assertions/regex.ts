import { JudgeError } from "../model.ts";
import { type AssertionDefinition, quote } from "./definition.ts";

/** Longest output that is matched without a child: one quantifier takes at most its square in steps. */
const SHORT = 10_000;

/**
 * `regex`: `new RegExp(value).test(output)`, no flags; a pattern that does not parse fails, also
 * under `not-`. Matching cannot be interrupted, so whatever could backtrack without end runs in the
 * suite-code child, which can be killed.
 */
export const regex: AssertionDefinition = {
  check({ value }) {
    if (typeof value !== "string" || value === "") return 'regex needs a pattern as its "value".';
    const { error } = parse(value);
    return error === undefined ? undefined : { severity: "warning", message: error };
  },
  async grade({ type, value, text, row }) {
    if (typeof value !== "string" || value === "") throw new JudgeError(`${type} needs a pattern as its value, not ${quote(value)}.`);
    const { pattern, error } = parse(value);
    if (!pattern) return { pass: false, score: 0, reason: error };
    return { holds: await test(), claim: `match /${value}/` };

    async function test(): Promise<boolean> {
      if (text.length <= SHORT && isTriviallySafe(value as string)) return pattern!.test(text);
      const outcome = await row.suiteCode.call({ kind: "regex", pattern: value as string, text });
      if ("failed" in outcome) throw new JudgeError(outcome.message);
      return outcome.value === true;
    }
  },
};

function parse(source: string): { pattern: RegExp; error?: undefined } | { pattern?: undefined; error: string } {
  try {
    return { pattern: new RegExp(source) };
  } catch (error) {
    return { error: `${(error as Error).message}. Correct the pattern.` };
  }
}

/**
 * True only where no input makes matching explode: at most one quantifier of variable length and it
 * does not repeat a group, few optional parts, no back-reference. In doubt false.
 */
export function isTriviallySafe(pattern: string): boolean {
  if (/\\[1-9k]/.test(pattern)) return false;
  const skeleton = pattern.replace(/\\./gs, "a").replace(/\[[^\]]*\]/g, "a");
  if (/\)[*+{]/.test(skeleton)) return false;
  const optional = skeleton.match(/(?<!\()\?/g)?.length ?? 0;
  return (skeleton.match(/[*+{]/g)?.length ?? 0) <= 1 && optional <= 3;
}
