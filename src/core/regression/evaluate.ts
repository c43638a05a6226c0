import { randomUUID } from "node:crypto";
import { isLoopback } from "../config/approvals.ts";
import { defaultGates, type Gate } from "../config/gates.ts";
import type { Snapshot } from "../config/snapshot.ts";
import { Redactor } from "../config/redactor.ts";
import { onSaveBudget, relativePosix } from "../config/settings.ts";
import { visibleEnv } from "../config/visibleEnv.ts";
import type { Render } from "../evals/assertions/definition.ts";
import { createJudge } from "../evals/assertions/gradeRow.ts";
import { createComparison } from "../evals/judges/compareColumns.ts";
import type { FindGrader } from "../evals/judges/grader.ts";
import type { Case, Suite } from "../evals/model.ts";
import type { Provider } from "../evals/providers/provider.ts";
import { instructionChecks } from "../evals/instructions/checks.ts";
import { type AnswerMetrics, createAnswerMetrics } from "../evals/metrics/answerMetrics.ts";
import { Caller } from "../evals/run/caller.ts";
import { wholeChains } from "../evals/run/chain.ts";
import type { Outlook } from "../evals/run/lookAhead.ts";
import { withDerived } from "../evals/metrics/derived.ts";
import { PREFERENCE } from "../evals/run/columnPass.ts";
import { withMadeQuestions } from "../evals/run/made.ts";
import type { RenderPrompt } from "../evals/run/rows.ts";
import { type RunnerOptions, runSeries } from "../evals/run/runner.ts";
import { type Series, testOf } from "../evals/run/series.ts";
import type { SeriesTally } from "../evals/run/tally.ts";
import type { SuiteCode } from "../evals/suiteCode/pool.ts";
import type { Http } from "../host.ts";
import { formatProblem, type Problem } from "../problem.ts";
import type { Dialect } from "../prompts/dialects.ts";
import { createRenderer } from "../prompts/renderer.ts";
import { endRun, type RunState, type RunTrigger, startRun } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import { recordVersion } from "../store/versions.ts";
import { analyse } from "./analyse.ts";
import { type ResolvedBaseline, resolveBaseline } from "./baseline/resolve.ts";
import { createRunCode, type RunCode } from "./code.ts";
import { earlyStop, LAST_ALPHA } from "./earlyStop.ts";
import { confirmBroken } from "./confirm.ts";
import type { Judgement } from "./output/rows.ts";
import { suiteGraders } from "./graders.ts";
import { RunHooks } from "./hooks.ts";
import { buildSeries, providerContext } from "./providers.ts";
import { noticesOf } from "./notices.ts";
import { type RunReport, worst } from "./report.ts";
import { shardOf, type Shard } from "./shards/part.ts";
import { webhookHttp, webhookOrigins, webhookTimeout } from "./webhooks.ts";
import { type ReadOptions, readVersion, type SuiteVersion, type Workspace } from "./workspace.ts";

export interface EvaluateOptions {
  /** Absolute path of the suite's file. */
  readonly file: string;
  readonly trigger: RunTrigger;
  readonly repeat?: number;
  readonly inFlight?: number;
  readonly useCache?: boolean;
  /** Calls to endpoints that are not on this machine; default: `onSave` of `llmops.yaml` for a save, else no limit. */
  readonly maxCalls?: number;
  /** USD; default as `maxCalls`. */
  readonly maxCost?: number;
  /** A person starts it: it does not begin when it needs more than a save may spend, unless they said so. */
  readonly ask?: boolean;
  /** A revision or a baseline file, instead of what would be found. */
  readonly baseline?: string;
  /** A version of the files to compare with, instead of what would be found. */
  readonly against?: Snapshot;
  readonly filter?: (test: Case) => boolean;
  /** Name of an endpoint of `llmops.yaml` that is asked instead, by both versions. */
  readonly endpoint?: string;
  /** Two models of the endpoint are compared, with the same texts, instead of two versions. Without `production` there is nothing to compare with. */
  readonly models?: { readonly candidate: string; readonly production: string | undefined };
  /** Answers since then (milliseconds since the epoch) are taken however old they are: a run that was cut off goes on. */
  readonly trustSince?: number;
  /** Only a share of the cases; its parts are judged together by `mergeParts`. */
  readonly shard?: Shard;
  readonly signal: AbortSignal;
  /** Starts this process's sandbox when it is first needed; its base URL. */
  readonly sandbox: () => Promise<string>;
  /** Whether a save may call this remote origin. A run that a person starts does not ask. */
  readonly mayCall?: (origin: string) => boolean;
  readonly onStart?: (runId: string) => void;
  readonly onProgress?: (done: number, total: number) => void;
  /** What is going to be paid for, before the first call. */
  readonly onOutlook?: (outlook: Outlook) => void;
}

