import type { Location, Problem } from "../../core/problem.ts";
import type { BaselineInfo, RunReport } from "../../core/regression/report.ts";
import type { FileChange } from "../../core/regression/places.ts";
import type { StoredApprovals } from "../../protocol/messages.ts";
import type { AuthoringAction } from "../../protocol/authoring.ts";
import type { ExperimentsAction } from "../../protocol/experiments.ts";
import type { PipelineAction, PipelineConsent } from "../../protocol/pipeline.ts";
import type { TrainingAction, TrainingProgressed } from "../../protocol/training.ts";
import type { RolloutsAction, RolloutsOverview } from "../../protocol/rollouts.ts";

/**
 * Between the language server and the process that reads and runs suites. All paths are absolute.
 * `id` pairs an answer with its request.
 */
export type ToWorker =
  | { readonly kind: "discover"; readonly id: number; readonly folder: string }
  | { readonly kind: "describe"; readonly id: number; readonly file: string }
  | { readonly kind: "run"; readonly id: number; readonly file: string; readonly request: RunRequest }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "accept"; readonly id: number; readonly file: string }
  | { readonly kind: "case"; readonly id: number; readonly file: string; readonly caseId: string }
  | { readonly kind: "caseAt"; readonly id: number; readonly file: string; readonly at: { readonly file: string; readonly line: number } }
  | { readonly kind: "testEndpoints"; readonly id: number; readonly folder: string; readonly name?: string }
  | { readonly kind: "doctor"; readonly id: number; readonly folder: string }
  | { readonly kind: "remember"; readonly id: number; readonly file: string }
  | { readonly kind: "pipeline"; readonly id: number; readonly folder: string; readonly action: PipelineAction }
  | { readonly kind: "authoring"; readonly id: number; readonly file: string; readonly action: AuthoringAction }
  | { readonly kind: "experiments"; readonly id: number; readonly folder: string; readonly action: ExperimentsAction }
  | { readonly kind: "training"; readonly id: number; readonly folder: string; readonly action: TrainingAction }
  | { readonly kind: "rollouts"; readonly id: number; readonly folder: string; readonly action: RolloutsAction }
  | { readonly kind: "pipelineConsent"; readonly question: number; readonly agreed: boolean }
  | { readonly kind: "approvals"; readonly approvals: StoredApprovals }
  | { readonly kind: "secret"; readonly id: number; readonly result: { readonly value: string } | "missing" | "refused" };

export interface RunRequest {
  readonly trigger: "save" | "manual";
  readonly caseIds?: readonly string[];
  readonly repeat?: number;
  /** However much it spends: a person has seen how much. */
  readonly anyway?: boolean;
  /** Asks the endpoint again for what is in the cache. */
  readonly fresh?: boolean;
}

export interface RunOutcome {
  readonly suite: SuiteDescription;
  /** Of this run; of some cases only, it is not the suite's. */
  readonly report: RunReport;
}

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly failure: Failure }
  | { readonly kind: "progress"; readonly id: number; readonly done: number; readonly total: number }
  /** Another process ended a run or accepted a baseline in a store that this one has open. */
  | { readonly kind: "changed"; readonly suites: readonly string[] }
  | { readonly kind: "askSecret"; readonly id: number; readonly name: string; readonly origin: string }
  /** Something of the folder's pipeline is other than it was. */
  | { readonly kind: "pipelineChanged"; readonly folder: string }
  | { readonly kind: "experimentsChanged" }
  | { readonly kind: "rolloutsChanged"; readonly folder: string; readonly overview: RolloutsOverview }
  | { readonly kind: "pipelineOutput"; readonly text: string }
  /** Something of the folder's trainings is other than it was. */
  | { readonly kind: "trainingChanged"; readonly folder: string }
  | { readonly kind: "trainingProgress"; readonly progress: TrainingProgressed }
  | { readonly kind: "askPipeline"; readonly question: number; readonly consent: PipelineConsent }
  | { readonly kind: "log"; readonly level: "debug" | "info" | "warn" | "error"; readonly message: string };

/** Why a request came to nothing, in words for people. */
export type Failure =
  | { readonly reason: "invalid"; readonly problems: readonly Problem[] }
  | { readonly reason: "consent"; readonly origins: readonly string[]; readonly message: string }
  | { readonly reason: "budget"; readonly message: string }
  | { readonly reason: "cancelled" }
  | { readonly reason: "refused"; readonly message: string }
  | { readonly reason: "error"; readonly message: string };

/** All that the server shows of a suite. */
export interface SuiteDescription {
  readonly file: string;
  /** Relative to the root, with `/`. */
  readonly name: string;
  readonly root: string;
  /** Every file the suite is read from. */
  readonly files: readonly string[];
  /** Globs of further files that it is about, relative to the root. */
  readonly affects: readonly string[];
  readonly cases: number;
  readonly prompts: readonly { readonly key: string; readonly label: string; readonly location: Location }[];
  readonly problems: readonly Problem[];
  readonly baseline: BaselineInfo | undefined;
  /** Files of the suite that differ from the baseline, prompts first. */
  readonly changes: readonly FileChange[];
  /** Content hash of the suite's files as they are now. */
  readonly version: string;
  /** The last run that came to a verdict; it is stale when its version is another. */
  readonly report: RunReport | undefined;
}

export interface Discovery {
  readonly root: string;
  readonly suites: readonly SuiteDescription[];
  /** What is wrong with the store, if anything. */
  readonly notice: string | undefined;
}
