import type { AssertionDefinition } from "../assertions/definition.ts";
import { asked, atLeast, graderOf, ownPrompt, parsedOutput, queryOf, textOutput } from "./judgement.ts";
import { contextOf, joined } from "./ragContext.ts";
import { linesOf } from "./reply.ts";

const THRESHOLD = 0.5;
/** Behind it a judge repeats its verdicts in order. */
const SUMMARY = "final verdict for each statement in order:";

/** Faithfulness of RAGAS: the share of the output's statements that follow from the context. */
export const contextFaithfulness: AssertionDefinition = {
  asks: ["text"],
  async grade(context) {
    const query = queryOf(context);
    const output = textOutput(context);
    const retrieved = joined(await contextOf(context));
    const grader = graderOf(context);
    const [ownStatements, ownVerdicts] = promptsIn(ownPrompt(context));
    const statements = await grader.ask(
      asked(context, ownStatements, { question: query, answer: parsedOutput(output) }, {
        task: "You take an answer apart. Write down each thing that it states as a sentence that is understood by itself.",
        material: { question: query, answer: output },
        reply: "Reply with the statements only, one a line.",
      }),
      (reply) => (linesOf(reply).length === 0 ? undefined : linesOf(reply)),
      "statements",
    );
    const score = await grader.ask(
      asked(context, ownVerdicts, { context: retrieved, statements }, {
        task: "You check statements against a context. A statement holds when it follows from the context alone; what you know besides does not count.",
        material: { context: retrieved, statements: statements.map((statement, index) => `${index + 1}. ${statement}`).join("\n") },
        reply: `Reply with one line a statement that says why and ends in "Verdict: Yes." or "Verdict: No.". Then repeat the verdicts on a last line: "Final verdict for each statement in order: Yes. No. …"`,
      }),
      (reply) => readShare(reply.toLowerCase(), statements.length),
      "verdicts",
    );
    return atLeast(context, score, context.assertion.threshold ?? THRESHOLD, "Faithfulness");
  },
};

/** The share of yes; a statement without a verdict does not hold. */
function readShare(reply: string, statements: number): number | undefined {
  const at = reply.indexOf(SUMMARY);
  if (at >= 0) {
    const verdicts = reply.slice(at + SUMMARY.length).split(".").filter((part) => part.trim() !== "");
    if (verdicts.length === 0 || !verdicts.every((verdict) => /\b(?:yes|no)\b/.test(verdict))) return undefined;
    const wrong = verdicts.filter((verdict) => !verdict.includes("yes")).length + Math.max(0, statements - verdicts.length);
    return share(1 - wrong / statements);
  }
  const yes = reply.split("verdict: yes").length - 1;
  const no = reply.split("verdict: no").length - 1;
  return yes + no === 0 ? undefined : share(1 - (no + Math.max(0, statements - yes - no)) / statements);
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Its `rubricPrompt` is a list of two: for the statements, and for the verdicts. */
function promptsIn(own: unknown): unknown[] {
  if (!Array.isArray(own)) return [];
  return own.map((item: unknown) => (item !== null && typeof item === "object" && "content" in item ? item.content : item));
}
