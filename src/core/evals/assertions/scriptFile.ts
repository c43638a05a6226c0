import { type Assertion, JudgeError } from "../model.ts";
import type { Outcome } from "../suiteCode/protocol.ts";
import type { GradedRow } from "./definition.ts";

/** A value like `file://check.js`, `file://check.py:name` or `…:Class.name`; Windows paths hold a colon of their own. */
const FILE = /^file:\/\/(.+?\.(?:[cm]?[jt]s|(py)|(rb)))(?::([\w$.]+))?$/i;

export function isScriptFile(value: unknown): value is string {
  return typeof value === "string" && FILE.test(value);
}

/** As in promptfoo a JavaScript file that throws is an error; inline scripts, Python and Ruby often parse the output, and fail the assertion. */
export function failsByThrowing(value: string): boolean {
  const [, , python, ruby] = FILE.exec(value) ?? [];
  return !isScriptFile(value) || python !== undefined || ruby !== undefined;
}

/** Calls the function that a file is referenced for: by default the exported one, or Python's and Ruby's `get_assert`. */
export function runScriptFile(value: string, assertion: Assertion, row: GradedRow): Promise<Outcome> {
  const [, file = "", python, ruby, name] = FILE.exec(value) ?? [];
  const args = [row.output, scriptContext(assertion, row)];
  if (python === undefined && ruby === undefined) return row.suiteCode.call({ kind: "file", file, name, args });
  return row.suiteCode.interpret({ language: python === undefined ? "ruby" : "python", file, name: name ?? "get_assert", args });
}

/** The value that a script file computes for an assertion of another type. */
export async function valueFromScript(value: string, assertion: Assertion, row: GradedRow): Promise<unknown> {
  const outcome = await runScriptFile(value, assertion, row);
  if ("failed" in outcome) throw new JudgeError(failure(value, outcome));
  const found = outcome.value;
  if (typeof found === "boolean" || (typeof found === "object" && found !== null && "pass" in found)) {
    throw new JudgeError(`${value} returned a judgement, but ${assertion.type} needs the expected value from it.`);
  }
  return found;
}

/** The second argument of every script. */
export function scriptContext(assertion: Assertion, row: GradedRow): Record<string, unknown> {
  return { ...row.context, vars: row.vars, ...(Object.keys(assertion.config).length > 0 ? { config: assertion.config } : {}) };
}

export function failure(value: string, { failed, message }: Exclude<Outcome, { value: unknown }>): string {
  const subject = isScriptFile(value) ? value.slice("file://".length) : "The script";
  return { load: `${subject} cannot be used. ${message}`, run: `${subject} threw ${message}`, return: `${subject} returned ${message}` }[failed];
}
