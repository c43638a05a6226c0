import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { ArtifactError, keepArtifact } from "../../core/experiments/artifacts.ts";
import { batchOf, logBatches } from "../../core/experiments/entry.ts";
import { startTracked } from "../../core/experiments/start.ts";
import { type EndStatus, END_STATUSES, KINDS, type TrackedRun, updateTracked } from "../../core/store/experiments/runs.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { loggedRun } from "./find.ts";
import { logLines } from "./lines.ts";
import { type EntryOptions, entryOf } from "./pairs.ts";

interface StartCommand extends EntryOptions {
  kind?: string;
  name?: string;
  experiment?: string;
  parent?: string;
  prompt?: string[];
  data?: string[];
  json?: boolean;
}

export async function startCommand(front: Front, options: StartCommand): Promise<number> {
  const kind = oneOf("--kind", KINDS, options.kind ?? "script");
  const workspace = await front.workspace();
  // Of an id that nothing can be logged to, nobody has anything; why it is so has been said.
  if (workspace.store.directory === undefined) throw new UsageError("There is nothing to keep the run in: it was not begun.");
  const parent = options.parent === undefined ? undefined : loggedRun(workspace.store, options.parent);
  const files = (names: readonly string[] = []) => names.map((name) => resolve(front.cwd, name));
  try {
    const runId = await startTracked(workspace, { kind, name: options.name, experiment: options.experiment, parent, prompts: files(options.prompt), data: files(options.data), entry: entryOf(options) });
    front.print(options.json ? JSON.stringify({ runId }) : runId);
  } catch (error) {
    throw readable(error);
  }
  return EXIT.ok;
}

export async function logCommand(front: Front, key: string, options: EntryOptions & { stdin?: boolean; json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const run = loggedRun(store, key);
  const entry = entryOf(options);
  if (!options.stdin && [entry.metrics, entry.params, entry.tags].every((values) => Object.keys(values ?? {}).length === 0)) throw new UsageError("Log what? It takes --metric, --param, --tag or --stdin.");
  const now = front.host.clock.now();
  const [refused] = logBatches(store, run, [batchOf(entry, now)], now);
  if (refused) throw new UsageError(refused.reason);
  if (options.stdin) return logLines(front, store, run, options.json === true);
  if (options.json) front.print(JSON.stringify({ runId: run.key, stored: 1, refused: 0 }));
  return EXIT.ok;
}

export async function artifactCommand(front: Front, key: string, names: readonly string[], options: { path?: string; json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const run = loggedRun(store, key);
  const kept: object[] = [];
  try {
    for (const { file, path } of (await Promise.all(names.map((name) => filesAt(resolve(front.cwd, name))))).flat()) {
      const record = await keepArtifact(store, run, options.path === undefined ? path : `${options.path}/${path}`, createReadStream(file), front.host.clock.now());
      kept.push(record);
      if (!options.json) front.print(`${record.path}   ${record.size} bytes`);
    }
  } catch (error) {
    throw readable(error);
  }
  if (options.json) front.print(JSON.stringify({ runId: run.key, artifacts: kept }));
  return EXIT.ok;
}

export async function endCommand(front: Front, key: string, options: { status?: string; json?: boolean }): Promise<number> {
  const status = oneOf("--status", END_STATUSES, options.status ?? "completed");
  const { store } = await front.workspace();
  const run = loggedRun(store, key);
  end(store, run, status, front.host.clock.now());
  if (options.json) front.print(JSON.stringify({ runId: run.key, status }));
  return EXIT.ok;
}

/** Ending a run again as it ended is nothing new: a script that is repeated may do so. */
function end(store: Parameters<typeof updateTracked>[0], run: TrackedRun, status: EndStatus, now: number): void {
  if (run.status === status) return;
  if (run.status !== "running") throw new UsageError(`The run ${run.key} has ended already: it ${run.status === "completed" ? "is completed" : run.status === "failed" ? "has failed" : "was cancelled"}.`);
  store.write(() => updateTracked(store, run, { status, endedAt: now }, now));
}

/** A file, or all files below a folder, with their paths within the run. */
async function filesAt(path: string): Promise<{ file: string; path: string }[]> {
  if (!(await stat(path)).isDirectory()) return [{ file: path, path: basename(path) }];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort().map((file) => ({ file, path: join(basename(path), file.slice(path.length)) }));
}

function readable(error: unknown): unknown {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (error instanceof ArtifactError) return new UsageError(message);
  return code !== undefined && path !== undefined ? new UsageError(`${path} cannot be read (${code}).`) : error;
}

function oneOf<T extends string>(option: string, known: readonly T[], value: string): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new UsageError(`${option} is one of ${known.join(", ")}, not ${JSON.stringify(value)}.`);
  return found;
}
