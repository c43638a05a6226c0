import { matchesSuite, relativePosix } from "../config/settings.ts";
import { findSuites } from "../evals/suite/findSuites.ts";
import { readVersion, type Workspace } from "../regression/workspace.ts";
import { contentHash } from "../store/store.ts";
import { versionHash } from "../store/versions.ts";

/** The suites that an `eval:` stands for, in one version of the workspace: absolute paths. */
export async function suitesOf({ root, disk }: Workspace, what: string): Promise<string[]> {
  const suites = await findSuites(disk, root);
  return suites.filter((file) => matchesSuite(what, relativePosix(root, file)));
}

/** Hash of all that decides what evals of these suites say: another commit with the same hash is the same version. */
export async function versionOf(workspace: Workspace, suites: readonly string[], endpoint: string | undefined): Promise<string> {
  const versions = await Promise.all(suites.map(async (file) => [relativePosix(workspace.root, file), versionHash((await readVersion(workspace, workspace.disk, file, { endpoint })).files)]));
  return contentHash(JSON.stringify([versions, endpoint ?? ""]));
}

/** Of the versions that the eval steps of a stage judged, in their order; a stage that judges nothing has none. */
export function stageVersion(versions: readonly string[]): string | undefined {
  return versions.length === 0 ? undefined : contentHash(versions.join());
}