export interface Evaluation {
  readonly report: RunReport;
  /** Warnings of the suite, the configuration and the baseline. */
  readonly problems: readonly Problem[];
  /** What was judged, and against what. */
  readonly version: SuiteVersion;
  readonly found: ResolvedBaseline;
  readonly series: readonly SeriesTally[];
  readonly judgement: Judgement;
}

/** The suite or its configuration cannot run as written. */
export class SuiteInvalid extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => formatProblem(problem)).join("\n"));
    this.name = "SuiteInvalid";
    this.problems = problems;
  }
}

/** A save would call origins that nobody has agreed to yet. */
export class ConsentNeeded extends Error {
  readonly origins: readonly string[];
  constructor(origins: readonly string[]) {
    super(`Nothing has been sent to ${origins.join(", ")} yet. Choose Run once to allow it on save.`);
    this.name = "ConsentNeeded";
    this.origins = origins;
  }
}

/**
 * Runs a suite against its baseline and stores the run with its verdict.
 *
 * @throws {SuiteInvalid | ConsentNeeded | BudgetExceeded | BudgetError | BaselineNotFound | ProblemError}
 * without a verdict; an abort is rethrown. Whatever was answered until then is in the cache.
 */
export async function evaluateSuite(workspace: Workspace, options: EvaluateOptions): Promise<Evaluation> {
  const code = createRunCode(workspace, options.file);
  const hooks = new RunHooks(workspace, code, options.signal);
  const stop = () => code.current.suiteCode.close();
  options.signal.addEventListener("abort", stop, { once: true });
  let told: readonly Problem[] = [];
  try {
    const evaluation = await evaluate(workspace, options, code, hooks).finally(async () => (told = await hooks.end()));
    return { ...evaluation, problems: [...evaluation.problems, ...told] };
  } catch (error) {
    for (const problem of told) workspace.host.log.warn(formatProblem(problem));
    throw error;
  } finally {
    options.signal.removeEventListener("abort", stop);
    await code.close();
  }
}

