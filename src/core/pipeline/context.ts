import type { JobFile } from "../jobs/backend.ts";
import type { Workspace } from "../regression/workspace.ts";
import type { RolloutContext } from "../rollouts/context.ts";

/** What a pipeline works with, whatever front it runs for. */
export interface PipelineContext {
  readonly workspace: Workspace;
  /** Starts this process's sandbox when it is first needed; its base URL. */
  readonly sandbox: () => Promise<string>;
  /** Whether a run that nobody started may call this remote origin; without it all may. */
  readonly mayCall?: (origin: string) => boolean;
  /** This engine's own files, which go along with a job elsewhere; paths below one folder. @throws where it was not built. */
  readonly engineFiles: () => Promise<readonly JobFile[]>;
  /** What rollouts work with, and what makes sure that somebody drives them. */
  readonly rollouts: { readonly context: RolloutContext; readonly ensureController: () => Promise<void> };
  /** What a step writes, masked, as it comes. */
  readonly onOutput?: (output: StepOutput) => void;
}

export interface StepOutput {
  readonly run: string;
  readonly stage: string;
  readonly step: string;
  readonly attempt: number;
  readonly text: string;
}
