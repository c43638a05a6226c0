import type { Snapshot } from "./snapshot.ts";

/** Some files' texts as they were kept (absolute path → text), over the rest as another snapshot has it. */
export function layeredSnapshot(kept: ReadonlyMap<string, string>, rest: Snapshot): Snapshot {
  return {
    read: (file) => (kept.has(file) ? Promise.resolve(kept.get(file)) : rest.read(file)),
    glob: (pattern, cwd) => rest.glob(pattern, cwd),
  };
}
