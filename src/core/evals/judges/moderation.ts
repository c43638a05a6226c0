import type { AssertionDefinition } from "../assertions/definition.ts";
import { JudgeError } from "../model.ts";
import { graderOf } from "./judgement.ts";

/** A moderation endpoint flags the output for nothing, or for none of the categories in the value. Without an output there is nothing to flag. */
export const moderation: AssertionDefinition = {
  asks: ["moderation"],
  check: ({ value }) => (categoriesIn(value) ? undefined : 'The "value" of moderation is a list of categories such as [hate, violence], or left out for all.'),
  async grade(context) {
    const categories = categoriesIn(context.value);
    if (!categories) throw new JudgeError(`The value of ${context.type} must be a list of categories.`);
    const flags = context.text === "" ? [] : await graderOf(context).moderate(context.text);
    const found = categories.length === 0 ? flags : flags.filter((flag) => categories.includes(flag));
    const pass = (found.length === 0) !== context.negated;
    return { pass, score: Number(pass), reason: found.length === 0 ? "Nothing is flagged" : `Flagged: ${found.join(", ")}` };
  },
};

function categoriesIn(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null || value === "") return [];
  return Array.isArray(value) && value.every((item): item is string => typeof item === "string") ? value : undefined;
}
