import type { Store } from "../store.ts";

/** A data file as it was once. */
export interface DataVersion {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** SHA-256 of its content. */
  readonly hash: string;
  readonly at: number;
  /** JSON of what was found in it. */
  readonly report: string;
}

/** Keeps what a version is; looked at again, it is the newest. */
export function putDataVersion(store: Store, { path, hash, at, report }: DataVersion): void {
  store.write(() => {
    store.run("DELETE FROM data_version WHERE path = ? AND hash = ?", path, hash);
    store.run("INSERT INTO data_version (path, hash, at, report) VALUES (?, ?, ?, ?)", path, hash, at, report);
  });
}

/** Newest first. */
export function dataVersions(store: Store, path: string, limit: number): DataVersion[] {
  return store.all<DataVersion>("SELECT path, hash, at, report FROM data_version WHERE path = ? ORDER BY id DESC LIMIT ?", path, limit);
}
