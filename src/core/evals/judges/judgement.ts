import { type FinalGrade, type GradeContext, quote } from "../assertions/definition.ts";
import { JudgeError, type Message } from "../model.ts";
import type { Grader } from "./grader.ts";
import { question, type Question } from "./question.ts";
import { rubricMessages } from "./rubricPrompt.ts";

/** Who judges for an assertion. @throws {JudgeError} where nobody can be asked. */
export function graderOf({ row, assertion, type }: GradeContext): Grader {
  if (!row.grader) throw new JudgeError(`${type} asks a model, and none can be asked here.`);
  return row.grader(assertion);
}

/** The suite's own question: the assertion's `rubricPrompt`, else the test's; `undefined` where it has none. */
export function ownPrompt({ assertion, row }: GradeContext): unknown {
  const own = assertion.rubricPrompt ?? row.options?.rubricPrompt;
  const empty = own === null || own === "" || (typeof own === "object" && Object.keys(own as object).length === 0);
  return empty ? undefined : own;
}

/**
 * The question to ask: the suite's own, filled in with the test's variables and with what promptfoo gives it
 * by these names, else ours.
 */
export function asked(context: GradeContext, own: unknown, vars: Readonly<Record<string, unknown>>, ours: Question): Message[] {
  return own === undefined || own === null ? question(ours) : rubricMessages(own, { ...context.row.vars, ...vars }, context.row.render);
}

/** The prompt that led to the output. */
export function promptOf({ row, type }: GradeContext): string {
  const prompt = row.context["prompt"];
  if (typeof prompt !== "string" || prompt === "") throw new JudgeError(`${type} needs the prompt, and there is none.`);
  return prompt;
}

/** The assertion's value, a text. */
export function textValue({ type, value }: GradeContext): string {
  if (typeof value !== "string") throw new JudgeError(`${type} needs a text as its value, not ${quote(value)}.`);
  return value;
}

/** The output, a text. */
export function textOutput({ type, row }: GradeContext): string {
  if (typeof row.output !== "string") throw new JudgeError(`${type} judges texts; this output is none.`);
  return row.output;
}

/** The variable of the test that RAG assertions read the question from. */
export function queryOf({ type, row }: GradeContext): string {
  const { query } = row.vars;
  if (typeof query !== "string") throw new JudgeError(`${type} needs the variable "query" with the question, a text.`);
  return query;
}

/** As promptfoo hands an output to a `rubricPrompt`: JSON as its value, else the text. */
export function parsedOutput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A score that must reach a threshold (rounding errors are forgiven), turned round by `not-`. */
export function atLeast({ negated }: GradeContext, score: number, threshold: number, what: string): FinalGrade {
  const holds = score >= threshold - Number.EPSILON;
  const reason = `${what} ${score.toFixed(2)} ${holds ? "reaches" : "is below"} the threshold ${threshold}`;
  return { pass: holds !== negated, score: negated ? 1 - score : score, reason };
}
