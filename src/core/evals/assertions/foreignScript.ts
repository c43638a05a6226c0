import { JudgeError } from "../model.ts";
import type { Language } from "../suiteCode/runtimes.ts";
import { type AssertionDefinition, type FinalGrade, type GradeContext, quote } from "./definition.ts";
import { failsByThrowing, failure, isScriptFile, runScriptFile, scriptContext } from "./scriptFile.ts";

/** `python`: an expression, the body of a function, or `file://check.py`. */
export const python = foreignScript("python");

/** `ruby`: an expression, the body of a method, or `file://check.rb`. */
export const ruby = foreignScript("ruby");

/**
 * A script in another language. It returns a boolean, a number (it passes above 0, or from the threshold
 * on, and is the score) or `{pass, score, reason}`, whose score must reach the threshold if there is one.
 * As in promptfoo a script that throws fails the assertion.
 */
function foreignScript(language: Language): AssertionDefinition {
  const needed = `${language} needs a script, or "file://…", as its "value".`;
  return {
    check: ({ value }) => (typeof value === "string" && value.trim() !== "" ? undefined : needed),
    async grade(context) {
      const { value, assertion, row } = context;
      if (typeof value !== "string" || value.trim() === "") throw new JudgeError(needed);
      const args = [row.output, scriptContext(assertion, row)];
      const outcome = isScriptFile(value) ? await runScriptFile(value, assertion, row) : await row.suiteCode.interpret({ language, code: value, args });
      if (!("failed" in outcome)) return gradeOf(outcome.value, context);
      if (!failsByThrowing(value) || outcome.failed === "return") throw new JudgeError(failure(value, outcome));
      return { pass: false, score: 0, reason: failure(value, outcome) };
    },
  };
}

function gradeOf(returned: unknown, { assertion: { threshold }, negated }: GradeContext): FinalGrade {
  const result = unwrapped(returned);
  if (typeof result === "boolean") return { pass: result !== negated, score: Number(result !== negated), reason: reason(result) };
  if (typeof result === "number" && Number.isFinite(result)) {
    const holds = threshold === undefined ? result > 0 : result >= threshold;
    return { pass: holds !== negated, score: result, reason: reason(holds) };
  }
  if (isScriptGrade(result)) {
    const short = threshold !== undefined && result.score < threshold;
    const holds = result.pass && !short;
    const given = short ? `Its score ${result.score} is below the threshold ${threshold}. ${result.reason}`.trim() : result.reason;
    return { pass: holds !== negated, score: result.score, reason: negated ? reason(holds) : given, namedScores: result.namedScores };
  }
  if (result === undefined || result === null) return { pass: false, score: 0, reason: "The script returned nothing. A script of several lines needs a return." };
  throw new JudgeError(`The script returned ${quote(result)}. Return true or false, a number, or {pass, score, reason}.`);

  function reason(holds: boolean): string {
    return holds !== negated ? "Passed" : `The script returned ${quote(returned)}`;
  }
}

/** Texts that promptfoo reads as what they spell, and the names of Python and Ruby in ours. */
function unwrapped(result: unknown): unknown {
  if (typeof result === "string") {
    if (/^(?:true|false)$/i.test(result)) return result.toLowerCase() === "true";
    if (result.startsWith("{")) return unwrapped(parsedOr(result));
    const number = Number.parseFloat(result);
    return Number.isNaN(number) ? result : number;
  }
  if (typeof result !== "object" || result === null || Array.isArray(result)) return result;
  const { pass_: pass, named_scores: namedScores, ...rest } = result as Record<string, unknown>;
  return { pass, namedScores, ...rest };
}

/** A text that is no JSON becomes a list of itself: no judgement, and not read again. */
function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return [text];
  }
}

function isScriptGrade(result: unknown): result is FinalGrade {
  if (typeof result !== "object" || result === null) return false;
  const { pass, score, reason, namedScores } = result as Record<string, unknown>;
  const named = namedScores === undefined || namedScores === null || (typeof namedScores === "object" && Object.values(namedScores).every(Number.isFinite));
  return typeof pass === "boolean" && Number.isFinite(score) && typeof reason === "string" && named;
}
