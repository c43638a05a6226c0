import { readFile, realpath, rename, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { readVersion, type Workspace } from "../../regression/workspace.ts";
import type { Span } from "../span.ts";
import { appended } from "./append.ts";
import { type CaseOptions, caseOf, NoCase } from "./caseOf.ts";

export interface Added {
  /** Absolute path of the file that has the case. */
  readonly file: string;
  readonly id: string;
  /** `false`: the suite has the case already, and stays as it is. */
  readonly isNew: boolean;
}

/** Adds a span to a suite as a case. @param file the suite's. @throws {NoCase} where that cannot be, with what to do. */
export async function addToSuite(workspace: Workspace, file: string, span: Span, options: CaseOptions): Promise<Added> {
  const { suite } = await readVersion(workspace, workspace.disk, file, { withoutTests: true });
  const wrong = suite.problems.find(({ severity, code }) => severity === "error" && code !== "no-providers");
  if (wrong) throw new NoCase(`The suite has a mistake: ${wrong.message} ("llmops eval" says where.)`);
  const test = await caseOf(span, suite, options);
  const id = test.metadata["id"] as string;
  const known = suite.cases.find((other) => other.id === id);
  if (known) return { file: known.place.document.file, id, isNew: false };
  const folder = dirname(file);
  const edit = await appended(await readFile(file, "utf8"), test, async (name) => readFile(await inside(workspace.root, resolve(folder, name)), "utf8"), /\.prompt\.ya?ml$/i.test(file));
  const target = await realpath(edit.file === undefined ? file : resolve(folder, edit.file));
  const aside = `${target}.tmp`;
  await writeFile(aside, edit.text);
  await rename(aside, target);
  return { file: edit.file === undefined ? file : join(folder, edit.file), id, isNew: true };
}

/** @throws {NoCase} for a file outside of the workspace, also behind a link. */
async function inside(root: string, file: string): Promise<string> {
  const path = relative(await realpath(root), await realpath(file));
  if (path === ".." || path.startsWith(`..${sep}`) || resolve(path) === path) throw new NoCase(`${file} is outside of the workspace: add the case there yourself.`);
  return file;
}
