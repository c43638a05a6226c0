import { relativePosix } from "../core/config/settings.ts";
import type { Case } from "../core/evals/model.ts";
import { BudgetError } from "../core/evals/run/caller.ts";
import { BudgetExceeded, outlookWords } from "../core/evals/run/runner.ts";
import { isAffected } from "../core/regression/affected.ts";
import { evaluateSuite } from "../core/regression/evaluate.ts";
import type { FinishedRun } from "../core/regression/output/rows.ts";
import type { Shard } from "../core/regression/shards/part.ts";
import { changesOf } from "../core/regression/places.ts";
import type { RunReport } from "../core/regression/report.ts";
import type { Workspace } from "../core/regression/workspace.ts";
import { failedCases, listRuns } from "../core/store/runs.ts";
import { keepHeapSmall } from "../engine/memory.ts";
import { EXIT, exitCode } from "./exit.ts";
import type { Front } from "./front.ts";
import { evalJson } from "./json.ts";
import { progressBar } from "./progress.ts";
import { mistakesOf, type NamedSuite, namedSuites } from "./suites.ts";
import { summary, suiteTable } from "./table.ts";
import { UsageError } from "./usage.ts";

interface Options {
  config?: string[];
  concurrency?: number;
  repeat?: number;
  cache?: boolean;
  filter?: string;
  baseline?: string;
  maxCalls?: number;
  maxCost?: number;
  failOn?: string;
  output?: string[];
  shard?: Shard;
  first?: number;
  failing?: boolean;
  changed?: boolean;
  endpoint?: string;
  resume?: boolean;
  json?: boolean;
}

/** What the suites of a command line came to. */
export interface Outcome {
  readonly reports: RunReport[];
  /** Suites that cannot run as written, or whose accepted baseline cannot be read: what was judged then is not what was agreed on. */
  invalid: number;
  /** Whether the budget ended before the suites did. */
  stopped: boolean;
}

export async function evalCommand(front: Front, names: readonly string[], options: Options): Promise<number> {
  const output = options.output?.length ? await import("./output.ts") : undefined;
  const files = output?.resultFiles(front, options.output ?? []);
  const suites = await namedSuites(front, [...names, ...(options.config ?? [])]);
  const outcome: Outcome = { reports: [], invalid: 0, stopped: false };
  const finished: FinishedRun[] = [];
  for (const suite of suites) {
    if (outcome.stopped) break;
    if (options.changed && !(await isAffected(suite.workspace, suite.file, options.baseline))) {
      front.say(`${relativePosix(suite.workspace.root, suite.file)}: as its baseline, not run.`);
      continue;
    }
    const run = await judge(front, suite, options, outcome);
    const report = run?.report;
    // A selection leaves suites without any case: there is nothing to say of them.
    if (!run || !report || (selects(options) && report.series.every((series) => series.cases === 0))) continue;
    outcome.reports.push(report);
    if (files) finished.push(run);
    if (!options.json) front.print(suiteTable(report, front.host.clock.now()));
  }
  const { reports, invalid, stopped } = outcome;
  if (options.filter !== undefined && reports.length === 0 && invalid === 0 && !stopped) throw new UsageError(`No case contains ${JSON.stringify(options.filter)}: nothing was judged.`);
  if (reports.length === 0 && invalid === 0 && !stopped && (options.changed || options.failing)) {
    front.print(options.json ? JSON.stringify({ ...evalJson(outcome), verdict: "passed" }) : `Nothing to run: ${options.changed ? "no suite differs from its baseline" : "no case failed in the last run"}.`);
    return EXIT.ok;
  }
  if (output && files) await output.writeResults(files, finished);
  if (options.shard) front.say(`Shard ${options.shard.index} of ${options.shard.of}: the verdict is that of "llmops merge" over all parts.`);
  const code = exitCode(outcome, { failOnInconclusive: options.failOn === "inconclusive", isShard: options.shard !== undefined, casesFailed: front.casesFailedCode });
  if (options.json) front.print(JSON.stringify(evalJson(outcome)));
  else if (reports.length > 0) front.print(summary(reports, code, front.host.clock.now()));
  return code;
}

