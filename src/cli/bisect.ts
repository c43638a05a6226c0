import { relative } from "node:path";
import { BudgetError } from "../core/evals/run/caller.ts";
import { BudgetExceeded } from "../core/evals/run/runner.ts";
import { bisectHunks, BisectError, type BisectOptions } from "../core/regression/bisect/bisect.ts";
import { type CommitBisection, bisectCommits } from "../core/regression/bisect/commits.ts";
import { bisectionWords } from "../core/regression/bisect/words.ts";
import { formatP, plural } from "../core/regression/words.ts";
import { EXIT } from "./exit.ts";
import type { Front } from "./front.ts";
import { type NamedSuite, namedSuites } from "./suites.ts";
import { UsageError } from "./usage.ts";

interface Options {
  good?: string;
  bad?: string;
  repeat?: number;
  baseline?: string;
  evaluations?: number;
  maxCalls?: number;
  maxCost?: number;
  json?: boolean;
}

/** `llmops bisect`: which change of a prompt, or which commit, broke the cases of a suite. */
export async function bisectCommand(front: Front, name: string, options: Options): Promise<number> {
  const suites = await namedSuites(front, [name]);
  if (suites.length > 1) throw new UsageError(`${name} has ${suites.length} suites. Name one suite's file.`);
  const [{ workspace, file }] = suites as [NamedSuite];
  const shared: BisectOptions = { file, trigger: "cli", signal: front.signal, sandbox: front.sandbox, baseline: options.baseline, repeat: options.repeat, evaluations: options.evaluations, maxCalls: options.maxCalls, maxCost: options.maxCost, onProgress: (message) => front.say(message) };
  try {
    if (options.good === undefined && options.bad === undefined) {
      const found = await bisectHunks(workspace, shared);
      front.print(options.json ? JSON.stringify(found) : bisectionWords(found, (path) => relative(front.cwd, path)));
      return EXIT.ok;
    }
    if (options.good === undefined) throw new UsageError("--bad needs --good: a commit whose cases passed.");
    const found = await bisectCommits(workspace, { good: options.good, bad: options.bad ?? "HEAD" }, shared);
    front.print(options.json ? JSON.stringify(found) : commitWords(found));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof BisectError || error instanceof BudgetError || error instanceof BudgetExceeded)) throw error;
    front.say(error.message);
    return EXIT.error;
  }
}

function commitWords({ suite, outcome, culprits, commits, evaluations, cases, good, bad, of, p, calls }: CommitBisection): string {
  const spent = `${plural(commits, "commit")}, ${plural(evaluations, "evaluation")}, ${plural(calls, "call")}`;
  if (outcome === "nothing-broken") return `${suite}: no case broke between the two commits. ${spent}.`;
  const evidence = `${plural(cases.length, "broken case")}: ${good} of ${of} runs passed at the good end, ${bad} at the bad one (${formatP(p)}).`;
  if (outcome === "chance") return `${suite}: these cases flip by chance. ${evidence} ${spent}.`;
  const named = culprits.map(({ id, subject }) => `${id.slice(0, 10)} ${subject}`);
  const claim = culprits.length === 1 ? `${named[0]} is the first bad commit.` : `The first bad commit is one of these, of which only the last can be run:\n  ${named.join("\n  ")}`;
  return `${suite}: ${claim}\n  ${evidence}\n  ${spent}.`;
}
