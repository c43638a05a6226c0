import type { RowGrade } from "../model.ts";
import { callFile } from "../suiteCode/transform.ts";
import type { GradedRow } from "./definition.ts";

/**
 * The grade that a suite's own function makes of a row's metrics and components. As in promptfoo a function that
 * fails, or returns no grade, fails the row.
 * @param reference of the file, with its absolute path.
 */
export async function scored(grade: RowGrade, reference: string, { suiteCode, threshold }: Pick<GradedRow, "suiteCode" | "threshold">): Promise<RowGrade> {
  const componentResults = grade.components.map(({ type, metric, ...component }) => ({ ...component, assertion: { type, ...(metric === undefined ? {} : { metric }) } }));
  const outcome = await callFile(suiteCode, reference, [grade.metrics, { threshold, componentResults, tokensUsed: {} }], "func");
  const broken = (message: string): RowGrade => ({ ...grade, pass: false, score: 0, reason: `The scoring function ${message}` });
  if ("failed" in outcome) return broken(`${outcome.failed === "run" ? "threw" : outcome.failed === "load" ? "cannot be used:" : "returned"} ${outcome.message}`);
  const result = outcome.value as Partial<Record<string, unknown>> | null | undefined;
  const { pass, score, reason, namedScores } = typeof result === "object" && result !== null ? result : {};
  if (typeof pass !== "boolean" || typeof score !== "number" || typeof reason !== "string") return broken("returned no {pass, score, reason}.");
  return { ...grade, pass, score, reason, metrics: isScores(namedScores) ? namedScores : grade.metrics };
}

function isScores(value: unknown): value is Record<string, number> {
  return typeof value === "object" && value !== null && Object.values(value).every(Number.isFinite);
}
