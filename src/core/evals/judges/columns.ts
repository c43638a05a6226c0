import type { AssertionDefinition, Render } from "../assertions/definition.ts";
import { type Assertion, type AssertionNode, JudgeError, type Message } from "../model.ts";
import { parsedOutput } from "./judgement.ts";
import { question } from "./question.ts";
import { rubricMessages } from "./rubricPrompt.ts";

/** Types that compare the outputs of one test under all its prompts and providers: they are judged when those are there. */
const TYPES: ReadonlySet<string> = new Set(["select-best", "max-score"]);

export function comparesColumns(node: AssertionNode): boolean {
  return node.kind === "assertion" && TYPES.has(node.type.replace(/^not-/, ""));
}

/** The first of its type counts, as in promptfoo. */
export function comparisonIn(assert: readonly AssertionNode[], type: "select-best" | "max-score"): Assertion | undefined {
  return assert.find((node): node is Assertion => node.kind === "assertion" && node.type === type);
}

const alone: AssertionDefinition["grade"] = ({ type }) => {
  throw new JudgeError(`${type} compares the columns of a test. It stands beside other assertions, never in an assert-set.`);
};

/** A model picks the best of a test's outputs; the others fail. */
export const selectBest: AssertionDefinition = {
  asks: ["text"],
  check: ({ type, value }) => notNegated(type) ?? (typeof value === "string" && value.trim() !== "" ? undefined : 'select-best needs a criterion, a text, as its "value".'),
  grade: alone,
};

/** The output with the best score of its other assertions passes; the others fail. */
export const maxScore: AssertionDefinition = {
  check: ({ type, value }) => notNegated(type) ?? readMaxScore(value).mistake,
  grade: alone,
};

function notNegated(type: string): string | undefined {
  return type.startsWith("not-") ? `${type.slice("not-".length)} cannot be negated.` : undefined;
}

export interface MaxScoreOptions {
  readonly method: "average" | "sum";
  /** By assertion type; 1 where none is given. */
  readonly weights: Readonly<Record<string, number>>;
  readonly threshold: number | undefined;
  readonly mistake?: string;
}

export function readMaxScore(value: unknown): MaxScoreOptions {
  const none: MaxScoreOptions = { method: "average", weights: {}, threshold: undefined };
  if (value === undefined || value === null || typeof value !== "object") return none;
  const { method = "average", weights = {}, threshold } = value as { method?: unknown; weights?: unknown; threshold?: unknown };
  if (method !== "average" && method !== "sum") return { ...none, mistake: 'The "method" of max-score is average or sum.' };
  const numbers = typeof weights === "object" && weights !== null && Object.values(weights).every(Number.isFinite);
  if (!numbers) return { ...none, mistake: 'The "weights" of max-score are numbers by assertion type, such as {contains: 2}.' };
  if (threshold !== undefined && !Number.isFinite(threshold)) return { ...none, mistake: 'The "threshold" of max-score must be a number.' };
  return { method, weights: weights as Record<string, number>, threshold: threshold as number | undefined };
}

/** What a test's column came to, before it is compared with the others. */
export interface Column {
  readonly components: readonly { readonly type: string; readonly score: number }[];
}

export interface ColumnGrade {
  readonly pass: boolean;
  readonly score: number;
  readonly reason: string;
}

/** Which column scores best; of equals the first. @throws {JudgeError} when there is nothing to compare. */
export function bestScoring(columns: readonly Column[], value: unknown): ColumnGrade[] {
  const { method, weights, threshold, mistake } = readMaxScore(value);
  if (mistake !== undefined) throw new JudgeError(mistake);
  if (columns.length < 2) throw new JudgeError("max-score compares the columns of a test, and there is only one with an output.");
  const scores = columns.map(({ components }) => {
    const counted = components.filter(({ type }) => !TYPES.has(type) && type !== "assert-set");
    if (counted.length === 0) throw new JudgeError("max-score needs at least one other assertion to take scores from.");
    const weightOf = ({ type }: { type: string }) => weights[type] ?? 1;
    const sum = counted.reduce((total, part) => total + part.score * weightOf(part), 0);
    const weight = counted.reduce((total, part) => total + weightOf(part), 0);
    return method === "sum" ? sum : weight > 0 ? sum / weight : 0;
  });
  const best = Math.max(...scores);
  const winner = scores.indexOf(best);
  const enough = threshold === undefined || best >= threshold;
  return scores.map((score, index) => {
    const pass = index === winner && enough;
    const found = `score ${score.toFixed(3)}`;
    return { pass, score: Number(pass), reason: pass ? `The best of ${scores.length} outputs: ${found}` : index === winner ? `The best output, but its ${found} is below the threshold ${threshold}` : `Not the best output: ${found}, the best has ${best.toFixed(3)}` };
  });
}

/** The question which of several outputs fits a criterion best; the reply is an index from 0. */
export function bestQuestion(own: unknown, criteria: string, outputs: readonly string[], vars: Readonly<Record<string, unknown>>, render: Render): Message[] {
  if (own !== undefined && own !== null && own !== "") return rubricMessages(own, { ...vars, criteria, outputs: outputs.map(parsedOutput) }, render);
  return question({
    task: "You compare outputs of language models. Decide which of them fits the criterion best, whatever their order.",
    material: { criterion: criteria, ...Object.fromEntries(outputs.map((output, index) => [`output-${index}`, output])) },
    reply: `Reply with the number of the best output only: a whole number from 0 to ${outputs.length - 1}.`,
  });
}

/** @param count so many outputs were shown. */
export function readIndex(reply: string, count: number): number | undefined {
  const index = Number(/\d+/.exec(reply)?.[0] ?? NaN);
  return index < count ? index : undefined;
}
