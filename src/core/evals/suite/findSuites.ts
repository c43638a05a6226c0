import type { Snapshot } from "../../config/snapshot.ts";

/** Suites by their names: promptfoo's own convention, and GitHub's. */
const PATTERN = "**/{promptfooconfig*.{yaml,yml,json},*.prompt.{yml,yaml}}";

/** The suites below a folder, absolute paths, sorted. */
export function findSuites(snapshot: Snapshot, folder: string): Promise<string[]> {
  return snapshot.glob(PATTERN, folder);
}
