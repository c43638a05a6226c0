import { relativePosix } from "../../config/settings.ts";
import { gitSnapshot } from "../../git/gitSnapshot.ts";
import { evaluateSuite, SuiteInvalid } from "../evaluate.ts";
import type { Workspace } from "../workspace.ts";
import { BisectError, type BisectOptions, left, passesIn, runCases, shared, worstSeries } from "./bisect.ts";
import { firstBad, pairedP } from "./search.ts";

export interface CommitBisection {
  readonly suite: string;
  /** `chance`: run again, the cases do not differ between the two ends. */
  readonly outcome: "found" | "chance" | "nothing-broken";
  /** The first commit that is bad, with its subject; more than one where those before the last cannot be run. */
  readonly culprits: readonly { readonly id: string; readonly subject: string }[];
  /** Commits between the two ends, and how many of them were run. */
  readonly commits: number;
  readonly evaluations: number;
  readonly cases: readonly string[];
  /** Passes at the two ends, of so many. */
  readonly good: number;
  readonly bad: number;
  readonly of: number;
  readonly p: number;
  readonly calls: number;
}

const MOST_COMMITS = 5000;

/**
 * Finds the commit that broke cases, between one that is good and one that is bad: a binary search over the first parents.
 * Answers come from the cache where they are there.
 * @throws {BisectError}, and as `evaluateSuite`.
 */
export async function bisectCommits(workspace: Workspace, ends: { readonly good: string; readonly bad: string }, options: BisectOptions): Promise<CommitBisection> {
  const { repository, root } = workspace;
  if (!repository) throw new BisectError("This folder is no git repository: there are no commits to search.");
  const [good, bad] = await Promise.all([repository.resolve(ends.good), repository.resolve(ends.bad)]);
  if (!good || !bad) throw new BisectError(`There is no commit ${JSON.stringify(good ? ends.bad : ends.good)} here.`);
  const history = await repository.ancestors(bad, MOST_COMMITS);
  const older = history.indexOf(good);
  if (older < 0) throw new BisectError(`${ends.good} is no ancestor of ${ends.bad} (looked at ${history.length} commits).`);
  // Oldest first: from the one after the good one to the bad one.
  const commits = [bad, ...history.slice(0, older)].reverse();
  const at = (commit: string): Workspace => ({ ...workspace, disk: gitSnapshot(repository, commit), repository: repository.at(commit) });

  const repeat = options.repeat ?? 3;
  const whole = await evaluateSuite(at(bad), { ...shared(options), baseline: good });
  const series = worstSeries(whole);
  const cases = series?.broke.map(({ id }) => id) ?? [];
  const result: CommitBisection = { suite: relativePosix(root, options.file), outcome: "nothing-broken", culprits: [], commits: commits.length, evaluations: 0, cases, good: 0, bad: 0, of: 0, p: 1, calls: whole.report.calls };
  if (!series || cases.length === 0) return result;

  let calls = whole.report.calls;
  let evaluations = 0;
  const passesAt = async (commit: string, fresh: boolean): Promise<number[]> => {
    evaluations++;
    options.onProgress?.(`Evaluation ${evaluations}: ${cases.length} cases × ${repeat} at ${commit.slice(0, 7)}`);
    const { report, series: tallies } = await runCases(at(commit), { ...options, baseline: good, maxCalls: left(options.maxCalls, calls) }, cases, repeat, fresh);
    calls += report.calls;
    return passesIn(tallies, series.key, cases, repeat);
  };
  const before = await passesAt(good, true);
  const after = await passesAt(bad, true);
  const p = pairedP(after, before);
  const [goodSum, badSum] = [sum(before), sum(after)];
  const shown = { good: goodSum, bad: badSum, of: cases.length * repeat, p };
  if (p > 0.05) return { ...result, ...shown, outcome: "chance", evaluations, calls };
  const suspects = await firstBad(
    commits.map((_, index) => index),
    (goodSum + badSum) / 2,
    (first) => passesAt(commits[[...first].length - 1]!, false).catch((error: unknown) => {
      if (error instanceof SuiteInvalid) return undefined;
      throw error;
    }),
  );
  const culprits = await Promise.all(suspects.map(async (index) => ({ id: commits[index]!, subject: (await repository.subject(commits[index]!)) ?? "" })));
  return { ...result, ...shown, outcome: "found", culprits, evaluations, calls };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
