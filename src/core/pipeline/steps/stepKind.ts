import type { StageConfig, StepConfig } from "../../config/schema.ts";
import type { CommandIdentity } from "../../host.ts";
import type { Effect } from "../../store/pipeline/states.ts";
import type { Store } from "../../store/store.ts";
import type { PipelineContext } from "../context.ts";
import type { Definition } from "../definition.ts";
import type { AttemptLog } from "../run/attemptLog.ts";

/** What a step can do: one file each, registered in `kinds.ts`. */
export interface StepKind {
  /** What a repetition would do; it decides what becomes of an attempt that a crash cut off. */
  readonly effect: Effect | ((step: StepConfig, environments: Definition["environments"]) => Effect);
  /**
   * For an effect of `once`: what is stored of an attempt that a crash cut off. `not-begun`: it had no effect
   * yet; `undefined`: that cannot be known.
   */
  readonly stored?: (store: Store, attempt: string) => "not-begun" | "passed" | "failed" | undefined;
  /** One attempt. What it throws is a failure with that message. */
  run(task: StepTask): Promise<StepResult>;
}

export interface StepTask {
  readonly context: PipelineContext;
  readonly definition: Definition;
  readonly run: { readonly key: string; readonly commit: string | undefined; readonly by: string | undefined };
  readonly stage: StageConfig;
  readonly step: StepConfig;
  readonly attempt: { readonly key: string; readonly n: number };
  readonly log: AttemptLog;
  /** Aborted when its time is over or a person cancels. */
  readonly signal: AbortSignal;
  /** Stores that it runs: its process, where that is on this machine. */
  readonly spawned: (identity?: CommandIdentity) => void;
}

export interface StepResult {
  readonly passed: boolean;
  /** For people: what it found, or why it failed. */
  readonly reason?: string;
  readonly exitCode?: number | null;
  readonly signal?: string | null;
  /** Ids of the runs of suites that it made. */
  readonly evals?: readonly string[];
  /** Hash of what it judged. */
  readonly version?: string;
}