/** One suite's run; without one, what kept it from being judged is said and noted. */
async function judge(front: Front, { workspace, file }: NamedSuite, options: Options, outcome: Outcome): Promise<FinishedRun | undefined> {
  const name = relativePosix(workspace.root, file);
  const bar = progressBar(front, name);
  try {
    const since = options.resume ? resumed(front, workspace, name) : undefined;
    const { report, problems, version, found, series, judgement } = await evaluateSuite(workspace, {
      file,
      trigger: "cli",
      repeat: options.repeat,
      inFlight: options.concurrency,
      useCache: options.cache,
      baseline: options.baseline,
      maxCalls: left(options.maxCalls, outcome.reports, (report) => report.calls),
      maxCost: left(options.maxCost, outcome.reports, (report) => report.cost),
      filter: filterOf(options, workspace, name),
      endpoint: options.endpoint,
      trustSince: since,
      shard: options.shard,
      signal: front.signal,
      sandbox: front.sandbox,
      onProgress: (done, total) => {
        keepHeapSmall(total);
        bar.update(done, total);
      },
      onOutlook: (outlook) => front.say(`${name}: ${outlookWords(outlook)}.`),
    });
    bar.clear();
    for (const problem of problems) front.problem(problem);
    if (problems.some((problem) => problem.severity === "error")) outcome.invalid++;
    const changes = found.baseline ? await changesOf(version, workspace.root, found.baseline.snapshot) : [];
    return { report, version, series, judgement, shard: options.shard, changes, root: workspace.root, store: workspace.store };
  } catch (error) {
    bar.clear();
    const mistakes = mistakesOf(error);
    if (mistakes) {
      outcome.invalid++;
      for (const problem of mistakes) front.problem(problem);
    } else if (error instanceof BudgetExceeded || error instanceof BudgetError) {
      outcome.stopped = true;
      front.say(`${name}: ${budgetWords(error)}`);
    } else throw error;
    return undefined;
  }
}

/** Of a budget for the whole command line, what the suites before have left. */
function left(budget: number | undefined, reports: readonly RunReport[], spent: (report: RunReport) => number): number | undefined {
  if (budget === undefined) return undefined;
  const remote = reports.filter((report) => report.origins.length > 0);
  return Math.max(0, budget - remote.reduce((sum, report) => sum + spent(report), 0));
}

function budgetWords(error: BudgetExceeded | BudgetError): string {
  if (error instanceof BudgetExceeded) return `needs ${outlookWords(error.outlook)}, and --max-calls leaves ${error.budget}: none was made.`;
  return `${error.message} What was answered is kept: the next run goes on from there.`;
}

function selects({ filter, first, failing }: Options): boolean {
  return filter !== undefined || first !== undefined || failing === true;
}

/** The cases that the options leave; `undefined`: all. */
function filterOf(options: Options, { store }: Workspace, suite: string): ((test: Case) => boolean) | undefined {
  if (!selects(options)) return undefined;
  const wanted = options.filter === undefined ? () => true : mentions(options.filter);
  const failed = options.failing ? failedCases(store, suite) : undefined;
  let left = options.first ?? Infinity;
  return (test) => (failed?.has(test.id) ?? true) && wanted(test) && left-- > 0;
}

/** When the run began that was cut off: what was answered since is taken, however old it is by now. */
function resumed(front: Front, { store }: Workspace, suite: string): number | undefined {
  const [last] = listRuns(store, { suite, limit: 1 });
  if (!last || last.state === "finished") {
    front.say(`${suite}: no run was cut off, so this is a new one.`);
    return undefined;
  }
  front.say(`${suite}: goes on from run ${last.id.slice(0, 8)}, of which ${last.done} of ${last.total} rows were done.`);
  return last.startedAt;
}

function mentions(text: string): (test: Case) => boolean {
  const wanted = text.toLowerCase();
  return (test) => [test.id, test.description ?? "", JSON.stringify(test.vars)].some((part) => part.toLowerCase().includes(wanted));
}
