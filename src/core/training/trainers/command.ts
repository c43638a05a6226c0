import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { resolveReferences } from "../../config/references.ts";
import type { TrainingConfig } from "../../config/schema.ts";
import { COMMANDS } from "../../host.ts";
import { commandEnvironment } from "../../config/commandEnvironment.ts";
import { parseEntry } from "../../experiments/entry.ts";
import { proposedName, scriptVariables } from "./script.ts";
import { type JobStatus, type Progress, type Trainer, TrainerRefused, type TrainTask } from "./trainer.ts";

/** Read at a time; a line that is longer is cut. */
const MOST_BYTES = 2 ** 20;

const METRICS = "metrics.jsonl";
const RESULT = "result.json";

/**
 * Any script, as a process that outlives the engine. Its folder is its id: a job that was begun in it is never begun
 * again. docs/training.md has the variables that it reads, and what it writes.
 */
export const command: Trainer = {
  async submit(task) {
    const config = configOf(task);
    const { host, root } = task.workspace;
    const folder = folderOf(task);
    const own = await resolveReferences(
      config.env ?? {},
      COMMANDS,
      { secret: (name) => host.secrets.get(name, COMMANDS), env: async (name) => (host.env[name] === undefined ? "missing" : { value: host.env[name] }) },
      task.redactor,
    );
    await host.jobs.start(folder, { command: config.command, cwd: root, env: { ...commandEnvironment(host.env), ...scriptVariables(task, { data: task.data.file, validation: task.validation?.file, metrics: join(folder, METRICS), result: join(folder, RESULT) }), ...own } });
    return folder;
  },

  async find(task) {
    const { state } = await task.workspace.host.jobs.look(folderOf(task));
    return state === "absent" ? undefined : folderOf(task);
  },

  async status(task, folder): Promise<JobStatus> {
    const job = await task.workspace.host.jobs.look(folder);
    if (job.state !== "ended") {
      if (job.state === "running") return { state: "running" };
      return job.state === "absent" ? { state: "lost", reason: `Nothing is known of the job any more: ${folder} is gone.` } : { state: "failed", reason: "The process that ran the command was ended from outside, and how the command ended is not known." };
    }
    if (job.code !== 0) return { state: "failed", reason: job.code === null ? `The command was ended by ${job.signal}.` : `The command ended with exit code ${job.code}.` };
    return { state: "succeeded", model: await modelOf(task, folder) };
  },

  async progress(task, folder, seen): Promise<Progress> {
    const [output = 0, metrics = 0] = (seen ?? "").split(",").map(Number);
    const [text, entries] = await Promise.all([linesFrom(join(folder, "output.log"), output), linesFrom(join(folder, METRICS), metrics)]);
    const lines = text.lines.map((line) => task.redactor.redact(line));
    const points: Progress["points"][number][] = [];
    for (const line of entries.lines) {
      try {
        const { metrics: values = {}, step = 0 } = parseEntry(line);
        for (const [key, value] of Object.entries(values)) points.push({ key, value, step });
      } catch (error) {
        lines.push(`A line of LLMOPS_METRICS is not stored: ${(error as Error).message}`);
      }
    }
    return { seen: `${text.next},${entries.next}`, lines, points };
  },

  cancel: (task, folder) => task.workspace.host.jobs.stop(folder),
};

async function modelOf(task: TrainTask, folder: string): Promise<string> {
  const text = await readFile(join(folder, RESULT), "utf8").catch(() => undefined);
  if (text === undefined) return proposedName(task);
  try {
    const { model } = JSON.parse(text) as { model?: unknown };
    if (typeof model === "string" && model !== "" && model.length <= 500) return model;
  } catch {
    // It is told below.
  }
  throw new TrainerRefused(`The command wrote into LLMOPS_RESULT, and not {"model": "name"}.`);
}

/** The whole lines of a file from an offset on, and the offset of the next. */
async function linesFrom(file: string, offset: number): Promise<{ lines: string[]; next: number }> {
  const handle = await open(file, "r").catch(() => undefined);
  if (!handle) return { lines: [], next: offset };
  try {
    const buffer = Buffer.alloc(MOST_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, MOST_BYTES, offset);
    const piece = buffer.subarray(0, bytesRead);
    const end = bytesRead === MOST_BYTES && !piece.includes(10) ? bytesRead : piece.lastIndexOf(10) + 1;
    return { lines: piece.subarray(0, end).toString("utf8").split(/\r?\n/).filter((line) => line.trim() !== ""), next: offset + end };
  } finally {
    await handle.close();
  }
}

function folderOf({ workspace: { store }, key }: TrainTask): string {
  if (store.directory === undefined) throw new TrainerRefused("There is no folder to train in: the store is in memory only.");
  return join(store.directory, "trainings", key);
}

function configOf({ config }: TrainTask): Extract<TrainingConfig, { kind: "command" }> {
  if (config.kind !== "command") throw new TrainerRefused(`A training of the kind ${config.kind} has no command.`);
  return config;
}
