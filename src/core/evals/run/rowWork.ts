import { addResults, type ResultRecord } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import type { Comparison } from "../judges/compareColumns.ts";
import { type Answer, type Case, JudgeError, type RowGrade } from "../model.ts";
import { CallError, type Provider } from "../providers/provider.ts";
import type { AfterEach } from "./hookedResult.ts";
import { answererOf, type Caller } from "./caller.ts";
import type { Chain } from "./chain.ts";
import { ColumnPass, type Finished } from "./columnPass.ts";
import { pool } from "./pool.ts";
import type { Prepared } from "./question.ts";
import { type Arm, ARMS, type Row, sharesAnswer } from "./rows.ts";
import type { Series, Side } from "./series.ts";
import { type CaseTally, type Judged, put, type Sample } from "./tally.ts";

const PREVIEW_CHARACTERS = 200;

/** @param row.repeat, row.caller for judges that are asked in their turn. */
export type Judge = (row: { test: Case; answer: Answer; promptText: string; side: Side; repeat: number; caller: Caller; provider: Provider }) => Promise<RowGrade>;

export interface RowWorkOptions {
  readonly runId: string;
  readonly series: readonly Series[];
  readonly store: Store;
  readonly judge: Judge;
  readonly signal: AbortSignal;
  /** Hands a result to the suite's `afterEach`, and gives it with what that says of it. */
  readonly afterEach?: AfterEach;
  /** How the columns of a test are compared, and whether the two versions are with each other. */
  readonly comparison?: Comparison;
  readonly preferences?: boolean;
}

/** Asks and judges one row's two arms, side by side in time so that neither meets a busier endpoint. */
export class RowWork {
  private readonly options: RowWorkOptions;
  private readonly caller: Caller;
  private readonly most: number;
  private readonly tallies: readonly Map<Case, CaseTally>[];
  /** By what answers: what its fresh answers say the model is. */
  private readonly fingerprints = new Map<string, string>();
  private readonly columns: ColumnPass | undefined;
  private readonly differing = new Set<number>();

  /** @param most rows under way at once. */
  constructor(options: RowWorkOptions, caller: Caller, tallies: readonly Map<Case, CaseTally>[], most: number) {
    this.options = options;
    this.caller = caller;
    this.tallies = tallies;
    this.most = most;
    this.columns = options.comparison && new ColumnPass(options.comparison, options.preferences ?? false);
  }

  async run(row: Row, refresh: boolean): Promise<void> {
    if (row.chain) for (const arm of ARMS) row[arm]?.identify(true);
    const shared = sharesAnswer(row);
    if (row.baseline && !shared) this.differing.add(row.series);
    const same = shared && row.chain?.current.broken === row.chain?.baseline.broken;
    if (same) row.baseline?.release();
    const [current, baseline] = await Promise.all([
      this.sample(row, "current", same ? ARMS : ["current"], refresh),
      row.baseline && !same ? this.sample(row, "baseline", ["baseline"], refresh) : undefined,
    ]);
    const finished: Finished = { row, current, baseline: same ? current : baseline };
    this.columns?.note(finished);
    this.count(finished);
    if (!row.chain) for (const arm of ARMS) row[arm]?.release();
  }

  /** Whether any question of a series that was asked so far differs between the arms. */
  differs(series: number): boolean {
    return this.differing.has(series);
  }

