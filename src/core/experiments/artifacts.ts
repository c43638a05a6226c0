import { createHash, randomUUID } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ArtifactRecord, putArtifact } from "../store/experiments/artifacts.ts";
import type { TrackedRun } from "../store/experiments/runs.ts";
import type { Store } from "../store/store.ts";

const MOST_BYTES = 4 * 2 ** 30;

/** An artifact that cannot be kept; its message says why. */
export class ArtifactError extends Error {}

/** The folder of the artifacts' contents. @throws {ArtifactError} where the store is in memory only. */
export function artifactFolder({ directory, notice }: Store): string {
  if (directory === undefined) throw new ArtifactError(`There is no folder to keep files in. ${notice ?? ""}`.trim());
  return join(directory, "artifacts");
}

export function artifactFile(store: Store, hash: string): string {
  return join(artifactFolder(store), hash.slice(0, 2), hash);
}

/**
 * The path of an artifact within its run, with `/` and without `.`, `..` or an empty part.
 * @throws {ArtifactError} for a path that leaves the run.
 */
export function artifactPath(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== "" && part !== ".");
  if (parts.length === 0 || parts.includes("..") || /\p{Cc}/u.test(path) || /^[a-z]:/i.test(path)) throw new ArtifactError(`${JSON.stringify(path)} is no path within a run.`);
  return parts.join("/");
}

/**
 * Keeps a file of a run. Its content is on disk, and its row stored, when this resolves; a stream that fails
 * leaves nothing.
 */
export async function keepArtifact(store: Store, run: Pick<TrackedRun, "id" | "key">, path: string, content: Readable, now: number): Promise<ArtifactRecord> {
  const within = artifactPath(path);
  const folder = artifactFolder(store);
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `incoming-${randomUUID()}`);
  const hash = createHash("sha256");
  let size = 0;
  try {
    await pipeline(
      content,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          size += chunk.length;
          if (size > MOST_BYTES) throw new ArtifactError(`${within} has more than ${MOST_BYTES / 2 ** 30} GB, the most that is kept. Keep it elsewhere, and its address as a tag.`);
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(temporary, { flush: true }),
    );
    const record = { path: within, hash: hash.digest("hex"), size, at: now };
    // In one transaction with the row: what collects garbage holds the same lock, and sees both or none.
    store.write(() => {
      const file = artifactFile(store, record.hash);
      mkdirSync(join(file, ".."), { recursive: true });
      if (!existsSync(file)) renameSync(temporary, file);
      putArtifact(store, run.id, record);
      store.emit("experiment-changed", run.key, now);
    });
    return record;
  } finally {
    await rm(temporary, { force: true });
  }
}
