import type { AssertionDefinition } from "../assertions/definition.ts";
import { asked, graderOf, ownPrompt, parsedOutput, promptOf, textValue } from "./judgement.ts";
import { ignoresNegation } from "./negation.ts";

/** A model thinks aloud whether the output meets a criterion; its reply ends in Y or N. `not-` has no effect, as in promptfoo. */
export const closedQa: AssertionDefinition = {
  asks: ["text"],
  check: ({ type, value }) => (typeof value === "string" ? ignoresNegation(type) : 'model-graded-closedqa needs a criterion, a text, as its "value".'),
  async grade(context) {
    const criterion = textValue(context);
    const prompt = promptOf(context);
    const messages = asked(context, ownPrompt(context), { input: prompt, criteria: criterion, completion: parsedOutput(context.text) }, {
      task: "You judge whether an output, written by a language model for a prompt, meets a criterion. Think it through step by step before you decide.",
      material: { prompt, criterion, output: context.text },
      reply: "End your reply with a line that holds one letter only: Y when the output meets the criterion, N when it does not.",
    });
    const { meets, reply } = await graderOf(context).ask(messages, readLetter, "Y or N at its end");
    return { pass: meets, score: Number(meets), reason: `The output ${meets ? "meets" : "does not meet"} the criterion: ${reply}` };
  },
};

function readLetter(reply: string): { meets: boolean; reply: string } | undefined {
  const text = reply.trimEnd();
  return text.endsWith("Y") || text.endsWith("N") ? { meets: text.endsWith("Y"), reply: text } : undefined;
}
