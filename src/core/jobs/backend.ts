/** A file that goes along with a job; `path` is relative to the folder in which the job starts, with `/`. */
export interface JobFile {
  readonly path: string;
  readonly body: Uint8Array;
}

export interface JobSpec {
  /** For the shell, in the folder of `files`. */
  readonly command: string;
  /** Every shard also sees its number, from 0, as `LLMOPS_JOB_INDEX` (where the back end numbers them itself, by that name). */
  readonly env: Readonly<Record<string, string>>;
  /** How many times it runs, side by side. */
  readonly shards: number;
  /** Made when they are to be sent. Only where the back end `carriesFiles`. */
  readonly files?: () => Promise<readonly JobFile[]>;
  /** Processors and graphics processors of a shard, where the back end counts them; else those of its configuration. */
  readonly cpus?: number;
  readonly gpus?: number;
}

/** A job that was submitted. */
export interface JobRef {
  /** As the back end knows it. */
  readonly id: string;
  readonly shards: number;
}

export type JobState = "queued" | "running" | "succeeded" | "failed" | "stopped";

export interface JobStatus {
  /** Of all shards: failed as soon as one is, succeeded when all have. */
  readonly state: JobState;
  /** For people, of the shard that decides: why it ended so, or what it waits for. */
  readonly message?: string;
}

/**
 * Where jobs run that this process only watches. A job is submitted under a key of its submitter's, and the same
 * key is never two jobs: whoever does not know whether a job was submitted asks `find`, or submits it again.
 */
export interface JobBackend {
  /** For people: `Ray at http://127.0.0.1:8265`. */
  readonly name: string;
  /** Whether `JobSpec.files` reach the job; where not, the job fetches what it needs itself. */
  readonly carriesFiles: boolean;
  /**
   * Submits what is not there yet of a job with this key; a lost answer alone makes no second one.
   * @returns its id. @throws {ApiError}
   */
  submit(key: string, spec: JobSpec): Promise<string>;
  /** The id of the job with this key, if all of it was submitted, however lately. @throws {ApiError} */
  find(key: string, shards: number): Promise<string | undefined>;
  /** `undefined`: there is no such job (any more). @throws {ApiError} */
  status(job: JobRef): Promise<JobStatus | undefined>;
  /** All that a shard (from 0) has written. @throws {ApiError} */
  log(job: JobRef, shard: number): Promise<string>;
  /** Asks it to end; one that has ended already is no error. @throws {ApiError} */
  cancel(job: JobRef): Promise<void>;
  /** Files that a shard left, by name, as text, once it has succeeded. @throws {ApiError | ResultsLost} */
  results(job: JobRef, shard: number): Promise<ReadonlyMap<string, string>>;
}
