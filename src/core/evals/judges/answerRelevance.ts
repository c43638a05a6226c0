import type { AssertionDefinition } from "../assertions/definition.ts";
import { asked, atLeast, graderOf, ownPrompt, parsedOutput, promptOf, textOutput } from "./judgement.ts";
import { textIn } from "./reply.ts";
import { cosine } from "./vectors.ts";

const QUESTIONS = 3;
const THRESHOLD = 0.5;

/**
 * Answer relevance of RAGAS (Es et al. 2023, arXiv 2309.15217): a model guesses three times which question
 * the output answers; the score is the mean similarity of the guesses to what was really asked (the variable
 * `query`, else the prompt).
 */
export const answerRelevance: AssertionDefinition = {
  asks: ["text", "embedding"],
  async grade(context) {
    const output = textOutput(context);
    const { query } = context.row.vars;
    const real = typeof query === "string" ? query : promptOf(context);
    const grader = graderOf(context);
    const messages = asked(context, ownPrompt(context), { answer: parsedOutput(output) }, {
      task: "You see an answer without its question. Write the one question that it answers best.",
      material: { answer: output },
      reply: "Reply with the question only.",
    });
    const guesses = await Promise.all(Array.from({ length: QUESTIONS }, (_, sample) => grader.ask(messages, textIn, "question", sample)));
    const [target, ...vectors] = await Promise.all([real, ...guesses].map((text) => grader.embed(text)));
    const score = vectors.reduce((sum, vector) => sum + cosine(target!, vector), 0) / QUESTIONS;
    return atLeast(context, score, context.assertion.threshold ?? THRESHOLD, "Relevance");
  },
};
