/**
 * The workspace at one version: the disk, a commit, or the files a baseline kept. Suites are loaded
 * through it, so that a baseline's prompts are read by the same code as today's. Paths are absolute
 * and native; a snapshot answers only for files under its root.
 */
export interface Snapshot {
  /**
   * The file's text without a byte-order mark; `undefined` when this version has no such file.
   * @throws {SnapshotError} when it exists but cannot be read (outside the root, too large, not text).
   */
  read(file: string): Promise<string | undefined>;
  /** Absolute paths of the files that match a glob (`/` separators), sorted. */
  glob(pattern: string, cwd: string): Promise<string[]>;
}

export class SnapshotError extends Error {
  readonly reason: "outside" | "too-large" | "unreadable" | "directory";
  constructor(reason: SnapshotError["reason"], message: string) {
    super(message);
    this.name = "SnapshotError";
    this.reason = reason;
  }
}
