import { isCodeFile } from "../suiteCode/transform.ts";
import { readCodeFile } from "./code.ts";
import { at, isFileReference, isGlob, type Place, type SuiteSource, withoutScheme } from "./source.ts";

type Vars = Readonly<Record<string, unknown>>;

/** A variable that code makes of each question. */
export class MadeVar {
  /** As written, without `file://`: it stands for the variable where a case is told from others. */
  readonly written: string;
  /** The reference, with its absolute path. */
  readonly code: string;

  constructor(written: string, code: string) {
    this.written = written;
    this.code = code;
  }
}

/** A test's variables as they are kept: those that code makes apart. */
export function withoutMade(vars: Vars): { readonly vars: Vars; readonly madeVars?: Readonly<Record<string, string>> } {
  const made = Object.entries(vars).filter((entry): entry is [string, MadeVar] => entry[1] instanceof MadeVar);
  if (made.length === 0) return { vars };
  return { vars: { ...vars, ...Object.fromEntries(made.map(([name, { written }]) => [name, `file://${written}`])) }, madeVars: Object.fromEntries(made.map(([name, { code }]) => [name, code])) };
}

/** Values whose `file://` is replaced by the file's content; a glob becomes a list of files, which expands. */
export async function readVars(source: SuiteSource, vars: Vars, placeOf: (name: string) => Place): Promise<Vars> {
  if (!Object.values(vars).some(namesFile)) return vars;
  const read = await Promise.all(Object.entries(vars).map(async ([name, value]) => [name, await valueOf(source, value, placeOf(name))] as const));
  return Object.fromEntries(read);
}

function namesFile(value: unknown): boolean {
  return Array.isArray(value) ? value.some(namesFile) : isFileReference(value);
}

async function valueOf(source: SuiteSource, value: unknown, place: Place): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item, index) => valueOf(source, item, at(place, index))));
  if (!isFileReference(value)) return value;
  const path = withoutScheme(value);
  if (isGlob(path)) {
    const files = await source.glob(path);
    if (files.length === 0) source.report("error", "missing-file", `${path} matches no file.`, place);
    return Promise.all(files.map((file) => content(source, file, place)));
  }
  return content(source, path, place);
}

async function content(source: SuiteSource, path: string, place: Place): Promise<unknown> {
  if (isCodeFile(`file://${path}`)) {
    const code = await readCodeFile(source, `file://${path}`, place);
    return code && new MadeVar(path, code);
  }
  if (!/\.ya?ml$/i.test(path)) return (await source.read(path, place))?.text.trim();
  const document = await source.document(path, place);
  return document?.value === undefined ? undefined : JSON.stringify(document.value);
}

/** Every combination of the variables whose values are lists of texts; lists of objects or numbers are passed whole. */
export function* combinations(vars: Vars): Generator<Record<string, unknown>> {
  const names = Object.keys(vars);
  if (!names.some((name) => expands(vars[name]))) {
    yield vars;
    return;
  }
  function* from(index: number, chosen: Record<string, unknown>): Generator<Record<string, unknown>> {
    const name = names[index];
    if (name === undefined) {
      yield { ...chosen };
      return;
    }
    const value = vars[name];
    const options = expands(value) ? value : [value];
    for (const option of options) yield* from(index + 1, { ...chosen, [name]: option as unknown });
  }
  yield* from(0, {});
}

function expands(value: unknown): value is unknown[] {
  return Array.isArray(value) && (typeof value[0] === "string" || value[0] instanceof MadeVar);
}

/** Of many tests most say nothing of their own: what they share is one object. */
export function merged(defaults: Record<string, unknown> | undefined, own: Record<string, unknown>): Record<string, unknown> {
  if (!defaults || Object.keys(defaults).length === 0) return own;
  return Object.keys(own).length === 0 ? defaults : { ...defaults, ...own };
}
