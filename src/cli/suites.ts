import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { diskSnapshot } from "../core/config/diskSnapshot.ts";
import { findSuites } from "../core/evals/suite/findSuites.ts";
import { type Problem, ProblemError } from "../core/problem.ts";
import { SuiteInvalid } from "../core/regression/evaluate.ts";
import type { Workspace } from "../core/regression/workspace.ts";
import type { Front } from "./front.ts";
import { UsageError } from "./usage.ts";

export interface NamedSuite {
  readonly workspace: Workspace;
  readonly file: string;
}

/** The suites that a command line names, each once: files, folders, or (with none) all below the current folder. */
export async function namedSuites(front: Front, names: readonly string[]): Promise<NamedSuite[]> {
  const found = new Map<string, NamedSuite>();
  for (const name of names.length === 0 ? ["."] : names) {
    const path = resolve(front.cwd, name);
    const info = await stat(path).catch(() => undefined);
    if (!info) throw new UsageError(`There is no ${name}. Name a suite's file or folder.`);
    if (info.isFile()) {
      found.set(path, { workspace: await front.workspace(dirname(path)), file: path });
      continue;
    }
    const suites = await findSuites(diskSnapshot(path), path);
    if (suites.length === 0) throw new UsageError(`There is no suite in ${name}. A suite is a promptfooconfig.yaml or a .prompt.yml; "llmops eval -c FILE" names one of another name.`);
    for (const file of suites) found.set(file, { workspace: await front.workspace(dirname(file)), file });
  }
  return [...found.values()];
}

/** The mistakes that keep one suite from running, and no other; `undefined` where something else went wrong. */
export function mistakesOf(error: unknown): readonly Problem[] | undefined {
  if (error instanceof SuiteInvalid) return error.problems;
  return error instanceof ProblemError ? [error.problem] : undefined;
}
