import type { TrainingConfig } from "../../config/schema.ts";
import { CallError } from "../../evals/providers/provider.ts";
import { eventListSchema, fileSchema, jobListSchema, jobSchema, OpenAiWire } from "./openaiWire.ts";
import { type JobStatus, type Progress, type Trainer, TrainerRefused, type TrainTask } from "./trainer.ts";

/** Under which a job carries the key of its training, in its metadata. */
const KEY = "llmops_key";
/** How much of the key a model's name carries: metadata is not kept by every server. */
const SUFFIX = 12;
const PAGE = 100;
/** Jobs that are looked through for one of ours. */
const MOST_PAGES = 20;
const MOST_EVENTS = 10;

/**
 * Fine-tuning by OpenAI's protocol at any endpoint. The protocol has no idempotency key: the job carries ours, and
 * after an answer that was lost it is looked for before another is submitted.
 */
export const openaiFineTune: Trainer = {
  async submit(task) {
    const wire = new OpenAiWire(task);
    const config = configOf(task);
    const file = await wire.upload(task.data, `llmops-${task.data.hash.slice(0, SUFFIX)}.jsonl`, fileSchema);
    const validation = task.validation && (await wire.upload(task.validation, `llmops-${task.validation.hash.slice(0, SUFFIX)}-validation.jsonl`, fileSchema));
    const job = await wire.post(
      "/fine_tuning/jobs",
      {
        model: config.base,
        training_file: file.id,
        ...(validation ? { validation_file: validation.id } : {}),
        method: { type: config.method, [config.method]: { hyperparameters: config.hyperparameters } },
        ...(config.seed === undefined ? {} : { seed: config.seed }),
        suffix: suffixOf(task),
        metadata: { [KEY]: task.key },
      },
      jobSchema,
    );
    return job.id;
  },

  async find(task) {
    const wire = new OpenAiWire(task);
    let after: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const { data, has_more } = await wire.get(`/fine_tuning/jobs?limit=${PAGE}${after === undefined ? "" : `&after=${encodeURIComponent(after)}`}`, jobListSchema);
      // Servers ignore filters that they do not know: what matches is decided here.
      const found = data.find(({ metadata }) => metadata?.[KEY] === task.key) ?? data.find((job) => [job.suffix, job.user_provided_suffix].includes(suffixOf(task)));
      if (found) return found.id;
      after = data.at(-1)?.id;
      if (!has_more || after === undefined) return undefined;
    }
    throw new Error(`The endpoint has more than ${MOST_PAGES * PAGE} newer jobs: whether one is of this training is not known.`);
  },

  async status(task, id): Promise<JobStatus> {
    const job = await new OpenAiWire(task).get(`/fine_tuning/jobs/${encodeURIComponent(id)}`, jobSchema).catch((error: unknown) => {
      if (error instanceof CallError && error.status === 404) return undefined;
      throw error;
    });
    if (!job) return { state: "lost", reason: `The endpoint accepted the job ${id}, and does not know it any more.` };
    switch (job.status) {
      case "succeeded":
        return job.fine_tuned_model ? { state: "succeeded", model: job.fine_tuned_model, ...(job.trained_tokens ? { tokens: job.trained_tokens } : {}) } : { state: "failed", reason: "The job has succeeded, and names no model." };
      case "failed":
        return { state: "failed", reason: job.error?.message ?? "The endpoint gives no reason." };
      case "cancelled":
        return { state: "cancelled", reason: "The job was cancelled at the endpoint." };
      case "running":
        return { state: "running" };
      default:
        return { state: "waiting" };
    }
  },

  async progress(task, id, seen): Promise<Progress> {
    const wire = new OpenAiWire(task);
    const fresh: (typeof eventListSchema)["_output"]["data"] = [];
    let after: string | undefined;
    // Newest first, page by page, until one that is known.
    pages: for (let page = 0; page < MOST_EVENTS; page++) {
      const { data, has_more } = await wire.get(`/fine_tuning/jobs/${encodeURIComponent(id)}/events?limit=${PAGE}${after === undefined ? "" : `&after=${encodeURIComponent(after)}`}`, eventListSchema);
      for (const event of data) {
        if (event.id === seen) break pages;
        fresh.push(event);
      }
      after = data.at(-1)?.id;
      if (!has_more || after === undefined) break;
    }
    const events = fresh.reverse();
    const measured = events.filter(({ type }) => type === "metrics").map(({ data }) => data ?? {});
    const last = measured.at(-1);
    return {
      seen: events.at(-1)?.id ?? seen ?? "",
      lines: events.map(({ message }) => message),
      points: measured.flatMap(pointsOf),
      ...(typeof last?.["step"] === "number" && typeof last["total_steps"] === "number" ? { steps: { done: last["step"], of: last["total_steps"] } } : {}),
    };
  },

  async cancel(task, id) {
    await new OpenAiWire(task).post(`/fine_tuning/jobs/${encodeURIComponent(id)}/cancel`, {}, jobSchema);
  },
};

function pointsOf(data: Readonly<Record<string, unknown>>): Progress["points"] {
  const step = typeof data["step"] === "number" ? data["step"] : 0;
  return Object.entries(data).flatMap(([key, value]) => (key !== "step" && key !== "total_steps" && typeof value === "number" ? [{ key, value, step }] : []));
}

function suffixOf({ key }: TrainTask): string {
  return key.replaceAll("-", "").slice(0, SUFFIX);
}

function configOf({ config }: TrainTask): Extract<TrainingConfig, { kind: "openai-finetune" }> {
  if (config.kind !== "openai-finetune") throw new TrainerRefused(`A training of the kind ${config.kind} is no fine-tuning.`);
  return config;
}
