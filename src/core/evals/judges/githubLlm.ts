import type { AssertionDefinition } from "../assertions/definition.ts";
import { literal } from "../../prompts/dialects.ts";
import { graderOf } from "./judgement.ts";

/** The `llm` evaluator of a `.prompt.yml`, without its model. */
export interface GithubLlm {
  readonly systemPrompt: string | undefined;
  /** `{{completion}}` is the output, every other name a variable; filled in literally. */
  readonly prompt: string;
  readonly choices: readonly { readonly choice: string; readonly score: number }[];
}

/**
 * A model answers the file's own question. By GitHub's rules the first of the choices that its answer
 * contains counts, whatever the case of letters; it passes above 0, and none of them is a 0.
 */
export const githubLlm: AssertionDefinition = {
  asks: ["text"],
  async grade(context) {
    const { systemPrompt, prompt, choices } = context.assertion.value as GithubLlm;
    const text = literal(prompt, { ...context.row.vars, completion: context.text.trim() });
    const answer = await graderOf(context).ask(
      [...(systemPrompt === undefined ? [] : [{ role: "system" as const, content: systemPrompt }]), { role: "user", content: text }],
      // An answer without words is none: nobody has judged.
      (reply) => reply.trim() || undefined,
      "words",
    );
    const said = answer.toLowerCase();
    const found = choices.find(({ choice }) => said.includes(choice.toLowerCase()));
    if (!found) return { pass: false, score: 0, reason: `The judge's answer has none of the choices: ${answer}` };
    return { pass: found.score > 0, score: found.score, reason: `The judge chose ${JSON.stringify(found.choice)}` };
  },
};
