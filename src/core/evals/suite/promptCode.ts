import { extname } from "node:path";
import { LineIndex } from "../../config/positions.ts";
import { commandParts } from "../suiteCode/program.ts";
import type { PromptCode } from "../model.ts";
import type { Found } from "./promptFiles.ts";
import { readScript, readScriptsOf } from "./scripts.ts";
import { locationOf, type Place, type SuiteSource } from "./source.ts";

const FUNCTIONS = /^(.*\.(?:[cm]?[jt]s|py))(?::([\w.]+))?$/i;
const PROGRAMS = new Set([".sh", ".bash", ".exe", ".bat", ".cmd", ".ps1", ".rb", ".pl"]);

/** Whether a path is that of code that makes a prompt. */
export function isPromptCode(path: string): boolean {
  return FUNCTIONS.test(path) || PROGRAMS.has(extname(path).toLowerCase());
}

/** The path of a reference to code, without the name of a function; the same for any other path. */
export function withoutFunction(path: string): { path: string; name: string | undefined } {
  const [, file = path, name] = FUNCTIONS.exec(path) ?? [];
  return { path: file, name };
}

/**
 * A prompt that code makes: a function of a file, a Python script or a program that writes it.
 * Its text is the code's, so that what changed in it is found like in any other prompt.
 */
export async function promptOfCode(source: SuiteSource, reference: string, place: Place, naming: Pick<Found, "label" | "config">): Promise<Found[]> {
  const { path, name } = withoutFunction(reference);
  const file = await readScript(source, path, place);
  if (file === undefined) return [];
  const isFunction = FUNCTIONS.test(path) && (name !== undefined || !/\.py$/i.test(path));
  const code: PromptCode = isFunction
    ? { kind: "function", reference: `file://${file}${name === undefined ? "" : `:${name}`}` }
    : { kind: "program", ...(/\.py$/i.test(path) ? { program: { language: "python" }, args: [path] } : { program: fromFolder(path), args: [] }) };
  return [{ ...naming, ...wholeOf(source, file), code }];
}

/** `exec:COMMAND`: a program that writes the prompt. What of it is a file from the suite's folder is code of the suite's. */
export async function promptOfProgram(source: SuiteSource, command: string, place: Place, naming: Pick<Found, "label" | "config">): Promise<Found[]> {
  const [program = "", ...args] = commandParts(command);
  if (program === "") {
    source.report("error", "bad-prompt", "exec: needs a program: exec:./prompt.sh.", place);
    return [];
  }
  // What is said to be here is not looked for elsewhere.
  if (/^\.{1,2}[\\/]/.test(program) && (await readScript(source, program, place)) === undefined) return [];
  const own = await readScriptsOf(source, [program, ...args], place);
  const file = own.find((path) => path !== undefined);
  const whole = file === undefined ? { template: command, location: locationOf(place) } : wholeOf(source, file);
  return [{ ...naming, ...whole, code: { kind: "program", program: own[0] === undefined ? program : fromFolder(program), args } }];
}

function wholeOf(source: SuiteSource, file: string): Pick<Found, "template" | "location"> {
  const template = source.files.get(file) ?? "";
  return { template, location: { file, range: new LineIndex(template).range(0, template.length) } };
}

/** A name alone would be looked for in PATH. */
function fromFolder(path: string): string {
  return /[\\/]/.test(path) ? path : `./${path}`;
}

