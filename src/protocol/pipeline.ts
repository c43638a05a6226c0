import type { EvalView, Overview } from "../core/pipeline/overview.ts";
import type { RunHead, RunRecord, Trigger } from "../core/store/pipeline/records.ts";

/** What the editor asks of the pipeline of one folder (a URI). The answers are below. */
export interface PipelineParams {
  readonly folder: string;
  readonly action: PipelineAction;
}

export type PipelineAction =
  | { readonly kind: "overview" }
  | { readonly kind: "run"; readonly trigger: Trigger; readonly stages?: readonly string[] }
  /** The stages of a run that did not pass, once more. */
  | { readonly kind: "rerun"; readonly run: string }
  /** Goes on with a run that a crash cut off. */
  | { readonly kind: "resume"; readonly run: string }
  | { readonly kind: "cancel"; readonly run: string }
  | { readonly kind: "decide"; readonly run: string; readonly stage: string; readonly approved: boolean; readonly comment?: string; readonly evidence: string }
  | { readonly kind: "settle"; readonly run: string; readonly stage: string; readonly as: "passed" | "failed" | "again" }
  | { readonly kind: "promote"; readonly environment: string; readonly model?: string; readonly undo?: boolean }
  | { readonly kind: "history"; readonly before?: number; readonly limit: number }
  | { readonly kind: "show"; readonly run: string }
  | { readonly kind: "log"; readonly attempt: number }
  /** Files of `data:` globs were touched. */
  | { readonly kind: "dataChanged" };

/** Of what starts or moves a run; `message` says why nothing did. */
export type Started = { readonly run: string } | { readonly message: string };

export interface PipelineRunDetails {
  readonly run: RunRecord;
  /** By the name of the stage. */
  readonly evals: Readonly<Record<string, readonly EvalView[]>>;
}

/** The engine tells what the pipeline of a folder has become. */
export interface PipelineChanged {
  readonly folder: string;
  readonly overview: Overview;
}

/** The engine asks a person before it runs a definition that has not run here. */
export interface PipelineConsent {
  readonly folder: string;
  readonly hash: string;
  /** What starts it: `a commit`, or the person. */
  readonly because: string;
  readonly byPerson: boolean;
  /** `stage/step: command`, of all that it may run. */
  readonly commands: readonly string[];
}

export type { EvalView, Overview, RunHead, RunRecord };
export type { EnvironmentView, StageView } from "../core/pipeline/overview.ts";
export type { AttemptRecord, StageRecord, StepRecord } from "../core/store/pipeline/records.ts";
