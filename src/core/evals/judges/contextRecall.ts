import type { AssertionDefinition } from "../assertions/definition.ts";
import { asked, atLeast, graderOf, ownPrompt, promptOf, textValue } from "./judgement.ts";
import { contextOf, joined } from "./ragContext.ts";
import { linesOf } from "./reply.ts";

const THRESHOLD = 0.5;

/** Context recall of RAGAS: the share of the expected answer's statements (the value) that the context, else the prompt, bears out. */
export const contextRecall: AssertionDefinition = {
  asks: ["text"],
  check: ({ value }) => (typeof value === "string" ? undefined : 'context-recall needs the expected answer, a text, as its "value".'),
  async grade(context) {
    const groundTruth = textValue(context);
    const retrieved = joined(await contextOf(context, promptOf(context)));
    const messages = asked(context, ownPrompt(context), { context: retrieved, groundTruth }, {
      task: "You check whether a context holds the facts of an answer. Take the answer apart into its statements and look each of them up in the context.",
      material: { context: retrieved, answer: groundTruth },
      reply: "Reply with one line a statement: its number, the statement, and [Attributed] when the context bears it out, else [Not Attributed].",
    });
    const score = await graderOf(context).ask(messages, readShare, "lines with [Attributed] or [Not Attributed]");
    return atLeast(context, score, context.assertion.threshold ?? THRESHOLD, "Recall");
  },
};

function readShare(reply: string): number | undefined {
  const lines = linesOf(reply.toLowerCase()).filter((line) => /\[(?:not )?attributed\]/.test(line));
  const borneOut = lines.filter((line) => !line.includes("[not attributed]"));
  return lines.length === 0 ? undefined : borneOut.length / lines.length;
}
