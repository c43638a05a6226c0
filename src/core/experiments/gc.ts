import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { keptHashes } from "../store/experiments/artifacts.ts";
import { type Collected, collectOutputs } from "../store/experiments/gc.ts";
import type { Store } from "../store/store.ts";
import { artifactFolder } from "./artifacts.ts";

/** An upload that has written nothing for so long was cut off. */
const CUT_OFF_MS = 24 * 3600 * 1000;

export interface Garbage extends Collected {
  readonly files: number;
  /** Bytes of them. */
  readonly bytes: number;
}

/** Takes away what deleted runs left and no other run shares: outputs, and files of artifacts. */
export function collectGarbage(store: Store, now: number): Garbage {
  const collected = collectOutputs(store);
  if (store.directory === undefined) return { ...collected, files: 0, bytes: 0 };
  const folder = artifactFolder(store);
  return store.write(() => {
    const kept = keptHashes(store);
    let files = 0;
    let bytes = 0;
    for (const entry of entries(folder)) {
      for (const name of entry.isDirectory() ? entries(join(folder, entry.name)).map((file) => join(entry.name, file.name)) : [entry.name]) {
        const { size, mtimeMs } = statSync(join(folder, name));
        const hash = name.slice(name.length - 64);
        if (entry.isDirectory() ? kept.has(hash) : now - mtimeMs < CUT_OFF_MS) continue;
        rmSync(join(folder, name), { force: true });
        files++;
        bytes += size;
      }
    }
    return { ...collected, files, bytes };
  });
}

function entries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
