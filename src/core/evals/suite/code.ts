import { compileFunction } from "node:vm";
import { codeFileOf, isCodeFile, responseBody, transformBody } from "../suiteCode/transform.ts";
import { readScript } from "./scripts.ts";
import { isFileReference, type Place, type SuiteSource } from "./source.ts";

/**
 * A transform as it runs: JavaScript, or the reference to a file of code with its absolute path. The file is read,
 * since what is in it decides a verdict.
 */
export async function readTransform(source: SuiteSource, value: unknown, place: Place): Promise<string | undefined> {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") {
    source.report("error", "bad-transform", "A transform is JavaScript, or file:// with a .js, .ts or .py file.", place);
    return undefined;
  }
  const code: string = value;
  if (isFileReference(value)) return readCodeFile(source, value, place);
  try {
    compileFunction(transformBody(code), ["output", "context", "process"]);
  } catch (error) {
    const advice = code.includes("\n") ? " A transform of several lines is the body of a function." : "";
    source.report("error", "bad-transform", `This transform does not compile: ${error instanceof Error ? error.message : String(error)}.${advice}`, place);
    return undefined;
  }
  return code;
}

/** As `readTransform`, for what is taken of an answer's body. */
export async function readResponseTransform(source: SuiteSource, value: unknown, place: Place): Promise<string | undefined> {
  if (typeof value !== "string") {
    source.report("error", "bad-transform", "transformResponse is JavaScript such as json.choices[0].text, or file:// with a .js, .ts or .py file.", place);
    return undefined;
  }
  const code: string = value;
  if (isFileReference(value)) return readCodeFile(source, value, place);
  try {
    compileFunction(responseBody(code), ["output", "context", "process"]);
    return code;
  } catch (error) {
    source.report("error", "bad-transform", `This transformResponse does not compile: ${error instanceof Error ? error.message : String(error)}.`, place);
    return undefined;
  }
}

/** A `file://` reference to code, with its absolute path. */
export async function readCodeFile(source: SuiteSource, reference: string, place: Place): Promise<string | undefined> {
  if (!isCodeFile(reference)) {
    source.report("error", "bad-code-file", `${reference} is no code that can be run here: .js, .ts and .py files are.`, place);
    return undefined;
  }
  const { file, name } = codeFileOf(reference);
  const script = await readScript(source, file, place);
  return script && `file://${script}${name === undefined ? "" : `:${name}`}`;
}
