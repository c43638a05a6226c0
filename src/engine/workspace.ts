import { readFile } from "node:fs/promises";
import { diskSnapshot } from "../core/config/diskSnapshot.ts";
import { findGitRoot, findRoot, storeFolder } from "../core/config/root.ts";
import { findRepository } from "../core/git/repository.ts";
import type { Host } from "../core/host.ts";
import type { Workspace } from "../core/regression/workspace.ts";
import { markInterrupted } from "../core/store/runs.ts";
import { openStore } from "../core/store/open.ts";
import { exists } from "./exists.ts";

/**
 * Opens the workspace that a folder belongs to: its root, its repository and its store. Runs that a
 * crash cut off are marked.
 */
export async function openWorkspace(folder: string, host: Host): Promise<Workspace> {
  const root = await findRoot(folder, { exists, gitRoot: (start) => findGitRoot(start, exists) });
  const [repository, directory] = await Promise.all([root.gitRoot === undefined ? undefined : findRepository(root.folder, host.env), storeFolder(root, textOf)]);
  const store = await openStore(directory, host.clock.now);
  markInterrupted(store, { host: host.identity.machine, isAlive, at: host.clock.now() });
  return { root: root.folder, host, store, repository, disk: diskSnapshot(root.folder) };
}

function textOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}

/** `kill(pid, 0)` answers without sending anything; EPERM means somebody else's process, alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
