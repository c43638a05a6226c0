import { relativePosix } from "../../config/settings.ts";
import type { Workspace } from "../../regression/workspace.ts";
import { judgedCommits } from "../../store/pipeline/records.ts";
import { absolutePath } from "../../regression/workspace.ts";

/** How far back a commit is looked for that a run has judged. */
const ANCESTORS = 50;

/**
 * The files that a commit changed since the pipeline last ran: against its nearest first-parent ancestor that
 * a run judged, else the merge-base with the default branch, else its parent. A push of several commits is
 * judged as one change, so that a last commit of documentation does not hide what came before it.
 * `undefined` when git cannot say (no repository, a shallow clone). Paths relative to the root, with `/`.
 */
export async function changedSince({ root, repository, store }: Workspace, commit: string | undefined): Promise<string[] | undefined> {
  if (!repository || commit === undefined) return undefined;
  const judged = judgedCommits(store);
  const ancestor = (await repository.ancestors(commit, ANCESTORS)).find((candidate) => judged.has(candidate));
  const changed = await repository.changedFiles(ancestor ?? (await forkOf(repository, commit)), commit);
  return changed?.map((path) => relativePosix(root, absolutePath(repository.root, path)));
}

async function forkOf(repository: NonNullable<Workspace["repository"]>, commit: string): Promise<string | undefined> {
  const main = await repository.defaultBranch();
  const base = main === undefined ? undefined : await repository.mergeBase(commit, main);
  return base === commit ? undefined : base;
}
