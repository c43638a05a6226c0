import type { InstructionInfo } from "../instructions/checks.ts";
import type { Case, Measured, RowGrade } from "../model.ts";
import type { Arm } from "./rows.ts";

/** What one question came to. */
export interface Sample {
  /** `rejected`: the endpoint refused this very request; it counts as a failure. `error`: not judged. */
  readonly status: "passed" | "failed" | "rejected" | "error";
  readonly score: number;
  readonly latencyMs: number | undefined;
  /** Until its first token, where it was streamed in this run. */
  readonly firstTokenMs?: number;
  readonly cached: boolean;
  readonly cost: number | undefined;
  readonly tokens: number | undefined;
  readonly metrics: Readonly<Record<string, number>>;
  readonly metricWeights?: Readonly<Record<string, number>>;
  /** Beside its assertions; `undefined` where there was nothing to measure. */
  readonly measured?: Measured;
  /** The output's beginning, for people. */
  readonly preview: string;
  /** Why it failed or could not be judged. */
  readonly reason: string;
  readonly fingerprint: string | undefined;
}

/** A sample with what is stored of it, and not kept until the run ends. */
export interface Judged extends Sample {
  readonly output: unknown;
  readonly components: RowGrade["components"];
  /** What was asked, where the suite alone does not say it: a later turn of a conversation, and what code made. */
  readonly asked?: string;
  /** The variables, where code made some. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** What hooks say of it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A test's samples under one series, by repeat. An arm that asked the very same question shares the other's sample. */
export interface CaseTally {
  readonly test: Case;
  readonly current: (Sample | undefined)[];
  readonly baseline: (Sample | undefined)[];
}

export interface SeriesTally {
  readonly key: string;
  /** The prompt's and provider's identity. */
  readonly prompt: string;
  readonly label: string;
  readonly provider: string;
  readonly model: string | undefined;
  readonly hasBaseline: boolean;
  /** Whether any question differs between the arms. */
  readonly changed: boolean;
  /** Left out of a run on save: unchanged, and not complete in the cache. */
  readonly skipped: boolean;
  readonly cases: readonly CaseTally[];
  /** What its suite's `derivedMetrics` come to, by name. */
  readonly derived?: { readonly current: Readonly<Record<string, number>>; readonly baseline: Readonly<Record<string, number>> };
  /** What `kept` of its samples is about, in that order. */
  readonly instructions?: readonly InstructionInfo[];
}

export function put(tally: CaseTally, arm: Arm, repeat: number, sample: Sample): void {
  tally[arm][repeat] = sample;
}

export function passed(sample: Sample): boolean {
  return sample.status === "passed";
}

export function judged(sample: Sample | undefined): sample is Sample {
  return sample !== undefined && sample.status !== "error";
}
