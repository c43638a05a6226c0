import type { AssertionDefinition, FinalGrade, GradeContext } from "../assertions/definition.ts";
import { JudgeError } from "../model.ts";
import { asked, graderOf, ownPrompt, parsedOutput } from "./judgement.ts";
import { finite, replyObject, textIn } from "./reply.ts";

const REPLY = 'Reply with one JSON object and nothing else: {"reason": "<one sentence>", "pass": true or false, "score": <0.0 to 1.0>}.';

/** A model says whether the output keeps to a rubric: `{pass, score, reason}`. A threshold is asked of the score besides. */
export const llmRubric: AssertionDefinition = {
  asks: ["text"],
  check: ({ value, threshold }) => {
    if (value !== undefined && value !== null && typeof value !== "string" && typeof value !== "object") return 'llm-rubric needs a text with what to judge by as its "value".';
    return threshold !== undefined && !Number.isFinite(threshold) ? 'The "threshold" of llm-rubric must be a number.' : undefined;
  },
  async grade(context) {
    const { text, type, value } = context;
    const own = ownPrompt(context);
    if ((value === undefined || value === null || value === "") && own === undefined) throw new JudgeError(`${type} needs a text with what to judge by as its value.`);
    const rubric = typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
    return judgeRubric(context, own, rubric, text);
  },
};

async function judgeRubric(context: GradeContext, own: unknown, rubric: string, output: string): Promise<FinalGrade> {
  const messages = asked(context, own, { output: parsedOutput(output), rubric }, {
    task: "You grade what a language model wrote. Decide whether the statement in the rubric is true of the output. Pass it when it is; the score says to which degree.",
    material: { output, rubric },
    reply: REPLY,
  });
  const { threshold } = context.assertion;
  const { pass: said, score, reason } = await graderOf(context).ask(messages, readRubric, "{pass, score, reason}");
  const pass = said && (threshold === undefined || score >= threshold);
  const why = reason ?? (said && !pass ? `Score ${score.toFixed(2)} is below the threshold ${threshold}` : `The judge ${pass ? "passed" : "failed"} it`);
  return context.negated ? { pass: !pass, score: Math.min(1, Math.max(0, 1 - score)), reason: why } : { pass, score, reason: why };
}

/** As promptfoo reads it: without `pass` it passes, without `score` the pass is the score. With neither, or a score that is no number, it is no judgement. */
async function readRubric(reply: string): Promise<{ pass: boolean; score: number; reason: string | undefined } | undefined> {
  const found = await replyObject(reply);
  if (!found) return undefined;
  const { pass: said = true, score: given } = found;
  const pass = typeof said === "boolean" ? said : /^(?:true|yes|pass|y)$/i.test(String(said));
  // What JSON makes of NaN, null, is no score.
  const missing = given === undefined;
  const score = missing ? Number(pass) : finite(given);
  if (score === undefined || (missing && found["pass"] === undefined)) return undefined;
  return { pass, score, reason: textIn(found["reason"]) };
}
