import { resolve as resolvePath } from "node:path";
import { layeredSnapshot } from "../../config/memorySnapshot.ts";
import { relevantText } from "../../config/relevant.ts";
import { CONFIG_FILE } from "../../config/root.ts";
import { relativePosix } from "../../config/settings.ts";
import type { Snapshot } from "../../config/snapshot.ts";
import { gitSnapshot } from "../../git/gitSnapshot.ts";
import type { Repository } from "../../git/repository.ts";
import { type Problem, ProblemError } from "../../problem.ts";
import { firstVersion, versionFiles, versionHash } from "../../store/versions.ts";
import type { Store } from "../../store/store.ts";
import type { BaselineInfo } from "../report.ts";
import { absolutePath, type Workspace } from "../workspace.ts";
import { readBaselineFile } from "./accepted.ts";

/** A baseline: a version of the files, readable like any other. */
export interface Baseline {
  readonly info: BaselineInfo;
  readonly snapshot: Snapshot;
}

/** How far back a default branch's history is searched for a commit that is not a known regression. */
const ANCESTORS = 50;

export interface ResolvedBaseline {
  readonly baseline: Baseline | undefined;
  readonly problems: readonly Problem[];
  readonly commit: string | undefined;
  /** Whether a file of the suite differs from HEAD's. */
  readonly dirty: boolean;
}

/**
 * Finds a suite's baseline, in the editor and in CI alike: the one that a person accepted; else by git:
 * on a branch the merge-base with the default branch, on the default branch HEAD for edits not yet
 * committed and, for a commit, its nearest ancestor not known as a regression; without git the text
 * before the first edit.
 *
 * @param files the suite's files now: posix path relative to the root → text.
 * @param override a revision or a baseline file to use instead.
 */
export async function resolveBaseline(workspace: Workspace, suiteFile: string, files: ReadonlyMap<string, string>, override?: string): Promise<ResolvedBaseline> {
  const { root, repository, disk, store } = workspace;
  const suite = relativePosix(root, suiteFile);
  const commit = await repository?.resolve("HEAD");
  const dirty = repository && commit ? await differs(gitSnapshot(repository, commit), root, files) : true;
  const done = (baseline: Baseline | undefined, problems: readonly Problem[] = []): ResolvedBaseline => ({ baseline, problems, commit, dirty });

  if (override !== undefined && !override.endsWith(".json")) {
    const revision = await repository?.resolve(override);
    if (!repository || !revision) throw new BaselineNotFound(repository ? `There is no commit ${JSON.stringify(override)} here.` : `${JSON.stringify(override)} names a commit, but this is no git repository.`);
    return done(await atCommit(repository, revision));
  }
  const accepted = await readBaselineFile(disk, root, override === undefined ? undefined : resolvePath(root, override));
  const entry = accepted.file?.suites[suite];
  if (entry) {
    const kept = new Map(Object.entries(entry.files).map(([path, { lines }]) => [absolutePath(root, path), lines.join("\n")]));
    const label = entry.accepted.commit?.slice(0, 7) ?? `accepted ${entry.accepted.at.slice(0, 10)}`;
    return done({ info: { kind: "accepted", commit: entry.accepted.commit, label, at: Date.parse(entry.accepted.at) }, snapshot: layeredSnapshot(kept, disk) }, accepted.problems);
  }
  if (override !== undefined) {
    const [problem] = accepted.problems;
    if (problem) throw new ProblemError(problem);
    throw new BaselineNotFound(accepted.file ? `${override} has no baseline of ${suite}.` : `There is no file ${override}.`);
  }

  if (repository && commit) {
    const base = await fromGit(repository, store, suite, commit, dirty);
    if (base) {
      const baseline = await atCommit(repository, base);
      if ((await baseline.snapshot.read(suiteFile)) !== undefined) return done(baseline, accepted.problems);
    }
  }
  const first = firstVersion(store, suite);
  if (!first || first.hash === versionHash(files)) return done(undefined, accepted.problems);
  // A commit that somebody looks at later is not compared with what came after it.
  if (repository && commit && !dirty && first.at > ((await repository.commitTime(commit)) ?? -Infinity)) return done(undefined, accepted.problems);
  const kept = new Map([...versionFiles(store, first.hash)].map(([path, text]) => [absolutePath(root, path), text]));
  return done({ info: { kind: "first-edit", commit: undefined, label: "before your first edit", at: first.at }, snapshot: layeredSnapshot(kept, disk) }, accepted.problems);
}

export class BaselineNotFound extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BaselineNotFound";
  }
}

async function fromGit(repository: Repository, store: Store, suite: string, head: string, dirty: boolean): Promise<string | undefined> {
  const [branch, main] = await Promise.all([repository.branch(), repository.defaultBranch()]);
  const onMain = main !== undefined && branch !== undefined && (main === branch || main === `origin/${branch}`);
  if (main !== undefined && !onMain) {
    const base = await repository.mergeBase(head, main);
    if (base && base !== head) return base;
  }
  if (dirty) return head;
  const regressed = regressedCommits(store, suite);
  return (await repository.ancestors(head, ANCESTORS)).find((ancestor) => !regressed.has(ancestor));
}

/** Commits that were worse than their baseline; one whose cases failed with nothing to compare with is none. */
function regressedCommits(store: Store, suite: string): Set<string> {
  const rows = store.all<{ commit_id: string }>(
    `SELECT DISTINCT commit_id FROM run
     WHERE suite = ? AND dirty = 0 AND partial = 0 AND commit_id IS NOT NULL AND verdict IN ('regression', 'failed') AND json_extract(report, '$.baseline') IS NOT NULL`,
    suite,
  );
  return new Set(rows.map((row) => row.commit_id));
}

async function atCommit(repository: Repository, commit: string): Promise<Baseline> {
  return { info: { kind: "git", commit, label: commit.slice(0, 7), at: await repository.commitTime(commit) }, snapshot: gitSnapshot(repository, commit) };
}

async function differs(head: Snapshot, root: string, files: ReadonlyMap<string, string>): Promise<boolean> {
  const changed = await Promise.all([...files].map(async ([path, text]) => {
    const committed = await head.read(absolutePath(root, path));
    return (path === CONFIG_FILE && committed !== undefined ? relevantText(committed).text : committed) !== text;
  }));
  return changed.includes(true);
}
