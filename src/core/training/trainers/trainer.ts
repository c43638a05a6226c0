import type { EndpointConfig, RunnersConfig, TrainingConfig } from "../../config/schema.ts";
import type { Redactor } from "../../config/redactor.ts";
import type { Workspace } from "../../regression/workspace.ts";
import type { Point } from "../../store/experiments/log.ts";
import type { DataCopy } from "../data/versions.ts";

/** One training, as a trainer is told it. */
export interface TrainTask {
  readonly workspace: Workspace;
  /** A UUID. The job carries it, so that it is found again, and never submitted twice. */
  readonly key: string;
  /** Its entry in `training:`. */
  readonly name: string;
  readonly config: TrainingConfig;
  readonly endpoint: EndpointConfig;
  readonly runners: RunnersConfig | undefined;
  readonly data: DataCopy;
  readonly validation: DataCopy | undefined;
  /** When it was first about to be submitted, milliseconds since the epoch. */
  readonly submittedAt: number;
  readonly sandbox: () => Promise<string>;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
}

export type JobStatus =
  | { readonly state: "waiting" | "running" }
  | { readonly state: "succeeded"; readonly model: string; readonly tokens?: number }
  | { readonly state: "failed" | "cancelled"; readonly reason: string }
  /** The trainer accepted it, and does not know it any more. */
  | { readonly state: "lost"; readonly reason: string };

/** What a job said since it was last asked. */
export interface Progress {
  /** To be given with the next question. */
  readonly seen: string;
  readonly lines: readonly string[];
  readonly points: readonly Omit<Point, "at">[];
  /** Steps that are done, and that there will be, where it says so. */
  readonly steps?: { readonly done: number; readonly of: number };
}

/** What trains models: one file each, registered in `registry.ts`. */
export interface Trainer {
  /** Submits the job and returns its id. Never called again for a key before `find` has found nothing. */
  submit(task: TrainTask): Promise<string>;
  /** The id of the job with this key; `undefined`: there is certainly none. @throws when that cannot be known. */
  find(task: TrainTask): Promise<string | undefined>;
  status(task: TrainTask, job: string): Promise<JobStatus>;
  /** @param seen as `progress` returned it last */
  progress(task: TrainTask, job: string, seen: string | undefined): Promise<Progress>;
  cancel(task: TrainTask, job: string): Promise<void>;
}

/** What cannot work however often it is tried: a missing file, a refused request. */
export class TrainerRefused extends Error {}
