import { occurrencesOf } from "./component.ts";
import { readJsonLines } from "./dataText.ts";
import type { LanguageIndex } from "./index.ts";
import { SYNTAXES } from "./syntaxes.ts";
import { type Place, targetAt } from "./target.ts";

/** Why a name cannot be given; the message is for people. */
export class RenameError extends Error {}

/** What can be renamed at a place: a variable that tests give, or that a prompt reads. */
export function renameable(index: LanguageIndex, file: string, offset: number): Place | undefined {
  const target = targetAt(index, file, offset);
  return target?.kind === "variable" ? { file, start: target.start, end: target.end } : undefined;
}

/**
 * Every place to change for a variable to be called otherwise: in prompts, suites, heads of tables and lines of JSON.
 * Code in files of its own is not looked into.
 * @throws {RenameError} for a name that is none, or that is another variable's.
 */
export function rename(index: LanguageIndex, file: string, offset: number, name: string): Place[] {
  const target = targetAt(index, file, offset);
  if (target?.kind !== "variable") throw new RenameError("There is no variable here.");
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new RenameError(`${JSON.stringify(name)} cannot be a variable's name. Use letters, digits and _, with a letter first.`);
  if (SYNTAXES.nunjucks.names.includes(name)) throw new RenameError(`${name} has a meaning of its own in templates. Choose another name.`);
  const { suites, defined, used } = occurrencesOf(index, file, target.name);
  const taken = suites.find((suite) => index.variables(suite).has(name));
  if (taken && name !== target.name) throw new RenameError(`${index.nameOf(taken.file)} has a variable ${name} already. Choose another name.`);
  const lines = defined.filter((place) => place.file.toLowerCase().endsWith(".jsonl"));
  const others = defined.filter((place) => !lines.includes(place));
  return [...others, ...used, ...[...new Set(lines.map((place) => place.file))].flatMap((path) => inEveryLine(index, path, target.name))];
}

/** The index knows the first lines of a file only. */
function inEveryLine(index: LanguageIndex, file: string, name: string): Place[] {
  const { variables } = readJsonLines(index.text(file) ?? "", Infinity);
  return variables.filter((variable) => variable.name === name).map(({ start, end }) => ({ file, start, end }));
}
