import { stat } from "node:fs/promises";
import { join } from "node:path";

/** Files and folders that git renames or writes when HEAD or a branch moves, in either ref format. */
const WATCHED = ["HEAD", "logs/HEAD", "packed-refs", "FETCH_HEAD", "refs/heads", "refs/remotes/origin", "reftable/tables.list"];

/**
 * A text that differs whenever HEAD or a branch may have moved; `undefined` where there is no reflog to
 * tell by. A few `stat` calls instead of a process.
 */
export async function refsState(gitFolders: readonly string[]): Promise<string | undefined> {
  const marks = await Promise.all(gitFolders.flatMap((folder) => WATCHED.map((name) => mark(join(folder, name)))));
  const reflog = marks[WATCHED.indexOf("logs/HEAD")];
  return reflog === "" ? undefined : marks.join(" ");
}

async function mark(path: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(path);
    return `${ino}:${mtimeMs}:${size}`;
  } catch {
    return "";
  }
}
