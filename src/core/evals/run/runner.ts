import type { Clock } from "../../host.ts";
import { setProgress } from "../../store/runs.ts";
import { comparesColumns } from "../judges/columns.ts";
import type { Case } from "../model.ts";
import { Breather } from "./breather.ts";
import { BudgetError, type Caller, isRemote } from "./caller.ts";
import { chainsOf } from "./chain.ts";
import { lookAhead, NOTHING_PAID, type Outlook } from "./lookAhead.ts";
import { type EarlyStop, Looks } from "./looks.ts";
import { pool } from "./pool.ts";
import { ARMS, type RenderPrompt, type Row, rowsOf } from "./rows.ts";
import { RowWork, type RowWorkOptions } from "./rowWork.ts";
import { type Series, testOf } from "./series.ts";
import type { CaseTally, SeriesTally } from "./tally.ts";

export type { Judge } from "./rowWork.ts";

/** Rows under way at once; calls are limited per endpoint besides. */
const WORKERS = 64;

export interface RunnerOptions extends RowWorkOptions {
  readonly tests: readonly Case[];
  readonly repeat: number;
  /** Asks so many runs of each case more, instead of those that it has had. */
  readonly further?: number;
  readonly clock: Clock;
  readonly render: RenderPrompt;
  /** Calls to judges that are not on this machine, which a new answer to a test needs at least. */
  readonly judgeCalls?: (test: Case) => number;
  readonly inFlight: number | undefined;
  /** Milliseconds between two calls of a provider that names no pause of its own. */
  readonly delayMs: number | undefined;
  readonly useCache: boolean;
  /** Answers of remote endpoints since then are taken however old they are. */
  readonly trustSince: number | undefined;
  readonly maxCalls: number;
  readonly maxCost: number;
  /** A run that needs more does not start; one that has begun goes on. */
  readonly askAbove?: Budget;
  /** What is going to be paid for, before the first call. */
  readonly onOutlook?: (outlook: Outlook) => void;
  /** On save: series that did not change run only if the cache has them whole. */
  readonly onlyChanged: boolean;
  /** On save: it may end before all cases are asked. */
  readonly earlyStop?: EarlyStop;
  readonly onProgress: (done: number, total: number) => void;
}

/** What may be spent. */
export interface Budget {
  readonly maxCalls: number;
  /** USD */
  readonly maxCost: number;
}

/** The run needs more than may be spent without being asked. */
export class BudgetExceeded extends Error {
  /** Calls. */
  readonly needed: number;
  readonly budget: number;
  readonly outlook: Outlook;
  constructor(outlook: Outlook, { maxCalls, maxCost }: Budget) {
    const allowed = outlook.paidCalls > maxCalls ? `${maxCalls} are allowed (onSave.maxCalls in llmops.yaml, --max-calls in the terminal)` : `USD ${maxCost.toFixed(2)} is allowed (onSave.maxCost in llmops.yaml, --max-cost in the terminal)`;
    super(`This run needs ${outlookWords(outlook)}; ${allowed}.`);
    this.name = "BudgetExceeded";
    this.needed = outlook.paidCalls;
    this.budget = maxCalls;
    this.outlook = outlook;
  }
}

/** `300 calls to endpoints that are not on this machine, about USD 1.20`. */
export function outlookWords({ paidCalls, cost }: Outlook): string {
  const calls = `${paidCalls} call${paidCalls === 1 ? "" : "s"} to endpoints that are not on this machine`;
  return cost === undefined ? `${calls}, at a price that is not configured` : `${calls}, ${cost.atLeast ? "at least" : "about"} USD ${cost.usd.toFixed(cost.usd < 0.1 ? 4 : 2)}`;
}

/**
 * Runs every series of a suite on both arms, streams rows and answers to the store, and returns the
 * tallies to judge by. A run that is settled early leaves the cases out that were not part of the decision.
 * @throws {BudgetExceeded} before the first call, when more is needed than the budget or `askAbove` allow.
 * @throws {BudgetError} when the budget is used up on the way; an abort is rethrown.
 */
