import { JudgeError } from "../model.ts";
import type { Outcome } from "./protocol.ts";
import type { SuiteCode } from "./pool.ts";

/** `file://PATH.js`, `.ts` or `.py`, with the name of a function; Windows paths hold a colon of their own. */
const FILE = /^file:\/\/(.+?\.(?:[cm]?[jt]s|(py)))(?::([\w$.]+))?$/i;

export function isCodeFile(reference: string): boolean {
  return FILE.test(reference);
}

/** The path in a reference to a file of code. */
export function codeFileOf(reference: string): { readonly file: string; readonly python: boolean; readonly name: string | undefined } {
  const [, file = "", python, name] = FILE.exec(reference) ?? [];
  return { file, python: python !== undefined, name };
}

/** The function body that promptfoo makes of a transform: one line is an expression, several need a `return`. */
export function transformBody(code: string): string {
  return code.includes("\n") ? code : `return ${code}`;
}

/**
 * Calls the function that a file is referenced for.
 * @param python the name that it has in Python where none is said.
 * @param orValue a JavaScript file may export the result itself.
 */
export function callFile(suiteCode: SuiteCode, reference: string, args: readonly unknown[], python: string, orValue = false): Promise<Outcome> {
  const { file, python: isPython, name } = codeFileOf(reference);
  return isPython ? suiteCode.interpret({ language: "python", file, name: name ?? python, args }) : suiteCode.call({ kind: "file", file, name, args, orValue });
}

/** An arrow or a function, which is called; anything else is an expression. */
const FUNCTION = /^(?:\(.*?\)\s*=>|function\s*\(.*?\))/;

/** The function body that promptfoo makes of a `transformResponse`. */
export function responseBody(code: string): string {
  const trimmed = code.trim();
  return `const { json, text } = output;\nreturn (${trimmed})${FUNCTION.test(trimmed) ? "(json, text, context)" : ""};`;
}

/**
 * What code of the suite's takes of an answer's body; an object with an `output` or an `error` says which it is.
 * @throws {JudgeError} when it fails, or says that the answer is an error.
 */
export async function responded(suiteCode: SuiteCode, code: string, body: unknown): Promise<unknown> {
  const text = String(body ?? "");
  const json = parsed(text);
  const outcome = isCodeFile(code) ? await callFile(suiteCode, code, [json, text, {}], "get_transform") : await suiteCode.call({ kind: "inline", body: responseBody(code), output: { json: json || null, text }, context: {} });
  if ("failed" in outcome) throw new JudgeError(`transformResponse ${{ load: "cannot be used:", run: "threw", return: "returned" }[outcome.failed]} ${outcome.message}`);
  const { value } = outcome;
  if (typeof value !== "object" || value === null || Array.isArray(value) || !("output" in value || "error" in value)) return value;
  const { output, error } = value as { output?: unknown; error?: unknown };
  if (error) throw new JudgeError(`transformResponse says: ${String(error)}`);
  return output;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What a transform makes of an output, in the child process.
 * @param code JavaScript, or a reference to a file of code with its absolute path.
 * @throws {JudgeError} when it fails or returns nothing: there is nothing to judge.
 */
export async function transformed(suiteCode: SuiteCode, code: string, output: unknown, context: Readonly<Record<string, unknown>>): Promise<unknown> {
  const outcome = isCodeFile(code) ? await callFile(suiteCode, code, [output, context], "get_transform") : await suiteCode.call({ kind: "inline", body: transformBody(code), output, context });
  const subject = isCodeFile(code) ? `The transform ${code.slice("file://".length)}` : "The transform";
  if ("failed" in outcome) throw new JudgeError(`${subject} ${{ load: "cannot be used:", run: "threw", return: "returned" }[outcome.failed]} ${outcome.message}`);
  if (outcome.value === undefined || outcome.value === null) throw new JudgeError(`${subject} returned nothing. A transform of several lines needs a return.`);
  return outcome.value;
}
