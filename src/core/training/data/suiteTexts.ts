import { dirname } from "node:path";
import { relativePosix } from "../../config/settings.ts";
import { findSuites } from "../../evals/suite/findSuites.ts";
import { readVersion, type Workspace } from "../../regression/workspace.ts";
import type { SuiteText } from "../checks/check.ts";

/** The texts that the cases of all suites of a workspace ask with: none of them may be learnt. A suite that cannot be read is left out. */
export async function suiteTexts(workspace: Workspace): Promise<SuiteText[]> {
  const texts: SuiteText[] = [];
  for (const file of await findSuites(workspace.disk, workspace.root)) {
    const { suite } = await readVersion(workspace, workspace.disk, file);
    const name = relativePosix(workspace.root, dirname(file)) || relativePosix(workspace.root, file);
    for (const test of suite.cases) {
      for (const value of Object.values(test.vars)) if (typeof value === "string") texts.push({ text: value, name: `${name}, case ${test.index + 1} (${test.id.slice(0, 12)})` });
    }
  }
  return texts;
}
