import type { Render } from "../assertions/definition.ts";
import { type Assertion, type Case, JudgeError, type RowGrade } from "../model.ts";
import type { Caller } from "../run/caller.ts";
import { callGrader } from "./callGrader.ts";
import { bestQuestion, bestScoring, type ColumnGrade, comparisonIn, readIndex } from "./columns.ts";
import type { FindGrader, Grader } from "./grader.ts";

/** A judged output among those of one test. */
export type JudgedColumn = Pick<RowGrade, "pass" | "score" | "reason" | "components"> & { readonly output: unknown };

interface Job {
  readonly test: Case;
  readonly repeat: number;
  readonly caller: Pick<Caller, "answer">;
}

export interface Comparison {
  /**
   * What a test's columns come to when they are compared as its `select-best` and `max-score` ask for.
   * @throws {JudgeError} when they cannot be compared.
   */
  columns(job: Job, columns: readonly JudgedColumn[]): Promise<JudgedColumn[]>;
  /**
   * Whether the candidate's output is preferred to the baseline's, by the test's `select-best`: 1, 0, or ½ for
   * a tie. A model is asked in both orders, since it favours a place; where it stays with the place, it is a tie.
   * @throws {JudgeError} when the model cannot say.
   */
  preference(job: Job, baseline: unknown, candidate: unknown): Promise<number>;
}

export function createComparison({ render, findGrader }: { readonly render: Render; readonly findGrader: FindGrader }): Comparison {
  const pick = async ({ test, repeat, caller }: Job, assertion: Assertion, outputs: readonly string[]): Promise<number> => {
    const { options, vars } = test;
    const grader: Grader = callGrader({ find: (kind) => findGrader(kind, assertion, options), caller, repeat });
    const criteria = filled(render, assertion, vars);
    const messages = bestQuestion(assertion.rubricPrompt ?? options.rubricPrompt, criteria, outputs, vars, render);
    return grader.ask(messages, (reply) => readIndex(reply, outputs.length), `number from 0 to ${outputs.length - 1}`);
  };

  return {
    async columns(job, columns) {
      const best = comparisonIn(job.test.assert, "select-best");
      const most = comparisonIn(job.test.assert, "max-score");
      let found = columns;
      if (best) {
        const winner = await pick(job, best, columns.map(({ output }) => textOf(output)));
        const grades = columns.map((_, index): ColumnGrade => ({ pass: index === winner, score: Number(index === winner), reason: `${index === winner ? "Chosen as the best of" : "Not the best of"} ${columns.length} outputs: ${String(best.value)}` }));
        found = found.map((column, index) => amended(column, "select-best", grades[index]!));
      }
      if (most) {
        const grades = bestScoring(found, most.value);
        found = found.map((column, index) => amended(column, "max-score", grades[index]!));
      }
      return [...found];
    },
    async preference(job, baseline, candidate) {
      const assertion = comparisonIn(job.test.assert, "select-best");
      const [then, now] = [textOf(baseline), textOf(candidate)];
      if (!assertion || then === now) return 0.5;
      const [first, second] = await Promise.all([pick(job, assertion, [then, now]), pick(job, assertion, [now, then])]);
      return first === second ? 0.5 : Number(first === 1);
    },
  };
}

/** As in promptfoo: a column that is not chosen fails with the comparison's score; one that is keeps what it had. */
function amended(column: JudgedColumn, type: string, grade: ColumnGrade): JudgedColumn {
  const components = [...column.components, { type, ...grade }];
  if (grade.pass) return { ...column, components };
  return { ...column, pass: false, score: grade.score, reason: type === "max-score" && !column.pass ? column.reason : grade.reason, components };
}

function filled(render: Render, { type, value }: Assertion, vars: Case["vars"]): string {
  if (typeof value !== "string") throw new JudgeError(`${type} needs a criterion, a text, as its value.`);
  try {
    return render(value, vars);
  } catch (error) {
    throw new JudgeError(`The value of ${type} cannot be filled in: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function textOf(output: unknown): string {
  return output === null || output === undefined ? "" : typeof output === "string" ? output : JSON.stringify(output);
}
