import * as z from "zod";
import { commentsOf, type RunComment } from "../../store/experiments/comments.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import { resultsOf } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import { type Piece, wordDiff } from "../text/words.ts";
import { outputText } from "./page.ts";
import type { CaseTable } from "./table.ts";

/** Characters of one output that are shown. */
const MOST = 100_000;

export interface CaseAnswer {
  readonly status: "passed" | "failed" | "rejected" | "error";
  readonly score: number | undefined;
  readonly latencyMs: number | undefined;
  readonly cached: boolean;
  readonly cost: number | undefined;
  readonly tokens: number | undefined;
  /** With what the baseline's answer of the same repeat does not have. */
  readonly output: readonly Piece[];
  /** Characters that are not shown. */
  readonly left: number;
  readonly reason: string;
  readonly judgements: readonly { readonly pass: boolean; readonly type: string; readonly reason: string }[];
}

export interface CaseOfRun {
  readonly key: string;
  readonly repeats: readonly CaseAnswer[];
  readonly comments: readonly RunComment[];
}

const detail = z.object({
  reason: z.string().catch(""),
  components: z.array(z.object({ pass: z.boolean(), type: z.string(), reason: z.string() })).catch([]),
});

/** All that is known of a case, a run at a time; `null` where a run did not have it. */
export function caseDetails(store: Store, runs: readonly TrackedRun[], table: CaseTable, baseline: number, caseId: string): (CaseOfRun | null)[] {
  const results = runs.map((run, index) => {
    const series = table.columns[index]?.series;
    return series === undefined ? [] : resultsOf(store, run.key, caseId).filter((row) => row.series === series && row.arm === "current").sort((a, b) => a.repeat - b.repeat);
  });
  const texts = results.map((rows) => rows.map(({ output }) => (output === undefined ? "" : outputText(output))));
  return runs.map((run, index) => {
    if (results[index]!.length === 0) return null;
    const repeats = results[index]!.map((row, repeat): CaseAnswer => {
      const { reason, components } = detail.parse(row.detail === undefined ? {} : JSON.parse(row.detail));
      const text = texts[index]![repeat]!;
      const shown = text.slice(0, MOST);
      const before = index === baseline ? undefined : (texts[baseline]?.[repeat] ?? texts[baseline]?.[0]);
      return {
        status: row.status,
        score: row.score,
        latencyMs: row.latencyMs,
        cached: row.cached,
        cost: row.cost,
        tokens: row.tokens,
        output: before === undefined ? [{ text: shown, changed: false }] : wordDiff(before.slice(0, MOST), shown).after,
        left: text.length - shown.length,
        reason,
        judgements: components,
      };
    });
    return { key: run.key, repeats, comments: commentsOf(store, run.id, caseId) };
  });
}
