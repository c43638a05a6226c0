import type { Clock } from "../../host.ts";
import { addResults, type ResultRecord, setProgress } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import { comparesColumns } from "../judges/columns.ts";
import type { Comparison } from "../judges/compareColumns.ts";
import { type Answer, type Case, JudgeError, type RowGrade } from "../model.ts";
import { CallError, type Provider } from "../providers/provider.ts";
import { answererOf, BudgetError, type Caller, isRemote } from "./caller.ts";
import { ColumnPass, type Finished } from "./columnPass.ts";
import { type Arm, type Question, type RenderPrompt, type Row, rowsOf } from "./rows.ts";
import type { Series, Side } from "./series.ts";
import { type CaseTally, type Judged, put, type Sample, type SeriesTally } from "./tally.ts";

/** Rows under way at once; calls are limited per endpoint besides. */
const WORKERS = 64;
const PREVIEW_CHARACTERS = 200;

/** @param row.repeat, row.caller for judges that are asked in their turn. */
export type Judge = (row: { test: Case; answer: Answer; promptText: string; side: Side; repeat: number; caller: Caller; provider: Provider }) => Promise<RowGrade>;

export interface RunnerOptions {
  readonly runId: string;
  readonly series: readonly Series[];
  readonly tests: readonly Case[];
  readonly repeat: number;
  /** Asks so many runs of each case more, instead of those that it has had. */
  readonly further?: number;
  readonly store: Store;
  readonly clock: Clock;
  readonly render: RenderPrompt;
  readonly judge: Judge;
  /** How the columns of a test are compared, and whether the two versions are with each other. */
  readonly comparison?: Comparison;
  readonly preferences?: boolean;
  /** Calls to judges that are not on this machine, which a new answer to a test needs at least. */
  readonly judgeCalls?: (test: Case) => number;
  readonly signal: AbortSignal;
  readonly inFlight: number | undefined;
  /** Milliseconds between two calls of a provider that names no pause of its own. */
  readonly delayMs: number | undefined;
  readonly useCache: boolean;
  /** Answers of remote endpoints since then are taken however old they are. */
  readonly trustSince: number | undefined;
  readonly maxCalls: number;
  readonly maxCost: number;
  /** On save: series that did not change run only if the cache has them whole. */
  readonly onlyChanged: boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/** More calls than may be spent without being asked. */
export class BudgetExceeded extends Error {
  readonly needed: number;
  readonly budget: number;
  constructor(needed: number, budget: number) {
    super(`This run needs ${needed} calls to endpoints that are not on this machine; ${budget} are allowed (onSave.maxCalls in llmops.yaml, --max-calls in the terminal). Choose Run to start it all the same.`);
    this.name = "BudgetExceeded";
    this.needed = needed;
    this.budget = budget;
  }
}

/**
 * Runs every series of a suite on both arms, streams rows and answers to the store, and returns the
 * tallies to judge by.
 * @throws {BudgetExceeded} before the first call, when the calls needed are more than `maxCalls`.
 * @throws {BudgetError} when the budget is used up on the way; an abort is rethrown.
 */
export async function runSeries(options: RunnerOptions, caller: Caller): Promise<SeriesTally[]> {
  const { batch } = caller;
  const plan = new Plan(options, caller);
  checkBudget(plan.paidCalls, caller.paidCalls, options.maxCalls);

  const total = plan.rows.length;
  let done = 0;
  const finish = () => {
    done++;
    batch.add(() => setProgress(options.store, options.runId, done, total));
    options.onProgress(done, total);
  };
  const work = new RowWork(options, caller, plan.tallies);
  try {
    options.onProgress(0, total);
    const run = async (row: Row) => {
      await work.run(row, false);
      finish();
    };
    await pool(oneByOne(plan.rows), 1, run);
    await pool(plan.rows.filter((row) => !row.test.options.runSerially), WORKERS, run);
    batch.flush();
    // A provider that changed silently since the cached answers were made would be blamed on the edit.
    await pool(work.fromAnotherModel(plan.rows), WORKERS, (row) => work.run(row, true));
    await work.compareColumns();
  } finally {
    batch.flush();
  }
  return plan.series();
}

/** Rows of tests that are not to meet any other at an endpoint, in promptfoo's order. */
function oneByOne(rows: readonly Row[]): Row[] {
  return rows.filter((row) => row.test.options.runSerially).sort((a, b) => a.test.index - b.test.index || a.repeat - b.repeat || a.series - b.series);
}

function checkBudget(needed: number, spent: number, maxCalls: number): void {
  if (spent + needed <= maxCalls) return;
  throw spent === 0 ? new BudgetExceeded(needed, maxCalls) : new BudgetError(`The budget of ${maxCalls} calls does not suffice for ${needed} more.`);
}

/** What a run has to ask, found out before it asks: rows, missing answers, series that did not change. */
class Plan {
  readonly rows: Row[] = [];
  readonly tallies: Map<Case, CaseTally>[] = [];
  /** Calls to endpoints that are not on this machine. */
  paidCalls = 0;
  private readonly states: { changed: boolean; skipped: boolean }[] = [];
  private readonly options: RunnerOptions;

