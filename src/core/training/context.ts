import type { Workspace } from "../regression/workspace.ts";

/** What trainings work with, whatever front they run for. */
export interface TrainingContext {
  readonly workspace: Workspace;
  /** Starts this process's sandbox when it is first needed; its base URL. */
  readonly sandbox: () => Promise<string>;
  /** Whether something that nobody started may call this remote origin; without it all may. */
  readonly mayCall?: (origin: string) => boolean;
  /** How far a training is, in this process. */
  readonly onProgress?: (progress: TrainingProgress) => void;
}

export interface TrainingProgress {
  readonly key: string;
  /** What is being done: `checking the data`, `training`, `comparing the models`. */
  readonly doing: string;
  readonly done: number;
  /** 0: not known. */
  readonly total: number;
  /** Milliseconds; `undefined`: not known. */
  readonly eta?: number;
}
