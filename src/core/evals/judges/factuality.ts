import type { AssertionDefinition } from "../assertions/definition.ts";
import { asked, graderOf, ownPrompt, parsedOutput, promptOf, textValue } from "./judgement.ts";
import { ignoresNegation } from "./negation.ts";
import { replyObject, textIn } from "./reply.ts";

/** How an output may relate to the reference, with its name in a test's `options.factuality` and the score it has by default. */
const RELATIONS: Readonly<Record<string, { name: string; score: number; words: string }>> = {
  A: { name: "subset", score: 1, words: "the output says less than the reference, and nothing against it" },
  B: { name: "superset", score: 1, words: "the output says more than the reference, and nothing against it" },
  C: { name: "agree", score: 1, words: "the output says the same as the reference" },
  D: { name: "disagree", score: 0, words: "the output contradicts the reference" },
  E: { name: "differButFactual", score: 1, words: "the two differ, but not in what matters for the facts" },
};

/** A model compares the output's facts with a reference and picks one of five relations. `not-` has no effect, as in promptfoo. */
export const factuality: AssertionDefinition = {
  asks: ["text"],
  check: ({ type, value }) => (typeof value === "string" ? ignoresNegation(type) : 'factuality needs a reference answer, a text, as its "value".'),
  async grade(context) {
    const reference = textValue(context);
    const prompt = promptOf(context);
    const messages = asked(context, ownPrompt(context), { input: prompt, ideal: reference, completion: parsedOutput(context.text) }, {
      task: `You check facts. Compare what the output states with what the reference states; wording, style and punctuation do not matter. Pick one:\n${Object.entries(RELATIONS).map(([letter, { words }]) => `(${letter}) ${words}`).join("\n")}`,
      material: { prompt, reference, output: context.text },
      reply: 'Reply with one JSON object and nothing else: {"category": "<A, B, C, D or E>", "reason": "<one sentence>"}.',
    });
    const { letter, reason } = await graderOf(context).ask(messages, readRelation, '{category: "A" to "E", reason}');
    const { name, score: usual, words } = RELATIONS[letter]!;
    const score = context.row.options?.factuality?.[name] ?? usual;
    return { pass: score > 0, score, reason: reason ?? words };
  },
};

/** A category in JSON, else the first letter in parentheses. */
async function readRelation(reply: string): Promise<{ letter: string; reason: string | undefined } | undefined> {
  const found = await replyObject(reply);
  const category = textIn(found?.["category"]);
  if (category !== undefined) return /^[A-E]$/i.test(category) ? { letter: category.toUpperCase(), reason: textIn(found?.["reason"]) } : undefined;
  const letter = /\(?([a-e])\)/i.exec(reply);
  return letter ? { letter: letter[1]!.toUpperCase(), reason: textIn(reply.slice(letter.index + letter[0].length)) } : undefined;
}