  constructor(options: RunnerOptions, caller: Caller) {
    this.options = options;
    const { further = 0 } = options;
    const first = (test: Case) => test.options.repeat ?? options.repeat;
    const from = (test: Case) => (further > 0 ? first(test) : 0);
    const repeats = (test: Case) => first(test) + further;
    const asked = new Set<string>();
    options.series.forEach((series, index) => {
      const rows: Row[] = [];
      const missing: { key: string; provider: Provider; test: Case }[] = [];
      const tallies = new Map<Case, CaseTally>();
      let changed = false;
      for (const row of rowsOf(series, index, options.tests, repeats, options.render, from)) {
        rows.push(row);
        if (!tallies.has(row.test)) tallies.set(row.test, { test: row.test, current: [], baseline: [] });
        if (row.baseline && row.baseline.key !== row.current.key) changed = true;
        for (const question of [row.current, row.baseline]) {
          if (question?.key === undefined || asked.has(question.key) || row.test.providerOutput !== undefined) continue;
          if (!caller.lookUp(question.key, question.side.provider)) missing.push({ key: question.key, provider: question.side.provider, test: row.test });
        }
      }
      // A column that is not there would decide a comparison.
      const compared = [...tallies.keys()].some((test) => test.assert.some(comparesColumns));
      const skipped = options.onlyChanged && !changed && !compared && series.baseline !== undefined && missing.length > 0;
      this.states.push({ changed, skipped });
      this.tallies.push(tallies);
      if (skipped) return;
      this.rows.push(...rows);
      for (const { key, provider, test } of missing) {
        if (asked.has(key)) continue;
        asked.add(key);
        if (isRemote(provider)) this.paidCalls++;
        this.paidCalls += options.judgeCalls?.(test) ?? 0;
      }
    });
  }

  series(): SeriesTally[] {
    return this.options.series.map(({ key, current, baseline }, index) => ({
      key,
      prompt: current.prompt.key,
      label: current.prompt.label,
      provider: current.provider.key,
      model: current.provider.model,
      hasBaseline: baseline !== undefined,
      changed: this.states[index]?.changed ?? false,
      skipped: this.states[index]?.skipped ?? false,
      cases: [...(this.tallies[index] as Map<Case, CaseTally>).values()],
    }));
  }
}

/** Asks and judges one row's two arms, side by side in time so that neither meets a busier endpoint. */
class RowWork {
  private readonly options: RunnerOptions;
  private readonly caller: Caller;
  private readonly tallies: readonly Map<Case, CaseTally>[];
  /** By what answers: what its fresh answers say the model is. */
  private readonly fingerprints = new Map<string, string>();
  private readonly columns: ColumnPass | undefined;

  constructor(options: RunnerOptions, caller: Caller, tallies: readonly Map<Case, CaseTally>[]) {
    this.options = options;
    this.caller = caller;
    this.tallies = tallies;
    this.columns = options.comparison && new ColumnPass(options.comparison, options.preferences ?? false);
  }

  async run(row: Row, refresh: boolean): Promise<void> {
    const same = row.baseline !== undefined && row.baseline.key !== undefined && row.baseline.key === row.current.key;
    const [current, baseline] = await Promise.all([
      this.sample(row, "current", row.current, refresh),
      row.baseline && !same ? this.sample(row, "baseline", row.baseline, refresh) : undefined,
    ]);
    const finished: Finished = { row, current, baseline: same ? current : baseline };
    this.columns?.note(finished);
    this.count(finished);
  }

  /** Judges what compares outputs, now that they are there. */
  async compareColumns(): Promise<void> {
    const { columns } = this;
    if (!columns) return;
    await pool(columns.jobs, WORKERS, async (group) => {
      for (const finished of await columns.compare(group, this.caller)) {
        const { row, current, baseline } = finished;
        this.store(row, "current", current);
        if (baseline && baseline !== current) this.store(row, "baseline", baseline);
        this.count(finished);
      }
    });
  }

  private count({ row, current, baseline }: Finished): void {
    const tally = this.tallies[row.series]?.get(row.test) as CaseTally;
    const sample = kept(current);
    put(tally, "current", row.repeat, sample);
    if (baseline) put(tally, "baseline", row.repeat, baseline === current ? sample : kept(baseline));
  }

