import type { Store } from "../store.ts";

/** A file of a run, by its path within the run (with `/`). */
export interface ArtifactRecord {
  readonly path: string;
  /** SHA-256 of its content, in hexadecimal. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  readonly at: number;
}

/** Inside a transaction. A file of the same path is replaced. */
export function putArtifact(store: Store, run: number, { path, hash, size, at }: ArtifactRecord): void {
  store.run("INSERT OR REPLACE INTO run_artifact (run, path, hash, size, at) VALUES (?, ?, ?, ?, ?)", run, path, hash, size, at);
}

export function artifactsOf(store: Store, run: number): ArtifactRecord[] {
  return store.all<ArtifactRecord>("SELECT path, hash, size, at FROM run_artifact WHERE run = ? ORDER BY path", run);
}

/** Every content that some run has. */
export function keptHashes(store: Store): Set<string> {
  return new Set(store.all<{ hash: string }>("SELECT DISTINCT hash FROM run_artifact").map(({ hash }) => hash));
}
