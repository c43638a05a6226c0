import type { Direction, MetricUnit } from "../config/gates.ts";
import type { InstructionInfo } from "../evals/instructions/checks.ts";
import type { Location } from "../problem.ts";

/**
 * A metric's verdict against the baseline. `not-measured`: too little data to say anything; it
 * neither fails a gate nor counts as healthy.
 */
export type MetricVerdict = "regression" | "inconclusive" | "no-change" | "improved" | "not-measured";

/** A suite's or run's verdict, worst first. */
export const VERDICTS = ["error", "regression", "failed", "inconclusive", "improved", "passed"] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface MetricReport {
  readonly name: string;
  readonly direction: Direction;
  readonly unit: MetricUnit;
  /** Whether a gate watches it. */
  readonly gated: boolean;
  readonly baseline: number | undefined;
  readonly current: number | undefined;
  /** current − baseline, in the metric's unit. */
  readonly delta: number | undefined;
  /** 90 %, two-sided: it belongs to the one-sided test at 5 %. */
  readonly interval: readonly [low: number, high: number] | undefined;
  /** One-sided, for "worse", adjusted over all gates of the run (Holm); unadjusted where no gate watches. */
  readonly p: number | undefined;
  /** Pairs of cases it rests on. */
  readonly n: number;
  readonly verdict: MetricVerdict;
  /** The absolute gate that is missed. */
  readonly missed: { readonly bound: "min" | "max"; readonly limit: number } | undefined;
  /** What would settle an inconclusive result. */
  readonly advice: Advice | undefined;
}

export interface Advice {
  /** The smallest drop that these cases and runs would show 4 times in 5. */
  readonly detectable: number;
  /** The same with three times the runs; `undefined` where repeats are copies. */
  readonly detectableWithRepeats: { readonly repeats: number; readonly effect: number } | undefined;
  /** Cases that a drop of the size seen would need. */
  readonly cases: number;
}

/** A case whose result changed. */
export interface CaseChange {
  readonly id: string;
  /** From 1, as people count. */
  readonly number: number;
  /** The case's description or its first variable. */
  readonly title: string;
  readonly location: Location;
  /** The outputs' beginnings. */
  readonly before: string;
  readonly after: string;
  /** Why it fails now; empty for a fixed one. */
  readonly reason: string;
}

/** An instruction, and the share of the answers that keep it, 0 … 1; `undefined` where none tells. */
export interface InstructionReport extends InstructionInfo {
  readonly baseline: number | undefined;
  readonly current: number | undefined;
  /** Answers to today's prompt that tell. */
  readonly n: number;
}

export interface SeriesReport {
  readonly key: string;
  readonly prompt: string;
  readonly label: string;
  readonly provider: string;
  readonly model: string | undefined;
  readonly hasBaseline: boolean;
  readonly changed: boolean;
  /** Unchanged, and not run on save. */
  readonly skipped: boolean;
  readonly verdict: Verdict;
  readonly cases: number;
  /** Repeats of each case. */
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  /** Questions without a judged answer, and the first one's reason. */
  readonly errors: { readonly count: number; readonly of: number; readonly first: string } | undefined;
  readonly metrics: readonly MetricReport[];
  /** What instruction-following is made of; `undefined`: there is nothing to check. */
  readonly instructions?: readonly InstructionReport[];
  readonly broke: readonly CaseChange[];
  readonly fixed: readonly CaseChange[];
  /** Of the broken cases, those that broke in two more runs too; `undefined` where no gate counts them. */
  readonly confirmed: number | undefined;
  /** Failing cases, where there is nothing to compare with. */
  readonly failing: readonly CaseChange[];
  /** Why the verdict is `error` although most questions were answered. */
  readonly unsettled: string | undefined;
}

export interface BaselineInfo {
  /** How it was found: accepted by a person, by git, or the text before the first edit; `model`: the same texts, asked of another model. */
  readonly kind: "accepted" | "git" | "first-edit" | "model";
  readonly commit: string | undefined;
  /** For people: `3f2a91c`, or what stands for it. */
  readonly label: string;
  readonly at: number | undefined;
}

export interface RunReport {
  readonly runId: string;
  /** The suite's file relative to the root, with `/`. */
  readonly suite: string;
  readonly verdict: Verdict;
  readonly baseline: BaselineInfo | undefined;
  /** Version of the suite's files that was judged. */
  readonly version: string;
  readonly commit: string | undefined;
  readonly dirty: boolean;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly calls: number;
  readonly cached: number;
  /** USD, as far as prices are known. */
  readonly cost: number;
  /** The cases of a save that settled a regression before all were asked. */
  readonly early?: { readonly cases: number; readonly of: number };
  /** Whether a `min` or `max` is set: it decides where there is no baseline. */
  readonly hasAbsoluteGate: boolean;
  /** What it called that is not this machine. */
  readonly origins: readonly string[];
  /** What could not be measured, and why. */
  readonly notices?: readonly string[];
  readonly series: readonly SeriesReport[];
}

/** Of nothing: `error`, since nothing was judged. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS.find((verdict) => verdicts.includes(verdict)) ?? "error";
}

/** The series that decides a run's verdict; of equals the first. */
export function decisive(report: RunReport): SeriesReport | undefined {
  return report.series.find((series) => series.verdict === report.verdict) ?? report.series[0];
}

/** The report that a run was stored with; `undefined` where it has none, or one that cannot be read any more. */
export function storedReport({ report }: { readonly report: string | undefined }): RunReport | undefined {
  if (report === undefined) return undefined;
  try {
    return JSON.parse(report) as RunReport;
  } catch {
    return undefined;
  }
}
