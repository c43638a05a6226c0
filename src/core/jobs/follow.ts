import type { Clock } from "../host.ts";
import { findJob, intendJob, jobLogRead, jobSubmitted } from "../store/jobs.ts";
import type { Store } from "../store/store.ts";
import { ApiError } from "../restApi.ts";
import type { JobBackend, JobRef, JobSpec, JobState, JobStatus } from "./backend.ts";
import { isResultLine } from "./results.ts";

/** How often a job is looked at: at first soon again, as it may be short. */
const LOOK_MS = 1000;
const FIRST_LOOK_MS = 200;
/** A back end sends a log whole: a long one is asked for less often, so that it costs at most this much a second. */
const LOG_CHARS_PER_SECOND = 2 ** 20;
/** How often a job is asked to end, and how long its end is waited for, in looks. */
const CANCEL_TRIES = 5;
const CANCEL_LOOKS = 30;

export interface FollowTask {
  /** The submitter's: the same key is never two jobs. */
  readonly key: string;
  readonly shards: number;
  /** Made when there is something to submit. */
  readonly spec: () => Promise<JobSpec>;
  readonly signal: AbortSignal;
  /** Called when it is submitted, or found. */
  readonly onSubmitted?: (job: JobRef) => void;
  /** Stores whole lines that a shard (from 0) wrote, without results; in one transaction with `read`, so that nothing is read twice. */
  readonly onLog: (text: string, shard: number, read: () => void) => void;
  /** What happens beside: the back end cannot be reached, is back again. */
  readonly onNote: (line: string) => void;
}

export interface FollowEnd {
  readonly job: JobRef;
  readonly state: Exclude<JobState, "queued" | "running">;
  readonly message: string | undefined;
}

/**
 * Submits a job, or finds the one of this key that an engine before this one has submitted, and sees it through to
 * its end. A back end that cannot be reached is asked until it can, or the signal aborts.
 * @throws {ApiError} the back end refuses; after an abort the signal's reason, the job having been asked to end.
 */
export async function followJob(store: Store, clock: Clock, backend: JobBackend, task: FollowTask): Promise<FollowEnd> {
  const { key, signal } = task;
  const isNew = intendJob(store, key, task.shards, clock.now());
  const { remote, shards, positions } = findJob(store, key)!;
  const patient = patience(clock, task, backend.name);
  let job: JobRef | undefined = remote === undefined ? undefined : { id: remote, shards };
  let logs: Logs | undefined;
  try {
    if (!job) {
      const id = (isNew ? undefined : await patient(() => backend.find(key, shards))) ?? (await patient(async () => backend.submit(key, await task.spec())));
      job = { id, shards };
      jobSubmitted(store, key, id);
    }
    const submitted = job;
    task.onSubmitted?.(submitted);
    signal.throwIfAborted();
    logs = new Logs(store, clock, backend, task, submitted, positions);
    const read = logs.read.bind(logs);
    let waits: string | undefined;
    for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 1.5, LOOK_MS)) {
      const status = await patient(() => backend.status(submitted));
      if (!status) throw new ApiError(`${backend.name} does not know the job ${submitted.id} any more.`, false);
      const end = ended(status);
      if (status.state === "queued" && status.message !== undefined && status.message !== waits) task.onNote(status.message);
      waits = status.message;
      await patient(() => read(end !== undefined));
      if (end) return { job: submitted, state: end, message: status.message };
      await clock.sleep(wait, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    // Of a submission whose answer was lost nobody knows: the job may be there.
    const id = job?.id ?? (await backend.find(key, shards).catch(() => undefined));
    if (id !== undefined) await cancel(clock, backend, { id, shards }, task.onNote);
    await logs?.read(true).catch(() => {});
    throw signal.reason;
  }
}

/** Tries again for as long as the trouble is of the passing kind; says when it begins, and when it is over. */
function patience(clock: Clock, { signal, onNote }: FollowTask, name: string) {
  return async <T>(act: () => Promise<T>): Promise<T> => {
    let troubled = false;
    for (;;) {
      try {
        const result = await act();
        if (troubled) onNote(`${name} answers again.`);
        return result;
      } catch (error) {
        if (signal.aborted || !(error instanceof ApiError) || !error.passing) throw error;
        if (!troubled) onNote(`${error.message} Trying again until it answers.`);
        troubled = true;
        await clock.sleep(LOOK_MS, signal);
      }
    }
  };
}

/** The logs of a job's shards, read on from where they were last. */
class Logs {
  private readonly store: Store;
  private readonly clock: Clock;
  private readonly backend: JobBackend;
  private readonly task: FollowTask;
  private readonly job: JobRef;
  /** Characters, by shard. */
  private readonly positions: number[];
  private readonly due: number[];

  constructor(store: Store, clock: Clock, backend: JobBackend, task: FollowTask, job: JobRef, positions: readonly number[]) {
    this.store = store;
    this.clock = clock;
    this.backend = backend;
    this.task = task;
    this.job = job;
    this.positions = Array.from({ length: job.shards }, (_, shard) => positions[shard] ?? 0);
    this.due = this.positions.map(() => 0);
  }

  /** `all`: also what is not due yet, and a last line that has no end. */
  async read(all: boolean): Promise<void> {
    for (let shard = 0; shard < this.job.shards; shard++) {
      if (!all && this.clock.monotonic() < this.due[shard]!) continue;
      const log = await this.backend.log(this.job, shard);
      this.due[shard] = this.clock.monotonic() + (log.length / LOG_CHARS_PER_SECOND) * 1000;
      const end = all ? log.length : log.lastIndexOf("\n") + 1;
      const text = log.slice(this.positions[shard], end);
      if (text === "") continue;
      const lines = text.split("\n").filter((line) => !isResultLine(line)).join("\n");
      this.positions[shard] = end;
      const read = () => jobLogRead(this.store, this.task.key, this.positions);
      if (lines === "") this.store.write(read);
      else this.task.onLog(lines, shard, read);
    }
  }
}

/** Time may be over, or a person has cancelled: the job must not go on unseen. */
async function cancel(clock: Clock, backend: JobBackend, job: JobRef, onNote: (line: string) => void): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await backend.cancel(job);
      break;
    } catch (error) {
      if (tries < CANCEL_TRIES && error instanceof ApiError && error.passing) await clock.sleep(LOOK_MS);
      else return onNote(`The job ${job.id} could not be told to end, and may still run: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (let looks = 0; looks < CANCEL_LOOKS; looks++) {
    const status = await backend.status(job).catch(() => undefined);
    if (!status || ended(status)) return;
    await clock.sleep(LOOK_MS);
  }
  onNote(`The job ${job.id} was told to end, and has not done so yet.`);
}

function ended({ state }: JobStatus): FollowEnd["state"] | undefined {
  return state === "queued" || state === "running" ? undefined : state;
}
