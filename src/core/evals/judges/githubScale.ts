import { type AssertionDefinition, quote } from "../assertions/definition.ts";
import { JudgeError } from "../model.ts";
import { graderOf } from "./judgement.ts";
import { question } from "./question.ts";

interface Scale {
  /** Variables of the test that are shown beside the output, by what they are to the judge. */
  readonly reads: Readonly<Record<string, "input" | "expected">>;
  readonly task: string;
}

/** What GitHub's evaluators measure, in our own words: the same quality of the same variables, on the same scale. */
const SCALES: Readonly<Record<string, Scale>> = {
  similarity: {
    reads: { input: "input", expected: "expected" },
    task: "You compare the answer of a language model (the completion) with the correct answer to a question (the input; the correct answer is what was expected). Rate how much of what the correct answer says the completion says as well. 1: nothing of it, or the opposite. 3: about half. 5: all of it, in whatever words.",
  },
  coherence: {
    reads: { input: "input" },
    task: "You rate how well the thoughts in the answer of a language model (the completion) to a question (the input) hang together. 1: words without connection. 3: understandable, but its order or its transitions make the reader work. 5: each thought follows from the one before, and all of them lead to the answer.",
  },
  fluency: {
    reads: {},
    task: "You rate the language of what a language model wrote (the completion), not what it says. 1: hardly understandable, with mistakes everywhere. 3: plain and mostly correct. 5: without a mistake, varied and precise.",
  },
  relevance: {
    reads: { input: "input" },
    task: "You rate how well the answer of a language model (the completion) answers a question (the input). 1: it is about something else. 2: it tries, and is wrong. 3: it leaves out something that was asked for. 4: it answers all of it. 5: it answers all of it and adds what helps to understand the answer.",
  },
  groundedness: {
    reads: { input: "input", expected: "expected" },
    task: "You rate how far the answer of a language model (the completion) to a question (the input) rests on a given text (what was expected), and on nothing else. 1: it has nothing to do with question or text. 2: the same topic, but no answer. 3: an answer with something that the text does not bear out. 4: correct, but it leaves out part of what the text says about the question. 5: correct and complete by the text.",
  },
};

export const GITHUB_SCALES: readonly string[] = Object.keys(SCALES);

/** `uses: github/NAME` of a `.prompt.yml`: one to five stars by a judge. One star is 0 and fails, five are 1. */
export const githubScale: AssertionDefinition = {
  asks: ["text"],
  async grade(context) {
    const name = String(context.assertion.value);
    const scale = SCALES[name];
    if (!scale) throw new JudgeError(`There is no evaluator github/${name}.`);
    const read = Object.entries(scale.reads).map(([as, variable]) => {
      const value = context.row.vars[variable];
      if (value === undefined || value === null) throw new JudgeError(`github/${name} needs ${quote(variable)} in the row of testData.`);
      return [as, typeof value === "string" ? value : JSON.stringify(value)] as const;
    });
    const messages = question({ task: scale.task, material: { ...Object.fromEntries(read), completion: context.text.trim() }, reply: "Reply with the rating and nothing else: one digit from 1 to 5." });
    const stars = await graderOf(context).ask(messages, readStars, "digit from 1 to 5");
    return { pass: stars > 1, score: (stars - 1) / 4, reason: `The judge rated ${name} ${stars} of 5` };
  },
};

/** The last one of a reply that thinks aloud first. "4 of 5" and "4/5" are a 4. */
function readStars(reply: string): number | undefined {
  const ratings = [...reply.matchAll(/(?<![\d.,])([1-5])(?:\s*(?:\/|of|out of)\s*5)?(?![\d]|[.,]\d)/g)];
  const last = ratings.at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}
