import { compileFunction } from "node:vm";
import { JudgeError } from "../model.ts";
import { functionBody } from "../suiteCode/functionBody.ts";
import { type AssertionDefinition, type FinalGrade, type GradeContext, quote } from "./definition.ts";
import { failure, failsByThrowing, isScriptFile, runScriptFile, scriptContext } from "./scriptFile.ts";

/**
 * A script of the suite's, inline or in a file, run in the suite-code child. It returns a boolean, a
 * number (it passes above 0, or from the threshold on, and is the score) or `{pass, score, reason}`.
 * As in promptfoo an inline script that throws or does not compile fails the assertion (it often
 * parses the output), and a file that does is an error. Any other result is an error.
 */
export const javascript: AssertionDefinition = {
  check({ value }) {
    if (typeof value !== "string" || value.trim() === "") return 'javascript needs a script, or "file://…", as its "value".';
    const message = isScriptFile(value) ? undefined : syntaxError(value);
    return message === undefined ? undefined : { severity: "warning", message };
  },
  async grade(context) {
    const { value, assertion, row } = context;
    if (typeof value !== "string" || value.trim() === "") throw new JudgeError("javascript needs a script as its value.");
    const outcome = isScriptFile(value)
      ? await runScriptFile(value, assertion, row)
      : await row.suiteCode.call({ kind: "inline", body: functionBody(value), output: row.output, context: scriptContext(assertion, row) });
    if (!("failed" in outcome)) return gradeOf(outcome.value, context);
    if (!failsByThrowing(value) || outcome.failed === "return") throw new JudgeError(failure(value, outcome));
    return { pass: false, score: 0, reason: failure(value, outcome) };
  },
};

function syntaxError(script: string): string | undefined {
  try {
    compileFunction(functionBody(script), ["output", "context", "process"]);
    return undefined;
  } catch (error) {
    return `The script does not compile: ${(error as Error).message}.${script.trimEnd().includes("\n") ? " A script of several lines is a function body." : ""}`;
  }
}

function gradeOf(result: unknown, { assertion, negated }: GradeContext): FinalGrade {
  if (typeof result === "boolean") return verdict(result, undefined);
  if (typeof result === "number" && Number.isFinite(result)) {
    return verdict(assertion.threshold === undefined ? result > 0 : result >= assertion.threshold, result);
  }
  if (isScriptGrade(result)) {
    const { pass, score, reason, namedScores } = result;
    if (!negated) return { pass, score, reason, namedScores };
    return { pass: !pass, score, reason: pass ? `The script passed: ${reason}` : reason, namedScores };
  }
  // A key that the output lacks is the output's fault, as in promptfoo; anything else is the script's.
  if (result === undefined || result === null) return { pass: false, score: 0, reason: `The script returned ${described(result)}` };
  throw new JudgeError(`The script returned ${described(result)}. Return true or false, a finite number, or {pass, score, reason}.`);

  function verdict(holds: boolean, score: number | undefined): FinalGrade {
    const pass = holds !== negated;
    return { pass, score: score ?? (pass ? 1 : 0), reason: pass ? "Passed" : `The script returned ${String(result)}` };
  }
}

function isScriptGrade(result: unknown): result is FinalGrade {
  if (typeof result !== "object" || result === null) return false;
  const { pass, score, reason, namedScores } = result as Record<string, unknown>;
  const named = namedScores === undefined || (typeof namedScores === "object" && namedScores !== null && Object.values(namedScores).every(Number.isFinite));
  return typeof pass === "boolean" && Number.isFinite(score) && typeof reason === "string" && named;
}

function described(result: unknown): string {
  if (result === undefined) return 'nothing (several lines need a "return")';
  return typeof result === "number" ? String(result) : quote(result);
}