export async function runSeries(options: RunnerOptions, caller: Caller): Promise<Ran> {
  const { batch } = caller;
  const columns = columnsOf(options);
  const outlook = needsOutlook(options) ? lookAhead(columns, caller, options) : NOTHING_PAID;
  checkBudget(outlook, caller.paidCalls, options);
  if (outlook.paidCalls > 0) options.onOutlook?.(outlook);

  const rows = columns.flatMap((column, index) => (outlook.skipped.has(index) ? [] : column.rows));
  const total = rows.length;
  let done = 0;
  const breather = new Breather(options.clock, options.signal);
  const work = new RowWork(options, caller, columns.map(({ tallies }) => tallies), WORKERS);
  const run = async (row: Row) => {
    await work.run(row, false);
    done++;
    batch.last(() => setProgress(options.store, options.runId, done, total));
    options.onProgress(done, total);
    await breather.breathe();
  };
  const { earlyStop } = options;
  const looks = earlyStop && mayEndEarly(rows, outlook) ? new Looks(rows, earlyStop.shares, options.runId) : undefined;
  let settled: number | undefined;
  const isSettled = (look: number) => {
    const cases = looks!.casesAt(look);
    const isLeft = looks!.after(look).some((row) => ARMS.some((arm) => outlook.paid.has(row[arm]?.key ?? "")));
    // What another model answered is no evidence.
    if (!isLeft || work.outdated(rows.filter(({ test }) => cases.has(test))).length > 0) return false;
    return earlyStop!.settles(columns.map((column, index) => tallied(column, index, { outlook, work, cases })), look);
  };
  const chains = new Set(rows.flatMap(({ chain }) => (chain ? [chain] : [])));
  const inTurn = async (turns: readonly Row[]) => {
    for (const row of turns) await run(row);
  };
  try {
    options.onProgress(0, total);
    await inTurn(oneByOne(rows.filter((row) => !row.chain)));
    const free = rows.filter((row) => !row.chain && !row.test.options.runSerially);
    if (looks) {
      await pool(looks.rows, WORKERS, async (row) => {
        await run(row);
        const look = looks.done(row);
        if (look !== undefined && isSettled(look)) settled ??= look;
      }, () => settled !== undefined);
    } else await Promise.all([pool(free, WORKERS, run), pool([...chains], WORKERS, (chain) => inTurn(chain.turns))]);
    batch.flush();
    if (settled === undefined) await work.refresh(rows);
    await work.compareColumns();
  } finally {
    batch.flush();
  }
  const cases = settled === undefined ? undefined : looks?.casesAt(settled);
  return { series: columns.map((column, index) => tallied(column, index, { outlook, work, cases })), looked: looks !== undefined, early: cases && { cases: cases.size, of: options.tests.length } };
}

export interface Ran {
  readonly series: readonly SeriesTally[];
  /** Whether it could have ended early: then the level at its end is lower. */
  readonly looked: boolean;
  /** The cases that settled it. */
  readonly early: { readonly cases: number; readonly of: number } | undefined;
}

/** Only where each row stands for itself, and ending saves money: what costs nothing is asked, as all of the evidence is better than part of it. */
function mayEndEarly(rows: readonly Row[], { paid }: Outlook): boolean {
  return paid.size > 0 && rows.every(({ chain, test, current }) => !chain && !test.options.runSerially && !current.asked.assert.some(comparesColumns));
}

/** Where nothing costs anything, what is there already need not be known beforehand. */
function needsOutlook({ onlyChanged, series, tests, judgeCalls }: RunnerOptions): boolean {
  const pays = ({ provider, own }: Series["current"]) => isRemote(provider) || [...(own?.values() ?? [])].some(isRemote);
  return onlyChanged || series.some(({ current, baseline }) => pays(current) || (baseline !== undefined && pays(baseline))) || series.some(({ current }) => tests.some((test) => (judgeCalls?.(testOf(current, test)) ?? 0) > 0));
}

/** Rows of tests that are not to meet any other at an endpoint, in promptfoo's order. */
function oneByOne(rows: readonly Row[]): Row[] {
  return rows.filter((row) => row.test.options.runSerially).sort((a, b) => a.test.index - b.test.index || a.repeat - b.repeat || a.series - b.series);
}

function checkBudget(outlook: Outlook, spent: number, { maxCalls, maxCost, askAbove }: RunnerOptions): void {
  const { paidCalls, cost } = outlook;
  if (spent > 0) {
    if (spent + paidCalls > maxCalls) throw new BudgetError(`The budget of ${maxCalls} calls does not suffice for ${paidCalls} more.`);
    return;
  }
  // What calls cost is an estimate: it is asked about, and refuses nothing that a person has set a budget for.
  if (paidCalls > maxCalls) throw new BudgetExceeded(outlook, { maxCalls, maxCost });
  if (askAbove && (paidCalls > askAbove.maxCalls || (cost?.usd ?? 0) > askAbove.maxCost)) throw new BudgetExceeded(outlook, askAbove);
}

/** A series with its rows, and what they come to by test. */
interface Column {
  readonly series: Series;
  readonly hasBaseline: boolean;
  readonly rows: readonly Row[];
  readonly tallies: Map<Case, CaseTally>;
}

function columnsOf({ series, tests, repeat, further = 0, render }: RunnerOptions): Column[] {
  const first = (test: Case) => test.options.repeat ?? repeat;
  const from = (test: Case) => (further > 0 ? first(test) : 0);
  const repeats = (test: Case) => first(test) + further;
  const none: undefined[] = [];
  const chainOf = chainsOf(tests);
  return series.map((one, index) => {
    const rows = [...rowsOf(one, index, tests, repeats, render, from, chainOf)];
    const tallies = new Map<Case, CaseTally>();
    const hasBaseline = one.baseline !== undefined;
    for (const { test } of rows) if (!tallies.has(test)) tallies.set(test, { test, current: new Array<undefined>(repeats(test)), baseline: hasBaseline ? new Array<undefined>(repeats(test)) : none });
    return { series: one, hasBaseline, rows, tallies };
  });
}

/** @param of.cases of these; without it of all. */
function tallied({ series: { key, current }, hasBaseline, tallies }: Column, index: number, { outlook, work, cases: only }: { outlook: Outlook; work: RowWork; cases: ReadonlySet<Case> | undefined }): SeriesTally {
  return {
    key,
    prompt: current.prompt.key,
    label: current.prompt.label,
    provider: current.provider.key,
    model: current.provider.model,
    hasBaseline,
    changed: work.differs(index),
    skipped: outlook.skipped.has(index),
    cases: [...tallies.values()].filter(({ test }) => !only || only.has(test)),
  };
}
