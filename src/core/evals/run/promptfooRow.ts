import { keptShare } from "../instructions/kept.ts";
import type { Case, Measured, Prompt, ProviderSpec } from "../model.ts";
import type { ResultRecord } from "../../store/runs.ts";

/** An assertion's judgement, as the store keeps it. */
export interface Component {
  readonly type: string;
  readonly pass: boolean;
  readonly score: number;
  readonly reason: string;
  readonly metric?: string;
}

/** One question of the current version with its answer and judgement. */
export interface ResultRow {
  readonly test: Case;
  readonly repeat: number;
  readonly prompt: Prompt;
  /** Position among the columns, a prompt under a provider each. */
  readonly column: number;
  readonly provider: ProviderSpec | undefined;
  /** The prompt as it was sent; empty where it could not be filled in. */
  readonly promptText: string;
  /** The test's variables, with what code made of them. */
  readonly vars: Readonly<Record<string, unknown>>;
  readonly status: ResultRecord["status"];
  /** 0 … 1; 0 where nothing was judged. */
  readonly score: number;
  readonly reason: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly components: readonly Component[];
  /** By built-in metric, 0 … 1: what the answer was measured by beside its assertions. */
  readonly measured: Readonly<Record<string, number>>;
  readonly output: unknown;
  readonly latencyMs: number | undefined;
  readonly cached: boolean;
  readonly tokens: number | undefined;
  readonly cost: number | undefined;
  /** What hooks say of it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** promptfoo's `failureReason`. */
const NONE = 0;
const ASSERTION = 1;
const ERROR = 2;

export interface PromptfooRow {
  readonly namedScores: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** A row as promptfoo writes it. @param columnOffset, testOffset of suites before it in the same file. */
export function promptfooRow(row: ResultRow, columnOffset = 0, testOffset = 0): PromptfooRow {
  const { test, prompt, provider, vars } = row;
  const judged = row.status === "passed" || row.status === "failed";
  const { description, metadata, threshold } = test;
  return {
    success: row.status === "passed",
    score: row.score,
    failureReason: row.status === "passed" ? NONE : row.status === "failed" ? ASSERTION : ERROR,
    ...(row.status === "passed" ? {} : { error: row.reason }),
    namedScores: row.metrics,
    latencyMs: row.latencyMs,
    cost: row.cost ?? 0,
    gradingResult: judged
      ? {
          pass: row.status === "passed",
          score: row.score,
          reason: row.reason,
          namedScores: row.metrics,
          componentResults: row.components.map(({ type, pass, score, reason, metric }) => ({ pass, score, reason, assertion: { type, ...(metric === undefined ? {} : { metric }) } })),
        }
      : null,
    response: { output: row.output, cached: row.cached, tokenUsage: { total: row.tokens ?? 0 }, cost: row.cost ?? 0 },
    prompt: { raw: row.promptText, label: prompt.label, config: prompt.config },
    promptIdx: row.column + columnOffset,
    provider: { id: provider?.id ?? "", label: provider?.label ?? "" },
    testIdx: test.index + testOffset,
    testCase: { ...(description === undefined ? {} : { description }), vars, ...(threshold === undefined ? {} : { threshold }), metadata },
    vars,
    // Not among the named scores: those are what the suite's assertions name, as promptfoo has them.
    metadata: { caseId: test.id, measured: row.measured, ...(row.repeat > 0 ? { repeatIndex: row.repeat } : {}), ...row.metadata },
  };
}

/** What an answer was measured by, by metric. */
export function measuredValues(measured: Measured | undefined): Record<string, number> {
  const following = measured && keptShare(measured.kept);
  return { ...(following === undefined ? {} : { "instruction-following": following }), ...measured?.values };
}