  /** Judges what compares outputs, now that they are there. */
  async compareColumns(): Promise<void> {
    const { columns } = this;
    if (!columns) return;
    await pool(columns.jobs, this.most, async (group) => {
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
    const sample = kept(current, row.baseline !== undefined);
    put(tally, "current", row.repeat, sample);
    if (baseline) put(tally, "baseline", row.repeat, baseline === current ? sample : kept(baseline, true));
  }

  /**
   * Asks anew what the cache answered by another model than the one that answers now: it would be blamed on the
   * edit. A conversation is asked from its beginning.
   */
  async refresh(rows: readonly Row[]): Promise<void> {
    const outdated = this.outdated(rows);
    const chains = new Set(outdated.flatMap(({ chain }) => (chain ? [chain] : [])));
    await pool([...outdated.filter((row) => !row.chain).map((row) => [row]), ...[...chains].map(restarted)], this.most, async (turns) => {
      for (const row of turns) await this.run(row, true);
    });
  }

  /** Rows whose cached answer was made by another model than the one that answers now. */
  outdated(rows: readonly Row[]): Row[] {
    return this.fingerprints.size === 0 ? [] : rows.filter((row) => this.isOutdated(row));
  }

  private isOutdated(row: Row): boolean {
    const tally = this.tallies[row.series]?.get(row.test);
    return ARMS.some((arm) => {
      const sample = tally?.[arm][row.repeat];
      if (!sample?.cached || sample.fingerprint === undefined) return false;
      const seen = this.fingerprints.get(answererOf(row[arm]!.side.provider));
      return seen !== undefined && sample.fingerprint !== seen;
    });
  }

  /** @param memories whose conversations the answer is part of. */
  private async sample(row: Row, arm: Arm, memories: readonly Arm[], refresh: boolean): Promise<Judged> {
    const broken = row.chain?.[arm].broken;
    const judged = broken === undefined ? await this.ask(row, arm, memories, refresh) : failed("error", broken);
    const sample = this.options.afterEach ? await this.options.afterEach(row, arm, judged) : judged;
    if (row.chain && broken === undefined && (sample.status === "rejected" || sample.output === undefined)) {
      for (const one of memories) row.chain[one].broken = `Not asked, since an earlier turn has no answer: ${sample.reason}`;
    }
    this.store(row, arm, sample);
    return sample;
  }

  private store(row: Row, arm: Arm, sample: Judged): void {
    this.caller.batch.add(() => addResults(this.options.store, this.options.runId, [toRecord(row, arm, sample, this.options)]));
  }

  private async ask(row: Row, arm: Arm, memories: readonly Arm[], refresh: boolean): Promise<Judged> {
    const { test, repeat, chain } = row;
    const question = row[arm]!;
    const { key, side } = question;
    if (key === undefined) return failed("error", question.error);
    let made: Prepared | undefined;
    const prepare = () => (made ??= question.prepare());
    let answer: Answer;
    const { providerOutput } = question.asked;
    try {
      answer =
        providerOutput === undefined
          ? await this.caller.answer(key, side.provider, () => prepare().prepared, refresh)
          : { output: providerOutput, latencyMs: 0, usage: undefined, cost: 0, finishReason: undefined, fingerprint: undefined, cached: true };
    } catch (error) {
      if (error instanceof CallError) return failed(error.kind === "rejected" ? "rejected" : "error", error.message);
      throw error;
    }
    if (!answer.cached && answer.fingerprint !== undefined) this.fingerprints.set(answererOf(side.provider), answer.fingerprint);
    const { text, vars } = prepare();
    const isMade = side.made?.has(test) || question.asked !== test;
    const common = {
      ...(chain || isMade ? { asked: text } : {}),
      ...(isMade ? { vars } : {}),
      latencyMs: answer.latencyMs,
      ...(answer.firstTokenMs === undefined ? {} : { firstTokenMs: answer.firstTokenMs }),
      cached: answer.cached,
      cost: answer.cost,
      tokens: answer.usage && answer.usage.input + answer.usage.output,
      preview: preview(answer.output),
      fingerprint: answer.fingerprint,
      output: answer.output,
    };
    try {
      const grade = await this.options.judge({ test: judgedTest(row, side, vars), answer, promptText: text, side, repeat, caller: this.caller, provider: side.provider });
      for (const one of memories) chain?.[one].note(test, text, answer.output, grade.output ?? answer.output);
      return { ...common, status: grade.pass ? "passed" : "failed", score: grade.score, metrics: grade.metrics, metricWeights: grade.metricWeights, measured: grade.measured, reason: grade.reason, components: grade.components, ...(grade.output === undefined ? {} : { output: grade.output, preview: preview(grade.output) }) };
    } catch (error) {
      if (this.options.signal.aborted) throw error;
      if (!(error instanceof JudgeError)) throw error;
      for (const one of memories) chain?.[one].note(test, text, answer.output, answer.output);
      return { ...common, status: "error", score: 0, metrics: {}, reason: error.message, components: [] };
    }
  }
}

/** Both versions are judged by today's test; what a baseline's own hooks make of it is only asked. */
function judgedTest({ current }: Row, side: Side, vars: Case["vars"]): Case {
  const test = current.asked;
  return { ...test, vars: side.hooks === current.side.hooks ? vars : { ...test.vars, ...vars } };
}

function restarted(chain: Chain): readonly Row[] {
  for (const arm of ARMS) chain[arm].forget();
  return chain.turns;
}

/** @param compared its output may be shown although it passed. */
function kept({ output: _output, components: _components, asked: _asked, vars: _vars, metadata: _metadata, ...sample }: Judged, compared: boolean): Sample {
  return compared || sample.status !== "passed" ? sample : { ...sample, preview: "" };
}

function failed(status: "rejected" | "error", reason: string): Judged {
  return { status, score: 0, latencyMs: undefined, cached: false, cost: undefined, tokens: undefined, metrics: {}, preview: "", reason, fingerprint: undefined, output: undefined, components: [] };
}

/** The beginning of an output on one line, as a text of its own: a part of a long one would keep all of it in memory. */
function preview(output: unknown): string {
  const text = typeof output === "string" ? output : (JSON.stringify(output) ?? "");
  const line = text.slice(0, 4 * PREVIEW_CHARACTERS).replace(/\s+/g, " ").trim();
  if (text.length <= PREVIEW_CHARACTERS) return line;
  return Buffer.from(line.length > PREVIEW_CHARACTERS ? `${line.slice(0, PREVIEW_CHARACTERS)}…` : line).toString();
}

function toRecord(row: Row, arm: Arm, { output, components, asked, vars, metadata, ...sample }: Judged, options: RowWorkOptions): ResultRecord {
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
    detail: JSON.stringify({ reason: sample.reason, metrics: sample.metrics, components, measured: sample.measured, asked, vars, metadata }),
  };
}
