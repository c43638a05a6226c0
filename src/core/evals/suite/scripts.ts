import { localImports } from "../suiteCode/imports.ts";
import type { Place, SuiteSource } from "./source.ts";

/** A script that imports more files than this is about more than its suite. */
const MOST_IMPORTS = 200;

/**
 * Reads a file of code with what it imports from the workspace: all of it decides what the code does, and is part of
 * the suite's version. @returns its absolute path; what cannot be read is a problem at the reference.
 */
export async function readScript(source: SuiteSource, path: string, place: Place): Promise<string | undefined> {
  return (await readScriptFiles(source, path, place))?.[0];
}

/** Of a command's parts those that are files from the suite's folder, read as code; `undefined` for the others. */
export function readScriptsOf(source: SuiteSource, parts: readonly string[], place: Place): Promise<(string | undefined)[]> {
  return Promise.all(parts.map(async (part) => ((await source.exists(part)) ? readScript(source, part, place) : undefined)));
}

/** As `readScript`; the file's own path and those of what it imports. */
export async function readScriptFiles(source: SuiteSource, path: string, place: Place): Promise<string[] | undefined> {
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
  return [...found];
}
