import { type AssertionDefinition, type FinalGrade, type GradeContext, quote } from "../assertions/definition.ts";
import { JudgeError } from "../model.ts";
import { graderOf } from "./judgement.ts";
import { cosine, dot, euclidean } from "./vectors.ts";

const THRESHOLD = 0.75;

interface Metric {
  readonly name: string;
  readonly measure: (a: readonly number[], b: readonly number[]) => number;
  readonly holds: (value: number, threshold: number) => boolean;
  /** Against which `not-` is judged: the threshold itself passes both ways. */
  readonly holdsNot: (value: number, threshold: number) => boolean;
  readonly score: (value: number) => number;
}

const near = { holds: (value: number, threshold: number) => value >= threshold - Number.EPSILON, holdsNot: (value: number, threshold: number) => value <= threshold + Number.EPSILON, score: (value: number) => value };
const COSINE: Metric = { name: "Similarity", measure: cosine, ...near };
const DOT: Metric = { name: "Dot product", measure: dot, ...near };
const EUCLIDEAN: Metric = { name: "Distance", measure: euclidean, holds: near.holdsNot, holdsNot: near.holds, score: (distance) => 1 / (1 + distance) };

/** The embeddings of output and value are near (0.75; for distances at most that far). Of a list, one of them; with `not-` none of them. */
function similarBy(metric: Metric): AssertionDefinition {
  return {
    asks: ["embedding"],
    check: ({ type, value }) => (textsIn(value) ? undefined : `${type} needs a text, or a list of texts, as its "value".`),
    async grade(context) {
      const values = textsIn(context.value);
      if (!values) throw new JudgeError(`${context.type} needs a text, or a list of texts, as its value, not ${quote(context.value)}.`);
      const grades: FinalGrade[] = [];
      for (const value of values) {
        const grade = await compare(context, metric, value);
        // The first that decides is enough, and spares the other questions.
        if (grade.pass !== context.negated) return grade;
        grades.push(grade);
      }
      const closest = grades.reduce((best, grade) => ((context.negated ? grade.score < best.score : grade.score > best.score) ? grade : best));
      return values.length === 1 || context.negated ? closest : { ...closest, reason: `None of the ${values.length} values is near enough. The nearest: ${closest.reason}` };
    },
  };
}

async function compare(context: GradeContext, { name, measure, holds, holdsNot, score }: Metric, value: string): Promise<FinalGrade> {
  const grader = graderOf(context);
  const threshold = context.assertion.threshold ?? THRESHOLD;
  const [expected, found] = await Promise.all([grader.embed(value), grader.embed(context.text)]);
  const measured = measure(expected, found);
  const pass = context.negated ? holdsNot(measured, threshold) : holds(measured, threshold);
  const reason = `${name} ${measured.toFixed(2)} to ${quote(value)}, threshold ${threshold}`;
  return { pass, score: context.negated ? 1 - score(measured) : score(measured), reason };
}

function textsIn(value: unknown): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((item): item is string => typeof item === "string") ? list : undefined;
}

export const similar = similarBy(COSINE);
export const similarDot = similarBy(DOT);
export const similarEuclidean = similarBy(EUCLIDEAN);
