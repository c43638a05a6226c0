import { literal } from "../../prompts/dialects.ts";
import { JudgeError } from "../model.ts";
import { type AssertionDefinition, quote } from "./definition.ts";

/** By GitHub's rules only `equals` looks at upper and lower case. */
const RULES: Readonly<Record<string, { claim: string; holds: (output: string, text: string) => boolean }>> = {
  equals: { claim: "equal", holds: (output, text) => output === text },
  contains: { claim: "contain", holds: (output, text) => output.toLowerCase().includes(text.toLowerCase()) },
  startsWith: { claim: "start with", holds: (output, text) => output.toLowerCase().startsWith(text.toLowerCase()) },
  endsWith: { claim: "end with", holds: (output, text) => output.toLowerCase().endsWith(text.toLowerCase()) },
};

/** The `string` evaluator of a `.prompt.yml`: `{operator, text}`. Variables are replaced literally, and the output is trimmed. */
export const githubString: AssertionDefinition = {
  grade({ assertion, text: output, row }) {
    const { operator, text } = assertion.value as { operator: string; text: string };
    const rule = RULES[operator];
    if (!rule) throw new JudgeError(`There is no operator ${quote(operator)}.`);
    const wanted = literal(text, row.vars);
    return { holds: rule.holds(output.trim(), wanted), claim: `${rule.claim} ${quote(wanted)}`, found: operator === "equals" ? `it is ${quote(output.trim())}` : undefined };
  },
};
