import { existsSync, watch } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../host.ts";
import type { Repository } from "./repository.ts";

/** After the last sign of an operation, this long a quiet, in milliseconds: a rebase moves HEAD many times. */
const QUIET_MS = 250;
/** Between the first and the last of these the repository is in the middle of something. */
const UNDER_WAY = ["rebase-merge", "rebase-apply", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG"];
/** Every operation that moves HEAD takes this lock in the work tree's own git folder, in either format of refs. */
const SIGNS: ReadonlySet<string> = new Set(["HEAD.lock", "HEAD", "tables.list", "tables.list.lock", ...UNDER_WAY]);
/** By the reflog: what makes a commit here. `checkout` and `reset` only go to one that is there. */
const MAKES_COMMIT = /^(commit|merge|pull|cherry-pick|revert|am|rebase(?!.*\(abort\)))/;
const REMEMBERED = 50;

export interface HeadMove {
  /** `undefined`: a branch without commits. */
  readonly commit: string | undefined;
  /** Whether it was made here (commit, amend, merge, pull, rebase, cherry-pick, revert), and not merely gone to. */
  readonly isNew: boolean;
}

/** Tells each time that HEAD has come to rest elsewhere, by watching git's own files. Returns what ends it. */
export function watchHead(repository: Repository, clock: Clock, moved: (move: HeadMove) => void): () => void {
  const folder = repository.gitFolder;
  let ended = false;
  let quiet: AbortController | undefined;
  // Looks follow each other, so that each knows what the last one saw.
  let last = repository.reflog(REMEMBERED);
  const look = async (): Promise<void> => {
    if (UNDER_WAY.some((name) => existsSync(join(folder, name)))) return;
    const before = await last;
    last = repository.reflog(REMEMBERED);
    const now = await last;
    const fresh = now.slice(0, now.length - overlap(now, before));
    const commit = await repository.resolve("HEAD");
    if (!ended && fresh.length > 0) moved({ commit, isNew: MAKES_COMMIT.test(fresh[0]!.slice(fresh[0]!.indexOf(" ") + 1)) });
  };
  const sign = (name: string | null) => {
    if (ended || (name !== null && !SIGNS.has(name))) return;
    quiet?.abort();
    quiet = new AbortController();
    clock.sleep(QUIET_MS, quiet.signal).then(look).catch(() => {});
  };
  const folders = [folder, join(folder, "reftable")].filter((path) => existsSync(path));
  const watchers = folders.map((path) => watch(path, (_event, name) => sign(name)).on("error", () => {}));
  return () => {
    ended = true;
    quiet?.abort();
    for (const watcher of watchers) watcher.close();
  };
}

/**
 * How many entries at the end of the list now were the first ones before: what comes before them is new.
 * The oldest may be gone: pushed out of the page, or expired.
 */
function overlap(now: readonly string[], before: readonly string[]): number {
  for (let fresh = 0; fresh < now.length; fresh++) {
    const rest = now.slice(fresh);
    if (rest.every((entry, index) => entry === before[index])) return rest.length;
  }
  return 0;
}
