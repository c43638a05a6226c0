import { createHash, randomBytes } from "node:crypto";
import { setImmediate as breathe, setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { MODEL_NAMES } from "../chat.ts";
import { ApiError } from "../request.ts";
import { type Disk, isId } from "./disk.ts";
import { BadTrainingFile, type Lesson, readLessons } from "./lessons.ts";
import type { TunedModels } from "./models.ts";
import { logProbabilities, Teacher } from "./softmax.ts";
import type { Uploads } from "./uploads.ts";

const EPOCHS = 4;
/** Between two looks at what else there is to do, in milliseconds. */
const SLICE_MS = 20;

const hyperparameters = z.looseObject({ n_epochs: z.union([z.literal("auto"), z.int().min(1).max(50)]).optional(), learning_rate_multiplier: z.union([z.literal("auto"), z.number().positive()]).optional() });
const newJob = z.object({
  model: z.string(),
  training_file: z.string(),
  validation_file: z.string().nullish(),
  suffix: z.string().max(64).nullish(),
  seed: z.int().nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  method: z.looseObject({ type: z.enum(["supervised", "dpo"]), supervised: z.looseObject({ hyperparameters: hyperparameters.optional() }).optional() }).nullish(),
});

type Status = "validating_files" | "queued" | "running" | "succeeded" | "failed" | "cancelled";

/** A job object, as OpenAI has it, and with `runner` the process that works at it. */
export interface Job extends Omit<z.output<typeof newJob>, "method"> {
  readonly object: "fine_tuning.job";
  readonly id: string;
  readonly created_at: number;
  readonly finished_at: number | null;
  readonly status: Status;
  readonly fine_tuned_model: string | null;
  readonly trained_tokens: number | null;
  readonly error: { readonly code: string; readonly message: string; readonly param: string | null } | null;
  readonly method: z.output<typeof newJob>["method"];
  readonly runner: number;
}

export interface JobEvent {
  readonly object: "fine_tuning.job.event";
  readonly id: string;
  readonly created_at: number;
  readonly level: "info" | "error";
  readonly type: "message" | "metrics";
  readonly message: string;
  readonly data: Readonly<Record<string, number>> | null;
}

/** Fine-tuning jobs: each really learns from its file. One whose process ended is taken over by the next that is asked for it. */
export class Jobs {
  private readonly disk: Disk;
  private readonly uploads: Uploads;
  private readonly models: TunedModels;
  /** Milliseconds that every epoch takes longer. */
  private readonly epochMs: () => number;
  private readonly own = new Set<string>();
  private readonly closing = new AbortController();

  constructor({ disk, uploads, models, epochMs }: { disk: Disk; uploads: Uploads; models: TunedModels; epochMs: () => number }) {
    this.disk = disk;
    this.uploads = uploads;
    this.models = models;
    this.epochMs = epochMs;
  }

  /** @throws {ApiError} */
  create(body: unknown): Job {
    const parsed = newJob.safeParse(body);
    if (!parsed.success) throw new ApiError(400, "invalid_value", `${parsed.error.issues[0]!.path.join(".")}: ${parsed.error.issues[0]!.message}`, String(parsed.error.issues[0]!.path[0] ?? ""));
    const { model, training_file, validation_file } = parsed.data;
    if (!MODEL_NAMES.includes(model)) throw new ApiError(400, "model_not_available", `${JSON.stringify(model)} cannot be fine-tuned. Use ${MODEL_NAMES.join(" or ")}.`, "model");
    for (const file of [training_file, validation_file]) if (file) this.uploads.find(file);
    const job: Job = {
      ...parsed.data,
      object: "fine_tuning.job",
      id: `ftjob-${randomBytes(12).toString("hex")}`,
      created_at: Math.floor(Date.now() / 1000),
      finished_at: null,
      status: "validating_files",
      fine_tuned_model: null,
      trained_tokens: null,
      error: null,
      method: parsed.data.method ?? { type: "supervised" },
      runner: process.pid,
    };
    this.save(job);
    this.disk.write("[]", "jobs", `${job.id}.events`);
    this.tell(job.id, `Created fine-tuning job: ${job.id}`);
    this.work(job);
    return job;
  }

  /** @throws {ApiError} 404 */
  find(id: string): Job {
    const job = isId(id) ? this.disk.json<Job>("jobs", `${id}.json`) : undefined;
    if (!job) throw new ApiError(404, "not_found", `There is no fine-tuning job ${JSON.stringify(id)}.`);
    if (job.finished_at === null && !this.own.has(id) && !isAlive(job.runner)) this.work({ ...job, runner: process.pid });
    return job;
  }

  /** Newest first. */
  list(): Job[] {
    return this.disk.names("jobs", ".json").map((id) => this.find(id)).sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : -1));
  }

  /** Newest first. @throws {ApiError} 404 */
  events(id: string): JobEvent[] {
    this.find(id);
    return (this.disk.json<JobEvent[]>("jobs", `${id}.events`) ?? []).toReversed();
  }

  /** @throws {ApiError} 404 */
  cancel(id: string): Job {
    const job = this.find(id);
    if (job.finished_at !== null) return job;
    const cancelled: Job = { ...job, status: "cancelled", finished_at: Math.floor(Date.now() / 1000) };
    this.save(cancelled);
    this.tell(id, "The job was cancelled.");
    return cancelled;
  }

  close(): void {
    this.closing.abort();
  }

  private work(job: Job): void {
    this.own.add(job.id);
    void this.teach(job).catch((error: unknown) => {
      if (this.closing.signal.aborted || this.isOver(job.id)) return;
      const message = error instanceof Error ? error.message : String(error);
      this.save({ ...job, status: "failed", finished_at: Math.floor(Date.now() / 1000), error: { code: error instanceof BadTrainingFile ? "invalid_training_file" : "server_error", message, param: error instanceof BadTrainingFile ? "training_file" : null } });
      this.tell(job.id, message, "error");
    });
  }

  private async teach(job: Job): Promise<void> {
    // Whoever creates a job learns its id before anything becomes of it.
    await breathe();
    const lessons = readLessons(this.uploads.content(job.training_file));
    const checks = job.validation_file ? readLessons(this.uploads.content(job.validation_file), 1) : [];
    this.advance(job, { status: "queued" });
    const { n_epochs = "auto", learning_rate_multiplier = "auto" } = job.method?.supervised?.hyperparameters ?? {};
    const epochs = n_epochs === "auto" ? EPOCHS : n_epochs;
    const seed = job.seed ?? 42;
    this.advance(job, { status: "running" });
    this.tell(job.id, "Fine-tuning job started");
    const teacher = new Teacher([...new Set(lessons.map(({ label }) => label))].sort(), { seed, rate: learning_rate_multiplier === "auto" ? 1 : learning_rate_multiplier });
    let due = performance.now() + SLICE_MS;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      let loss = 0;
      for (const lesson of teacher.shuffled(lessons)) {
        loss += teacher.step(lesson);
        if (performance.now() < due) continue;
        await breathe(undefined, { signal: this.closing.signal });
        due = performance.now() + SLICE_MS;
        if (this.isOver(job.id)) return;
      }
      if (this.epochMs() > 0) await sleep(this.epochMs(), undefined, { signal: this.closing.signal });
      if (this.isOver(job.id)) return;
      const data = { step: epoch * lessons.length, total_steps: epochs * lessons.length, train_loss: loss / lessons.length, ...(checks.length === 0 ? {} : { valid_loss: lossOf(teacher, checks) }) };
      this.tell(job.id, `Step ${data.step}/${data.total_steps}: training loss=${data.train_loss.toFixed(2)}${data.valid_loss === undefined ? "" : `, validation loss=${data.valid_loss.toFixed(2)}`}`, "info", data);
    }
    const bytes = Buffer.from(teacher.head.weights.buffer);
    const hash = createHash("sha256").update(bytes).update(job.training_file).digest("hex").slice(0, 8);
    const id = `ft:${job.model}:local:${job.suffix ?? ""}:${hash}`;
    const answers = Object.fromEntries(lessons.map(({ label, answer }) => [label, answer]));
    this.models.save({ id, base: job.model, created: Math.floor(Date.now() / 1000), labels: teacher.head.labels, answers }, teacher.head);
    const tokens = Math.ceil(lessons.reduce((sum, { text, answer }) => sum + text.length + answer.length, 0) / 4) * epochs;
    this.tell(job.id, `New fine-tuned model created: ${id}`);
    this.advance(job, { status: "succeeded", fine_tuned_model: id, trained_tokens: tokens, finished_at: Math.floor(Date.now() / 1000) });
    this.tell(job.id, "The job has successfully completed");
  }

  private advance(job: Job, change: Partial<Job>): void {
    if (!this.isOver(job.id)) this.save({ ...this.disk.json<Job>("jobs", `${job.id}.json`)!, runner: process.pid, ...change });
  }

  private isOver(id: string): boolean {
    return this.disk.json<Job>("jobs", `${id}.json`)?.finished_at !== null;
  }

  private save(job: Job): void {
    this.disk.write(JSON.stringify(job), "jobs", `${job.id}.json`);
  }

  private tell(id: string, message: string, level: JobEvent["level"] = "info", data?: JobEvent["data"]): void {
    const events = this.disk.json<JobEvent[]>("jobs", `${id}.events`) ?? [];
    const event: JobEvent = { object: "fine_tuning.job.event", id: `ftevent-${id.slice(6)}-${events.length}`, created_at: Math.floor(Date.now() / 1000), level, type: data ? "metrics" : "message", message, data: data ?? null };
    this.disk.write(JSON.stringify([...events, event]), "jobs", `${id}.events`);
  }
}

/** Mean of −ln p over lessons; a label that was never taught counts as improbable. */
function lossOf({ head }: Teacher, lessons: readonly Lesson[]): number {
  const losses = lessons.map(({ text, label }) => {
    const at = head.labels.indexOf(label);
    return at < 0 ? 20 : -logProbabilities(head, text)[at]!;
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