async function evaluate(workspace: Workspace, options: EvaluateOptions, code: RunCode, hooks: RunHooks): Promise<Evaluation> {
  const { root, host, store } = workspace;
  const started = host.clock.now();
  const { models } = options;
  const current = await hooks.readCurrent(options.file, { endpoint: options.endpoint, model: models?.candidate });
  if (current.suite.problems.some((problem) => problem.severity === "error")) throw new SuiteInvalid(current.suite.problems);
  const resolved = models ? await againstModel(workspace, models.production) : await resolveBaseline(workspace, options.file, current.files, options.baseline);
  const found: ResolvedBaseline = options.against ? { ...resolved, baseline: { info: { kind: "first-edit", commit: undefined, label: "before the change", at: undefined }, snapshot: options.against } } : resolved;
  const { version: before, problems: unlike } = await baselineVersion(workspace, options, found, current, hooks);
  const redactor = new Redactor();
  const tests = chosen(current.suite, options);
  const written = buildSeries(host, { version: current, code: code.current }, before && { version: before, code: await code.baseline(before.suite) }, options.sandbox, redactor);
  const graders = suiteGraders(current, providerContext(host, current, options.sandbox, redactor, code.current));
  const series = await hooks.withTests(written, tests, current, code.current.suiteCode);
  const asked = [...new Set([...current.suite.cases, ...series.flatMap((one) => tests.map((test) => testOf(one.current, test)))])];
  const judges = await graders.plan(asked);
  const instructions = await instructionChecks(current.suite, before?.suite, current.settings.instructions);
  const metrics = createAnswerMetrics({ checksOf: (prompt) => instructions.get(prompt) ?? [], moderatorOf: graders.moderatorOf });
  const origins = [...new Set([...remoteOrigins([...series.flatMap(providersOf), ...judges.providers]), ...webhookOrigins(asked)])];
  if (options.mayCall) askConsent(origins, options.mayCall);

  const suite = relativePosix(root, options.file);
  const version = recordVersion(store, suite, current.files, started);
  const { pid, machine } = host.identity;
  const run = { id: randomUUID(), suite, trigger: options.trigger, startedAt: started, pid, host: machine, version, commit: found.commit, dirty: found.dirty, partial: options.filter !== undefined || options.shard !== undefined || models !== undefined };
  startRun(store, run);
  options.onStart?.(run.id);
  const called = new Set(origins);
  try {
    const configured = current.settings.gates ?? defaultGates(current.suite.cases.length);
    const gates = run.partial && !models ? configured.map(comparingOnly) : configured;
    const running = await runnerOptions(workspace, run.id, current, { series, tests }, options, { suiteCode: code.current.suiteCode, metrics, findGrader: graders.find, http: webhookHttp(host.http, options.mayCall, called) });
    const runner = {
      ...running,
      judgeCalls: (test: Case) => judges.paidCalls.get(test) ?? 0,
      earlyStop: options.trigger === "save" && !run.partial ? earlyStop(gates, running.repeat) : undefined,
      preferences: gates.some((gate) => gate.metric === PREFERENCE),
      afterEach: hooks.afterEach,
    };
    hooks.began({ runId: run.id, version: current, series: runner.series, tests, repeats: runner.repeat });
    const caller = new Caller({ ...runner, http: host.http });
    const { series: tallies, looked, early } = await runSeries(runner, caller);
    // A series that no case runs under says nothing.
    const derived = await withDerived(tallies, current.suite.derivedMetrics ?? []);
    const judged = derived.filter((tally) => tally.skipped || tally.cases.length > 0).map((tally) => ({ ...tally, instructions: instructions.get(tally.prompt)?.map(({ info }) => info) }));
    const confirmed = await confirmBroken(runner, caller, judged, gates);
    const spent: Spent = { calls: caller.calls, cached: caller.cached, cost: caller.cost, durationMs: host.clock.now() - started };
    const analysed = analyse({ series: judged, repeats: runner.repeat, gates, confirmed, alpha: looked && !early ? LAST_ALPHA : undefined });
    const text = redactor.redact(
      JSON.stringify({
        runId: run.id,
        suite,
        verdict: worst(analysed.map((item) => item.verdict)),
        baseline: found.baseline?.info,
        version,
        commit: found.commit,
        dirty: found.dirty,
        startedAt: started,
        ...spent,
        early,
        hasAbsoluteGate: gates.some(isAbsolute),
        origins: [...called],
        notices: noticesOf(analysed, gates, metrics.unmoderated),
        series: analysed,
      } satisfies RunReport),
    );
    const report = JSON.parse(text) as RunReport;
    endRun(store, run.id, { state: "finished", at: host.clock.now(), verdict: report.verdict, report: text });
    return { report, problems: [...current.suite.problems, ...found.problems, ...unlike], version: current, found, series: judged, judgement: { repeats: runner.repeat, gates: configured, confirmed } };
  } catch (error) {
    endWithout(store, run.id, { state: options.signal.aborted ? "cancelled" : "failed", at: host.clock.now() });
    throw error;
  }
}

/** What the suite is compared with; without its tests, since both versions are asked today's. */
async function baselineVersion(workspace: Workspace, { file, endpoint, models }: EvaluateOptions, { baseline }: ResolvedBaseline, current: SuiteVersion, hooks: RunHooks): Promise<{ version: SuiteVersion | undefined; problems: readonly Problem[] }> {
  if (!baseline) return { version: undefined, problems: [] };
  const read = (more: ReadOptions = {}) => readVersion(workspace, baseline.snapshot, file, { endpoint, model: models?.production, withoutTests: true, ...more });
  return hooks.readBaseline(await read(), current.suite, read);
}

/** The workspace as it is, asked of another model. */
async function againstModel({ repository, disk }: Workspace, model: string | undefined): Promise<ResolvedBaseline> {
  const commit = await repository?.resolve("HEAD");
  return { baseline: model === undefined ? undefined : { info: { kind: "model", commit: undefined, label: model, at: undefined }, snapshot: disk }, problems: [], commit, dirty: true };
}