  /** Rows whose cached answer was made by another model than the one that answers now. */
  fromAnotherModel(rows: readonly Row[]): Row[] {
    return rows.filter((row) => {
      const tally = this.tallies[row.series]?.get(row.test);
      return (["current", "baseline"] as const).some((arm) => {
        const sample = tally?.[arm][row.repeat];
        const side = row[arm]?.key === undefined ? undefined : row[arm].side;
        const seen = side && this.fingerprints.get(answererOf(side.provider));
        return sample?.cached && sample.fingerprint !== undefined && seen !== undefined && sample.fingerprint !== seen;
      });
    });
  }

  private async sample(row: Row, arm: Arm, question: Question, refresh: boolean): Promise<Judged> {
    const sample = await this.ask(row, question, refresh);
    this.store(row, arm, sample);
    return sample;
  }

  private store(row: Row, arm: Arm, sample: Judged): void {
    this.caller.batch.add(() => addResults(this.options.store, this.options.runId, [toRecord(row, arm, sample, this.options)]));
  }

  private async ask(row: Row, question: Question, refresh: boolean): Promise<Judged> {
    if (question.key === undefined) return failed("error", question.error);
    const { provider } = question.side;
    let answer: Answer;
    try {
      answer =
        row.test.providerOutput === undefined
          ? await this.caller.answer(question.key, provider, () => question.prepare().prepared, refresh)
          : { output: row.test.providerOutput, latencyMs: 0, usage: undefined, cost: 0, finishReason: undefined, fingerprint: undefined, cached: true };
    } catch (error) {
      if (error instanceof CallError) return failed(error.kind === "rejected" ? "rejected" : "error", error.message);
      throw error;
    }
    if (!answer.cached && answer.fingerprint !== undefined) this.fingerprints.set(answererOf(provider), answer.fingerprint);
    const common = {
      latencyMs: answer.latencyMs,
      cached: answer.cached,
      cost: answer.cost,
      tokens: answer.usage && answer.usage.input + answer.usage.output,
      preview: preview(answer.output),
      fingerprint: answer.fingerprint,
      output: answer.output,
    };
    try {
      const { text, vars } = question.prepare();
      const grade = await this.options.judge({ test: { ...row.test, vars }, answer, promptText: text, side: question.side, repeat: row.repeat, caller: this.caller, provider });
      return { ...common, status: grade.pass ? "passed" : "failed", score: grade.score, metrics: grade.metrics, metricWeights: grade.metricWeights, measured: grade.measured, reason: grade.reason, components: grade.components, ...(grade.output === undefined ? {} : { output: grade.output, preview: preview(grade.output) }) };
    } catch (error) {
      if (this.options.signal.aborted) throw error;
      if (!(error instanceof JudgeError)) throw error;
      return { ...common, status: "error", score: 0, metrics: {}, reason: error.message, components: [] };
    }
  }
}

function kept({ output: _output, components: _components, ...sample }: Judged): Sample {
  return sample;
}

function failed(status: "rejected" | "error", reason: string): Judged {
  return { status, score: 0, latencyMs: undefined, cached: false, cost: undefined, tokens: undefined, metrics: {}, preview: "", reason, fingerprint: undefined, output: undefined, components: [] };
}

function preview(output: unknown): string {
  const text = typeof output === "string" ? output : (JSON.stringify(output) ?? "");
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > PREVIEW_CHARACTERS ? `${line.slice(0, PREVIEW_CHARACTERS)}…` : line;
}

function toRecord(row: Row, arm: Arm, { output, components, ...sample }: Judged, options: RunnerOptions): ResultRecord {
  return {
    series: options.series[row.series]?.key ?? "",
    caseId: row.test.id,
    arm,
    repeat: row.repeat,
    status: sample.status,
    score: sample.status === "error" ? undefined : sample.score,
    output: output === undefined ? undefined : JSON.stringify(output),
    latencyMs: sample.latencyMs,
    cached: sample.cached,
    tokens: sample.tokens,
    cost: sample.cost,
    detail: JSON.stringify({ reason: sample.reason, metrics: sample.metrics, components, measured: sample.measured }),
  };
}

/**
 * Works through the items, `most` at a time. The first failure stops what has not begun; what has is
 * waited for, since its answers are paid, and then the failure is rethrown.
 */
async function pool<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const one = async () => {
    while (failures.length === 0 && next < items.length) {
      try {
        await work(items[next++] as T);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, one));
  if (failures.length > 0) throw failures[0];
}
