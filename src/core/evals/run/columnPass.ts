import { comparesColumns, comparisonIn } from "../judges/columns.ts";
import type { Comparison, JudgedColumn } from "../judges/compareColumns.ts";
import { type Case, JudgeError } from "../model.ts";
import type { Caller } from "./caller.ts";
import type { Row } from "./rows.ts";
import type { Judged } from "./tally.ts";

/** The metric that tells how often the candidate's output is preferred to the baseline's. */
export const PREFERENCE = "select-best";

/** A row's two arms as they were judged; an arm that asked the very same question has the other's. */
export interface Finished {
  readonly row: Row;
  readonly current: Judged;
  readonly baseline: Judged | undefined;
}

/**
 * The second pass over a run's rows: tests whose assertions compare outputs (`select-best`, `max-score`) are
 * judged when all their columns are there. Each version is compared within itself, and, where a gate asks for
 * it, the two with each other.
 */
export class ColumnPass {
  private readonly comparison: Comparison;
  private readonly preferences: boolean;
  private readonly groups = new Map<Case, Map<number, Finished[]>>();

  /** @param preferences whether the candidate is compared with the baseline, too. */
  constructor(comparison: Comparison, preferences: boolean) {
    this.comparison = comparison;
    this.preferences = preferences;
  }

  /** Keeps what is compared later; a row that was asked anew replaces what it was. */
  note(finished: Finished): void {
    const { row } = finished;
    if (!row.current.asked.assert.some(comparesColumns)) return;
    let repeats = this.groups.get(row.test);
    if (!repeats) this.groups.set(row.test, (repeats = new Map()));
    const others = (repeats.get(row.repeat) ?? []).filter((other) => other.row !== row);
    repeats.set(row.repeat, [...others, finished].sort((a, b) => a.row.series - b.row.series));
  }

  /** Groups of rows to be compared with each other. */
  get jobs(): readonly (readonly Finished[])[] {
    return [...this.groups.values()].flatMap((repeats) => [...repeats.values()]);
  }

  /** A group's rows as they are when they have been compared. */
  async compare(group: readonly Finished[], caller: Pick<Caller, "answer">): Promise<Finished[]> {
    const current = group.map((finished) => finished.current);
    const baseline = group.map((finished) => finished.baseline);
    const now = await this.columns(group, current, caller);
    const unchanged = baseline.every((sample, index) => sample === current[index]);
    const then = unchanged ? now : await this.columns(group, baseline, caller);
    return Promise.all(
      group.map(async ({ row, current: one, baseline: other }, index) => {
        const [old, candidate] = await this.preferred(row, then[index], now[index]!, caller);
        // What came out the same of the same question stays one sample.
        const same = other === one && old?.status === candidate.status && old.score === candidate.score && old.metrics[PREFERENCE] === candidate.metrics[PREFERENCE];
        return { row, current: candidate, baseline: same ? candidate : old };
      }),
    );
  }

  /** Columns without an output take no part. */
  private async columns(group: readonly Finished[], samples: readonly (Judged | undefined)[], caller: Pick<Caller, "answer">): Promise<(Judged | undefined)[]> {
    const { current, repeat } = group[0]!.row;
    const test = current.asked;
    const taking = samples.flatMap((sample, index) => (sample && (sample.status === "passed" || sample.status === "failed") ? [index] : []));
    // A version of one column has nothing to compare within itself; for max-score that is a mistake.
    const single = samples.filter((sample) => sample !== undefined).length < 2;
    if (single && !(group.length < 2 && comparisonIn(test.assert, "max-score"))) return [...samples];
    const found = [...samples];
    try {
      if (taking.length === 0) return found;
      if (taking.length < 2) throw new JudgeError(`The outputs of this test cannot be compared: ${group.length < 2 ? "it has only one column" : "only one of them is there"}.`);
      const judged = await this.comparison.columns({ test, repeat, caller }, taking.map((index) => columnOf(samples[index]!)));
      for (const [position, index] of taking.entries()) found[index] = withColumn(samples[index]!, judged[position]!);
    } catch (error) {
      if (!(error instanceof JudgeError)) throw error;
      for (const index of taking) found[index] = unjudged(samples[index]!, error.message);
    }
    return found;
  }

  private async preferred({ current, repeat }: Row, old: Judged | undefined, candidate: Judged, caller: Pick<Caller, "answer">): Promise<[Judged | undefined, Judged]> {
    const test = current.asked;
    if (!this.preferences || !old || !comparisonIn(test.assert, "select-best")) return [old, candidate];
    if ([old, candidate].some(({ status }) => status === "error" || status === "rejected")) return [old, candidate];
    try {
      const share = await this.comparison.preference({ test, repeat, caller }, old.output, candidate.output);
      return [withPreference(old, 1 - share), withPreference(candidate, share)];
    } catch (error) {
      if (!(error instanceof JudgeError)) throw error;
      return [unjudged(old, error.message), unjudged(candidate, error.message)];
    }
  }
}

function columnOf({ status, score, reason, components, output }: Judged): JudgedColumn {
  return { pass: status === "passed", score, reason, components, output };
}

function withColumn(sample: Judged, { pass, score, reason, components }: JudgedColumn): Judged {
  return { ...sample, status: pass ? "passed" : "failed", score, reason, components };
}

function withPreference(sample: Judged, share: number): Judged {
  return { ...sample, metrics: { ...sample.metrics, [PREFERENCE]: share } };
}

function unjudged(sample: Judged, reason: string): Judged {
  return { ...sample, status: "error", score: 0, metrics: {}, reason, components: [] };
}
