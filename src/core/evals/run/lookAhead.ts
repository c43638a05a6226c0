import { comparesColumns } from "../judges/columns.ts";
import type { Case } from "../model.ts";
import { type Caller, isRemote } from "./caller.ts";
import type { Question } from "./question.ts";
import { ARMS, type Row, sharesAnswer } from "./rows.ts";

export interface Outlook {
  /** Indices of series that are left out: they did not change, and are not complete in the cache. */
  readonly skipped: ReadonlySet<number>;
  /** Calls to endpoints that are not on this machine, judges included. Of a conversation that begins anew each turn counts. */
  readonly paidCalls: number;
}

/**
 * Finds out what rows would ask, before anything is asked.
 * @param judgeCalls calls to judges that are not on this machine, which a new answer to a test needs at least.
 */
export function lookAhead(series: readonly { readonly rows: readonly Row[]; readonly hasBaseline: boolean }[], caller: Pick<Caller, "lookUp">, { onlyChanged, judgeCalls }: { readonly onlyChanged: boolean; readonly judgeCalls?: (test: Case) => number }): Outlook {
  const asked = new Set<string>();
  const skipped = new Set<number>();
  let paidCalls = 0;
  for (const [index, { rows, hasBaseline }] of series.entries()) {
    const missing = rows.flatMap((row) => missingOf(row, asked, caller));
    if (onlyChanged && hasBaseline && missing.length > 0 && !rows.some(mustRun)) {
      skipped.add(index);
      continue;
    }
    for (const { question, key, test } of missing) {
      if (asked.has(key)) continue;
      asked.add(key);
      if (isRemote(question.side.provider)) paidCalls++;
      paidCalls += judgeCalls?.(test) ?? 0;
    }
  }
  return { skipped, paidCalls };
}

interface Missing {
  readonly question: Question;
  readonly key: string;
  readonly test: Case;
}

/** Of a row's questions those that the cache does not answer. What a later turn asks is not known: it is as its first one. */
function missingOf(row: Row, asked: ReadonlySet<string>, caller: Pick<Caller, "lookUp">): Missing[] {
  if (row.test.providerOutput !== undefined) return [];
  return ARMS.flatMap((arm) => {
    const question = row[arm];
    const first = row.chain?.first?.[arm];
    question?.identify(false);
    const key = question?.key;
    if (!question || key === undefined || asked.has(key)) return [];
    const known = caller.lookUp((first ?? question).key ?? key, question.side.provider);
    return known ? [] : [{ question, key, test: row.test }];
  });
}

/** A changed question, or a column that is not there: it would decide a comparison. */
function mustRun(row: Row): boolean {
  return (row.baseline !== undefined && !sharesAnswer(row)) || row.test.assert.some(comparesColumns);
}
