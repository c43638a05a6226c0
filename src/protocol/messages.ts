import type { Problem, Range } from "../core/problem.ts";
import type { Verdict } from "../core/regression/report.ts";

/**
 * What the language server protocol lacks, between the engine and the editor. Names of methods are
 * the wire's; URIs are the editor's own.
 */

/** `initializationOptions` of the client. */
export interface InitializationOptions {
  /** An untrusted workspace is not read beyond its texts: no git, no network, no process. */
  readonly trusted: boolean;
  readonly settings: Settings;
  readonly approvals: StoredApprovals;
  /** The window stopped runs on save when it was closed. */
  readonly paused: boolean;
}

/** The settings that the engine needs; all of them begin with `llmops.`. */
export interface Settings {
  readonly runOnSave: boolean;
  readonly diagnostics: boolean;
  readonly codeLens: boolean;
  /** About how many tokens each message of a prompt has. */
  readonly tokenHints: boolean;
}

/** What a person agreed to, kept by the editor outside the workspace. */
export interface StoredApprovals {
  readonly origins: readonly string[];
  /** `NAME=https://origin` */
  readonly secrets: readonly string[];
  /** Hashes of pipelines' definitions that may run here. */
  readonly pipelines?: readonly string[];
}

/** Requests of the editor to the engine. */
export const Requests = {
  /** Runs suites; resolves when they have ended. */
  run: "llmops/run",
  cancel: "llmops/cancel",
  accept: "llmops/accept",
  baselineText: "llmops/baselineText",
  caseDetails: "llmops/caseDetails",
  caseAt: "llmops/caseAt",
  suites: "llmops/suites",
  /** The cases that broke (or fail, where there is nothing to compare with) in the last run of the suites of a file. */
  brokenCases: "llmops/brokenCases",
  testEndpoint: "llmops/testEndpoint",
  doctor: "llmops/doctor",
  /** Everything about writing prompts: see `authoring.ts`. */
  authoring: "llmops/authoring",
  cancelAuthoring: "llmops/cancelAuthoring",
  /** Everything about pipelines: see `pipeline.ts`. */
  pipeline: "llmops/pipeline",
  /** Everything about trainings: see `training.ts`. */
  training: "llmops/training",
  /** Everything about rollouts: see `rollouts.ts`. */
  rollouts: "llmops/rollouts",
  /** Everything about runs and their comparison: see `experiments.ts`. */
  experiments: "llmops/experiments",
} as const;

/** Notifications of the editor to the engine. */
export const Notifications = {
  settings: "llmops/settings",
  paused: "llmops/paused",
  approvals: "llmops/approvals",
  /** The person trusts the workspace now. */
  trusted: "llmops/trusted",
  /** The reason of a save that is about to be told by `didSave`. */
  saveReason: "llmops/saveReason",
  focus: "llmops/focus",
} as const;

/** Notifications and requests of the engine to the editor. */
export const FromEngine = {
  status: "llmops/status",
  /** A secret's value for an origin, after the person agreed. */
  secret: "llmops/secret",
  pipelineChanged: "llmops/pipelineChanged",
  rolloutsChanged: "llmops/rolloutsChanged",
  /** Text that steps write, at a rate that can be drawn. */
  pipelineOutput: "llmops/pipelineOutput",
  /** Whether a definition may run that has not run here. */
  pipelineConsent: "llmops/pipelineConsent",
  trainingChanged: "llmops/trainingChanged",
  trainingProgress: "llmops/trainingProgress",
  /** There are new runs, or known ones are other than they were. */
  experimentsChanged: "llmops/experimentsChanged",
} as const;

export interface RunParams {
  /** A suite, or a file that suites are made of; without it all suites. */
  readonly uri?: string;
  /** `failed`: only the cases that failed or broke in the last run. */
  readonly cases?: "all" | "failed";
  /** Only this case. */
  readonly caseId?: string;
  readonly repeat?: number;
  /** However much it spends: a person has seen how much. */
  readonly anyway?: boolean;
  /** No person started it: it may do what a save may. */
  readonly asSave?: boolean;
}

export interface RunResult {
  readonly suites: readonly SuiteResult[];
}

export interface SuiteResult {
  readonly uri: string;
  readonly verdict?: Verdict;
  readonly message: string;
  /** It needs more than a save may spend, and has not begun. */
  readonly asks?: boolean;
  /** Origins it called that are not this machine: a person who started the run has agreed to them. */
  readonly origins?: readonly string[];
}

export interface AcceptResult {
  readonly accepted: boolean;
  readonly message: string;
  /** The file to commit. */
  readonly uri?: string;
}

export interface BaselineText {
  readonly text: string;
  /** For the diff's title: `3f2a91c`. */
  readonly label: string;
}

export interface CaseAtParams {
  readonly uri: string;
  readonly line: number;
}

export interface CaseDetailsParams {
  readonly suite: string;
  readonly caseId: string;
}

export interface SuiteSummary {
  readonly uri: string;
  /** Relative to its root, with `/`. */
  readonly name: string;
  readonly cases: number;
  readonly state: SuiteState;
  readonly prompts: readonly string[];
  /** Every file it is read from. */
  readonly files: readonly string[];
  /** Those that differ from the baseline, prompts first. */
  readonly changed: readonly string[];
  /** What the last run found, a prompt and provider each. */
  readonly series: readonly SeriesSummary[];
}

export interface SeriesSummary {
  readonly label: string;
  readonly provider: string;
  /** Where its prompt stands. */
  readonly uri: string;
  readonly line: number;
  readonly verdict: Verdict;
  /** `79.2 % ↓12.5 · 17 broke` */
  readonly standing: string;
}

export interface BrokenCase {
  readonly suite: string;
  readonly caseId: string;
  /** From 1, as people count. */
  readonly number: number;
  readonly title: string;
  readonly uri: string;
  readonly range: Range;
  /** The outputs' beginnings; `before` is empty where there is nothing to compare with. */
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

/** What the status bar and lenses show of a suite. */
export type SuiteState =
  | { readonly kind: "never" }
  | { readonly kind: "invalid"; readonly problems: number }
  | { readonly kind: "running"; readonly done: number; readonly total: number }
  | { readonly kind: "consent"; readonly origins: readonly string[] }
  | { readonly kind: "budget"; readonly message: string }
  | { readonly kind: "problem"; readonly message: string }
  | { readonly kind: "judged"; readonly verdict: Verdict; readonly stale: boolean; readonly headline: string; readonly broke: number };

export interface Status {
  readonly trusted: boolean;
  readonly paused: boolean;
  readonly suites: readonly SuiteSummary[];
}

export interface SecretParams {
  readonly name: string;
  readonly origin: string;
}

export type SecretResult = { readonly value: string } | { readonly refused: true } | { readonly missing: true };

export interface EndpointTest {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
}

export { codeIn } from "../core/config/approvals.ts";
export { COMMANDS } from "../core/host.ts";
export type { Problem, Range };
