import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { relativePosix } from "../config/settings.ts";
import type { Workspace } from "../regression/workspace.ts";
import { putExperiment } from "../store/experiments/experiments.ts";
import { createTracked, type NewTrackedRun, type TrackedRun } from "../store/experiments/runs.ts";
import { recordVersion } from "../store/versions.ts";
import { addBatch, batchOf, type Entry } from "./entry.ts";

export interface StartOptions {
  readonly kind: NewTrackedRun["kind"];
  readonly name: string | undefined;
  readonly experiment: string | undefined;
  readonly parent: TrackedRun | undefined;
  /** Files, absolute. The texts of prompts are kept, of data only the hash. */
  readonly prompts: readonly string[];
  readonly data: readonly string[];
  readonly entry: Entry;
}

const DEFAULT_EXPERIMENT = "Default";

/**
 * Begins a run that a script logs to, with the commit it is made at; returns its key.
 * @param beside stores in the same transaction what else belongs to the run; gets its id and the hashes of the data.
 * @throws when a file cannot be read, or `beside` does, before anything is stored.
 */
export async function startTracked({ root, host, store, repository }: Workspace, options: StartOptions, beside: (id: number, data: Readonly<Record<string, string>>) => void = () => {}): Promise<string> {
  const now = host.clock.now();
  const texts = await Promise.all(options.prompts.map(async (file) => [relativePosix(root, file), await readFile(file, "utf8")] as const));
  const hashes = await Promise.all(options.data.map(async (file) => [relativePosix(root, file), await fileHash(file)] as const));
  const commit = await repository?.resolve("HEAD");
  const key = randomUUID();
  const experiment = options.experiment ?? DEFAULT_EXPERIMENT;
  const prompts = texts.length === 0 ? undefined : recordVersion(store, experiment, new Map(texts), now);
  store.write(() => {
    const id = createTracked(store, {
      key,
      kind: options.kind,
      experimentId: putExperiment(store, experiment, now),
      name: options.name,
      startedAt: now,
      commit,
      prompts,
      data: hashes.length === 0 ? undefined : Object.fromEntries(hashes),
      environment: { machine: host.identity.machine, platform: host.platform },
      parent: options.parent?.id,
    });
    addBatch(store, id, batchOf(options.entry, now));
    beside(id, Object.fromEntries(hashes));
  });
  return key;
}

async function fileHash(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
