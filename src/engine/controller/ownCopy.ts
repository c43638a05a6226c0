import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const FOLDER = "controller";

/**
 * A copy of the bundle that a controller runs from, in the store's folder: an update of the extension must not delete code under it.
 * Returns the copy's entry; the entry itself where it is no bundle (sources).
 */
export function ownCopy(entry: string, directory: string): string {
  const code = join(dirname(entry), "engine");
  if (basename(entry) !== "engine.js" || !existsSync(join(code, "main.mjs"))) return entry;
  const { mtimeMs, size } = statSync(join(code, "main.mjs"));
  const copy = join(directory, FOLDER, `${Math.round(mtimeMs)}-${size}`);
  if (!existsSync(copy)) {
    const building = `${copy}.${process.pid}`;
    mkdirSync(building, { recursive: true });
    cpSync(entry, join(building, "engine.js"));
    cpSync(code, join(building, "engine"), { recursive: true, filter: (path) => !path.endsWith(".map") });
    try {
      renameSync(building, copy);
    } catch {
      // Another window was faster.
      rmSync(building, { recursive: true, force: true });
    }
  }
  return join(copy, "engine.js");
}

/** Removes copies of other versions; the caller is the only controller of the store. */
export function removeOtherCopies(entry: string, directory: string): void {
  const folder = join(directory, FOLDER);
  if (!entry.startsWith(folder)) return;
  for (const name of readdirSync(folder)) if (join(folder, name) !== dirname(entry)) rmSync(join(folder, name), { recursive: true, force: true });
}
