import { localImports } from "../suiteCode/imports.ts";
import type { Place, SuiteSource } from "./source.ts";

/** A script that imports more files than this is about more than its suite. */
const MOST_IMPORTS = 200;

/**
 * Reads a file of code with what it imports from the workspace: all of it decides what the code does, and is part of
 * the suite's version. @returns its absolute path; what cannot be read is a problem at the reference.
 */
export async function readScript(source: SuiteSource, path: string, place: Place): Promise<string | undefined> {
  const read = await source.read(path, place);
  if (!read) return undefined;
  const open = [read];
  const found = new Set<string>([read.file]);
  for (let next = open.pop(); next && found.size <= MOST_IMPORTS; next = open.pop()) {
    source.scripts.add(next.file);
    for (const candidates of localImports(next.file, next.text)) {
      const imported = await source.find(candidates);
      if (!imported || found.has(imported.file)) continue;
      found.add(imported.file);
      open.push(imported);
    }
  }
  return read.file;
}
