import { readFile } from "node:fs/promises";
import type { TrainingConfig } from "../../config/schema.ts";
import { relativePosix } from "../../config/settings.ts";
import { parseEntry } from "../../experiments/entry.ts";
import type { JobFile } from "../../jobs/backend.ts";
import { type Runner, runnerOf } from "../../jobs/backends.ts";
import { proposedName, scriptVariables } from "./script.ts";
import { type JobStatus, type Progress, type Trainer, TrainerRefused, type TrainTask } from "./trainer.ts";

/** Where the job finds its data, and writes, in the folder that it starts in. */
const FOLDER = "llmops";
const FILES = { data: `${FOLDER}/data.jsonl`, validation: `${FOLDER}/validation.jsonl`, metrics: `${FOLDER}/metrics.jsonl`, result: `${FOLDER}/result.json` };

/**
 * A script on a Ray cluster, of `runners: ray`. It reads and writes what a `command` does; of what it prints, a line of
 * JSON with metrics, or with the model's name, counts at once. Ray refuses an id that it knows: nothing is submitted twice.
 */
export const ray: Trainer = {
  async submit(task) {
    const config = configOf(task);
    const { backend, env } = await runner(task);
    // What it wrote is not fetched from where it ran: it is printed at the end.
    const command = `mkdir -p ${FOLDER}; ( ${config.command}\n); code=$?; cat ${FILES.metrics} ${FILES.result} 2>/dev/null; exit $code`;
    return backend.submit(task.key, { command, env: await env({ ...scriptVariables(task, { ...FILES, validation: task.validation && FILES.validation }), ...config.env }), shards: 1, files: () => filesOf(task, config.files) });
  },

  find: async (task) => (await runner(task)).backend.find(task.key, 1),

  async status(task, id): Promise<JobStatus> {
    const { backend } = await runner(task);
    const found = await backend.status({ id, shards: 1 });
    switch (found?.state) {
      case undefined:
        return { state: "lost", reason: `${backend.name} accepted the job ${id}, and does not know it any more.` };
      case "queued":
        return { state: "waiting" };
      case "running":
        return { state: "running" };
      case "succeeded":
        return { state: "succeeded", model: modelIn(await linesOf(task, id)) ?? proposedName(task) };
      case "failed":
        return { state: "failed", reason: found.message ?? `The job failed on ${backend.name}.` };
      case "stopped":
        return { state: "cancelled", reason: `The job was stopped on ${backend.name}.` };
    }
  },

  async progress(task, id, seen): Promise<Progress> {
    const all = await linesOf(task, id);
    const fresh = all.slice(Number(seen ?? 0));
    const entries = fresh.map((line) => (isEntry(line) ? entryOf(line) : undefined));
    return {
      seen: String(all.length),
      lines: fresh.filter((_, at) => entries[at] === undefined).map((line) => task.redactor.redact(line)),
      points: entries.flatMap((entry) => Object.entries(entry?.metrics ?? {}).map(([key, value]) => ({ key, value, step: entry?.step ?? 0 }))),
    };
  },

  cancel: async (task, id) => (await runner(task)).backend.cancel({ id, shards: 1 }),
};

/** The whole lines that the job has written. */
async function linesOf(task: TrainTask, id: string): Promise<string[]> {
  const log = await (await runner(task)).backend.log({ id, shards: 1 }, 0);
  return log.slice(0, log.lastIndexOf("\n") + 1).split("\n").filter((line) => line.trim() !== "");
}

function isEntry(line: string): boolean {
  return /^\s*\{.*"metrics"\s*:/.test(line);
}

function entryOf(line: string): ReturnType<typeof parseEntry> | undefined {
  try {
    return parseEntry(line);
  } catch {
    return undefined;
  }
}

function modelIn(lines: readonly string[]): string | undefined {
  for (const line of lines.toReversed()) {
    if (!/^\s*\{.*"model"\s*:/.test(line)) continue;
    try {
      const { model } = JSON.parse(line) as { model?: unknown };
      if (typeof model === "string" && model !== "" && model.length <= 500) return model;
    } catch {
      // Another line may have it.
    }
  }
  return undefined;
}

async function filesOf({ workspace: { disk, root }, data, validation }: TrainTask, globs: readonly string[]): Promise<JobFile[]> {
  const own = [{ path: FILES.data, body: await readFile(data.file) }, ...(validation ? [{ path: FILES.validation, body: await readFile(validation.file) }] : [])];
  const files = new Set((await Promise.all(globs.map((glob) => disk.glob(glob, root)))).flat());
  return [...own, ...(await Promise.all([...files].sort().map(async (file) => ({ path: relativePosix(root, file), body: await readFile(file) }))))];
}

function runner({ workspace: { host }, runners, redactor }: TrainTask): Promise<Runner> {
  return runnerOf("ray", runners, host, redactor);
}

function configOf({ config }: TrainTask): Extract<TrainingConfig, { kind: "ray" }> {
  if (config.kind !== "ray") throw new TrainerRefused(`A training of the kind ${config.kind} does not run on Ray.`);
  return config;
}
