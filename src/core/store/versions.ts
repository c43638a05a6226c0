import { contentHash, type Store } from "./store.ts";

/** A suite's files at one moment: posix paths relative to the root → text. */
export type VersionFiles = ReadonlyMap<string, string>;

/** Identity of a version: its files' names and contents. */
export function versionHash(files: VersionFiles): string {
  const lines = [...files].map(([path, text]) => `${path}\0${contentHash(text)}`).sort();
  return contentHash(lines.join("\n"));
}

/** Keeps a version's texts; a version already kept stays as it is. Returns its hash. */
export function recordVersion(store: Store, suite: string, files: VersionFiles, at: number): string {
  const hash = versionHash(files);
  if (store.get("SELECT 1 FROM version WHERE hash = ?", hash)) return hash;
  store.write(() => {
    const { changes } = store.run("INSERT OR IGNORE INTO version (hash, suite, at) VALUES (?, ?, ?)", hash, suite, at);
    if (changes === 0) return;
    for (const [path, text] of files) store.run("INSERT INTO version_file (version, path, body) VALUES (?, ?, ?)", hash, path, store.putBody(text));
    store.emit("version-recorded", suite, at);
  });
  return hash;
}

/** The oldest version kept of a suite: without git, the text before the first edit. */
export function firstVersion(store: Store, suite: string): { hash: string; at: number } | undefined {
  return store.get<{ hash: string; at: number }>("SELECT hash, at FROM version WHERE suite = ? ORDER BY at, rowid LIMIT 1", suite);
}

export function versionFiles(store: Store, hash: string): VersionFiles {
  const rows = store.all<{ path: string; body: string }>(
    "SELECT path, output.body AS body FROM version_file JOIN output ON output.id = version_file.body WHERE version = ? ORDER BY path",
    hash,
  );
  return new Map(rows.map((row) => [row.path, row.body]));
}
