import type { Location } from "../../problem.ts";
import { JudgeError } from "../model.ts";
import type { Outcome } from "../suiteCode/protocol.ts";
import { callFile, isCodeFile, transformBody } from "../suiteCode/transform.ts";
import { readCodeFile } from "./code.ts";
import type { Place, SuiteSource } from "./source.ts";

/**
 * What a function of a file gives while the suite is read: tests, a question for judges. It runs in the child
 * process; what fails is a problem at the reference, and `undefined`. Without `source.code` no code runs, and nothing
 * is said: of a baseline only prompts and providers count.
 * @param reference as written, with `file://`.
 * @param python the function's name in Python where none is said.
 */
export async function valueOfCode(source: SuiteSource, reference: string, args: readonly unknown[], python: string, place: Place): Promise<{ readonly value: unknown } | undefined> {
  const code = await readCodeFile(source, reference, place);
  if (code === undefined || !source.code) return undefined;
  return told(source, reference, callFile(source.code, code, args, python, true), place);
}

/** What a transform makes of variables: JavaScript, or a reference with its absolute path. Fails as `valueOfCode` does. */
export async function transformedVars(source: SuiteSource, code: string, vars: Readonly<Record<string, unknown>>, context: object, place: Place | Location): Promise<{ readonly value: unknown } | undefined> {
  if (!source.code) return undefined;
  const outcome = isCodeFile(code) ? callFile(source.code, code, [vars, context], "get_transform") : source.code.call({ kind: "inline", body: `const vars = output;\n${transformBody(code)}`, output: vars, context });
  return told(source, "transformVars", outcome, place);
}

async function told(source: SuiteSource, subject: string, running: Promise<Outcome>, place: Place | Location): Promise<{ readonly value: unknown } | undefined> {
  const outcome = await running.catch((error: unknown): Outcome => {
    if (!(error instanceof JudgeError)) throw error;
    return { failed: "run", message: error.message };
  });
  if (!("failed" in outcome)) return outcome;
  source.report("error", "code-failed", `${subject} ${{ load: "cannot be used:", run: "failed:", return: "returned" }[outcome.failed]} ${outcome.message}`, place);
  return undefined;
}
