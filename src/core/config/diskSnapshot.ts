import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, isAbsolute, sep } from "node:path";
import { type Snapshot, SnapshotError } from "./snapshot.ts";

/** Larger files are not read: a mistaken reference must not fill the memory. */
const MOST_BYTES = 64 * 2 ** 20;
const IGNORED = ["**/node_modules/**", "**/.git/**", "**/.llmops/**"];

/** The workspace as it is on disk, under `root`: a link that leads out of it is refused. */
export function diskSnapshot(root: string): Snapshot {
  let realRoot: Promise<string> | undefined;
  return {
    async read(file) {
      // Where the folder itself is not there, none of its files is.
      realRoot ??= realpath(root).catch(() => root);
      let real: string;
      try {
        real = await realpath(file);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw new SnapshotError("unreadable", `${basename(file)} cannot be read (${codeOf(error)}).`);
      }
      if (!isInside(await realRoot, real)) throw new SnapshotError("outside", `${file} is outside of the workspace ${root}. Files of a suite must be inside it.`);
      const info = await stat(real);
      if (info.isDirectory()) throw new SnapshotError("directory", `${file} is a folder.`);
      if (info.size > MOST_BYTES) throw new SnapshotError("too-large", `${basename(file)} has ${Math.round(info.size / 2 ** 20)} MB; at most ${MOST_BYTES / 2 ** 20} MB are read.`);
      try {
        return (await readFile(real, "utf8")).replace(/^\uFEFF/, "");
      } catch (error) {
        throw new SnapshotError("unreadable", `${basename(file)} cannot be read (${codeOf(error)}).`);
      }
    },
    async glob(pattern, cwd) {
      const { glob } = await import("tinyglobby");
      const found = await glob([pattern], { cwd, absolute: true, ignore: IGNORED, followSymbolicLinks: false, expandDirectories: false });
      return found.map((path) => join(dirname(path), basename(path))).sort();
    },
  };
}

export function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path === "" || (path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path));
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR";
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
