import { locationOf } from "../../evals/suite/source.ts";
import type { Location } from "../../problem.ts";
import { caseTitle } from "../../regression/analyse.ts";
import { absolutePath, readVersion, type Workspace } from "../../regression/workspace.ts";

/** A case as today's suite has it. */
export interface SuiteCase {
  /** From 1, as people count. */
  readonly number: number;
  readonly title: string;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly location: () => Location;
}

/** The cases of a suite (its path relative to the root) by their ids; none where it is gone or cannot be read. */
export async function suiteCases(workspace: Workspace, suite: string): Promise<Map<string, SuiteCase>> {
  const file = absolutePath(workspace.root, suite);
  if ((await workspace.disk.read(file)) === undefined) return new Map();
  const version = await readVersion(workspace, workspace.disk, file);
  return new Map(version.suite.cases.map((test) => [test.id, { number: test.index + 1, title: caseTitle(test), vars: test.vars, location: () => locationOf(test.place) }]));
}
