import type { Clock } from "../../host.ts";
import type { TrainingRecord } from "../../store/training/trainings.ts";
import { type JobStatus, type Progress, type Trainer, TrainerRefused, type TrainTask } from "../trainers/trainer.ts";

/** A job is asked first after this long, and then ever more seldom. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;
const GROWTH = 1.4;
/** A job that a trainer does not know is asked for again so often: lists lag behind. */
const MOST_LOST = 5;

export interface Follower {
  readonly clock: Clock;
  /** Stores what is new, all of it or nothing. */
  readonly keep: (progress: Progress) => void;
  readonly tell: (done: number, total: number, etaMs: number | undefined) => void;
  readonly notice: (line: string) => void;
}

type Ended = Exclude<JobStatus, { state: "waiting" | "running" }>;

/** Asks for a job until it has ended; a network that is gone is waited for. Its time is counted from its submission, also over restarts. */
export async function followJob(trainer: Trainer, task: TrainTask, { job, seen: before }: Pick<TrainingRecord, "job" | "seen">, { clock, keep, tell, notice }: Follower): Promise<Ended> {
  const id = job!;
  let seen = before;
  let wait = FIRST_WAIT_MS;
  let lost = 0;
  let complaint: string | undefined;
  let begun: { at: number; done: number } | undefined;
  for (;;) {
    if (clock.now() - task.submittedAt > task.config.timeout) {
      await trainer.cancel(task, id);
      return { state: "failed", reason: `It took longer than ${Math.round(task.config.timeout / 60_000)} min (timeout) and was ended.` };
    }
    try {
      const status = await trainer.status(task, id);
      const progress = status.state === "lost" ? undefined : await trainer.progress(task, id, seen);
      if (complaint !== undefined) notice("The trainer answers again.");
      complaint = undefined;
      if (progress && progress.seen !== (seen ?? "")) {
        keep(progress);
        seen = progress.seen;
        wait = FIRST_WAIT_MS;
      }
      if (progress?.steps) {
        const { done, of } = progress.steps;
        begun ??= { at: clock.now(), done };
        const pace = done > begun.done ? (clock.now() - begun.at) / (done - begun.done) : undefined;
        tell(done, of, pace === undefined ? undefined : Math.round(pace * (of - done)));
      } else if (status.state === "waiting") tell(0, 0, undefined);
      if (status.state === "lost" ? ++lost >= MOST_LOST : status.state !== "waiting" && status.state !== "running") return status as Ended;
    } catch (error) {
      if (task.signal.aborted || error instanceof TrainerRefused) throw error;
      const message = error instanceof Error ? error.message : String(error);
      if (message !== complaint) notice(`The trainer does not answer (${message.replace(/\.$/, "")}). It is asked again; the job goes on.`);
      complaint = message;
    }
    await clock.sleep(wait, task.signal);
    wait = Math.min(LONGEST_WAIT_MS, wait * GROWTH);
  }
}
