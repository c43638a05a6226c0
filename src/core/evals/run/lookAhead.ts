import { comparesColumns } from "../judges/columns.ts";
import type { Answer, Case } from "../model.ts";
import { type Caller, isRemote } from "./caller.ts";
import type { Question } from "./question.ts";
import { ARMS, type Row, sharesAnswer } from "./rows.ts";

/** What a run is going to ask. */
export interface Outlook {
  /** Indices of series that are left out: they did not change, and are not complete in the cache. */
  readonly skipped: ReadonlySet<number>;
  /** By key the questions that are paid for, or their judgement. */
  readonly paid: ReadonlySet<string>;
  /** Calls to endpoints that are not on this machine, judges included. Of a conversation that begins anew each turn counts. */
  readonly paidCalls: number;
  /** What these calls cost; `undefined`: the price of one of them is not known. */
  readonly cost: Estimate | undefined;
}

export interface Estimate {
  readonly usd: number;
  /** Part of it cannot be estimated: what judges cost, or the length of answers that nothing alike was asked for yet. */
  readonly atLeast: boolean;
}

export const NOTHING_PAID: Outlook = { skipped: new Set(), paid: new Set(), paidCalls: 0, cost: { usd: 0, atLeast: false } };

/** Questions of so few rows are kept as they are made here until they are asked. */
const FEW_ROWS = 2_000;

/** A rule of thumb for text of any language, ± 25 %. */
const CHARACTERS_A_TOKEN = 4;

/**
 * Finds out what rows would ask, before anything is asked.
 * @param judgeCalls calls to judges that are not on this machine, which a new answer to a test needs at least.
 */
export function lookAhead(series: readonly { readonly rows: readonly Row[]; readonly hasBaseline: boolean }[], caller: Pick<Caller, "lookUp">, { onlyChanged, judgeCalls }: { readonly onlyChanged: boolean; readonly judgeCalls?: (test: Case) => number }): Outlook {
  const asked = new Set<string>();
  const skipped = new Set<number>();
  const answers = new AnswerLengths();
  const remote: Question[] = [];
  const paid = new Set<string>();
  let judging = 0;
  for (const [index, { rows, hasBaseline }] of series.entries()) {
    const missing = rows.flatMap((row) => missingOf(row, asked, caller, answers, rows.length <= FEW_ROWS));
    if (onlyChanged && hasBaseline && missing.length > 0 && !rows.some(mustRun)) {
      skipped.add(index);
      continue;
    }
    for (const { question, key, test } of missing) {
      if (asked.has(key)) continue;
      asked.add(key);
      const isPaid = isRemote(question.side.provider);
      const judgements = judgeCalls?.(test) ?? 0;
      if (isPaid) remote.push(question);
      if (isPaid || judgements > 0) paid.add(key);
      judging += judgements;
    }
  }
  return { skipped, paid, paidCalls: remote.length + judging, cost: estimate(remote, answers, judging > 0) };
}

interface Missing {
  readonly question: Question;
  readonly key: string;
  readonly test: Case;
}

/** Of a row's questions those that the cache does not answer. What a later turn asks is not known: it is as its first one. */
function missingOf(row: Row, asked: ReadonlySet<string>, caller: Pick<Caller, "lookUp">, answers: AnswerLengths, keep: boolean): Missing[] {
  return ARMS.flatMap((arm) => {
    const question = row[arm];
    if (question?.asked.providerOutput !== undefined) return [];
    const first = row.chain?.first?.[arm];
    question?.identify(keep);
    const key = question?.key;
    if (!question || key === undefined || asked.has(key)) return [];
    const known = caller.lookUp((first ?? question).key ?? key, question.side.provider);
    if (known) answers.note(known);
    return known ? [] : [{ question, key, test: row.current.asked }];
  });
}

/** A changed question, or a column that is not there: it would decide a comparison. */
function mustRun(row: Row): boolean {
  return (row.baseline !== undefined && !sharesAnswer(row)) || row.current.asked.assert.some(comparesColumns);
}

/** How long the answers are that are known already, in tokens. */
class AnswerLengths {
  private tokens = 0;
  private count = 0;

  note({ usage }: Answer): void {
    if (!usage) return;
    this.tokens += usage.output;
    this.count++;
  }

  get mean(): number | undefined {
    return this.count === 0 ? undefined : this.tokens / this.count;
  }
}

function estimate(paid: readonly Question[], { mean }: AnswerLengths, judged: boolean): Estimate | undefined {
  let usd = 0;
  for (const { side, characters } of paid) {
    const { price } = side.provider;
    if (!price) return undefined;
    usd += ((characters / CHARACTERS_A_TOKEN) * price.input + (mean ?? 0) * price.output) / 1e6;
  }
  return { usd, atLeast: judged || (paid.length > 0 && mean === undefined) };
}