/** Where the store itself is what failed, the failure that the run ended with says more. */
function endWithout(store: Store, runId: string, end: { state: RunState; at: number }): void {
  try {
    endRun(store, runId, end);
  } catch {
    // Its process gone, the run is marked as interrupted.
  }
}

type Spent = Pick<RunReport, "calls" | "cached" | "cost" | "durationMs">;

/** Of some cases only, an absolute bound says nothing. */
function comparingOnly({ min: _min, max: _max, ...gate }: Gate): Gate {
  return gate;
}

/** A gate that holds without a baseline; `broken` counts against one. */
function isAbsolute(gate: Gate): boolean {
  return gate.metric !== "broken" && (gate.min !== undefined || gate.max !== undefined);
}

/** Of all that a run may call, what is not this machine. */
function remoteOrigins(providers: readonly Provider[]): string[] {
  return [...new Set(providers.flatMap(({ origin, otherOrigins = [] }) => [...(origin === undefined ? [] : [origin]), ...otherOrigins]).filter((origin) => !isLoopback(origin)))];
}

function providersOf({ current, baseline }: Series): Provider[] {
  return [current.provider, ...(current.own?.values() ?? []), ...(baseline ? [baseline.provider] : [])];
}

function askConsent(origins: readonly string[], mayCall: (origin: string) => boolean): void {
  const unknown = origins.filter((origin) => !mayCall(origin));
  if (unknown.length > 0) throw new ConsentNeeded(unknown);
}

async function runnerOptions(
  workspace: Workspace,
  runId: string,
  current: SuiteVersion,
  { series, tests }: { readonly series: readonly Series[]; readonly tests: readonly Case[] },
  options: EvaluateOptions,
  judging: { readonly suiteCode: SuiteCode; readonly metrics: AnswerMetrics; readonly findGrader: FindGrader; readonly http: Pick<Http, "send"> },
): Promise<RunnerOptions> {
  const { suite, settings } = current;
  const env = visibleEnv(current.env, suite.options.env);
  const renderer = await createRenderer(dialectsOf(series));
  const fill: Render = (text, vars) => renderer.text(text, vars, env);
  const render: RenderPrompt = (template, vars, dialect) => renderer.prompt(template, vars, env, dialect);
  const asking = await withMadeQuestions(series, tests, { suiteCode: judging.suiteCode, render, env });
  options.signal.throwIfAborted();
  const budget = options.trigger === "save" ? onSaveBudget(current.config) : { maxCalls: Infinity, maxCost: Infinity };
  const spendable = { maxCalls: options.maxCalls ?? budget.maxCalls, maxCost: options.maxCost ?? budget.maxCost };
  return {
    runId,
    series: asking,
    tests,
    repeat: options.repeat ?? settings.repeat ?? suite.options.repeat ?? 1,
    store: workspace.store,
    clock: workspace.host.clock,
    render,
    judge: createJudge({ render: fill, ...judging, webhookTimeoutMs: webhookTimeout(workspace.host.env) }),
    comparison: createComparison({ render: fill, findGrader: judging.findGrader }),
    signal: options.signal,
    inFlight: options.inFlight ?? suite.options.maxConcurrency,
    delayMs: suite.options.delay,
    trustSince: options.trustSince,
    useCache: options.useCache ?? suite.options.cache ?? true,
    ...spendable,
    askAbove: options.ask ? onSaveBudget(current.config) : options.trigger === "save" ? spendable : undefined,
    onOutlook: options.onOutlook,
    onlyChanged: options.trigger === "save",
    onProgress: options.onProgress ?? (() => {}),
  };
}

/** The cases that a run asks: with one of a conversation all of it, also in a shard. */
function chosen(suite: Suite, { filter, shard }: EvaluateOptions): readonly Case[] {
  const inShard = shard ? shardOf(suite, shard) : () => true;
  const tests = suite.cases.filter((test) => (filter?.(test) ?? true) && inShard(test));
  return tests.length === suite.cases.length ? tests : wholeChains(tests, suite);
}

/** Of both versions: a prompt may have changed its format. */
function dialectsOf(series: readonly Series[]): Set<Dialect> {
  return new Set(series.flatMap(({ current, baseline }) => [current, ...(baseline ? [baseline] : [])]).map(({ prompt }) => prompt.dialect ?? "nunjucks"));
}
