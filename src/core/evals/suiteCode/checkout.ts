import { copyFile, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { SuiteCode } from "./pool.ts";
import type { Call } from "./protocol.ts";

/** Files of code as another version of the workspace has them, in a folder of their own. */
export interface Checkout {
  /** Where a file or folder of the workspace stands there. */
  path(file: string): string;
  remove(): Promise<void>;
}

const PREFIX = "checkout-";
/** Of a process that was killed, one stays behind. */
const ABANDONED_MS = 24 * 3_600_000;
const NEVER_LINKED = [".git", ".llmops"];

/**
 * Lays files of code out as the workspace is laid out. Whatever else lies in their folders (packages, data) is a link
 * to what is there now: code finds it where it always does.
 * @param files absolute path below `root` → text.
 * @param parent where the folder is made, which must be there.
 */
export async function checkOut(root: string, files: ReadonlyMap<string, string>, parent: string, now: number): Promise<Checkout> {
  await removeAbandoned(parent, now);
  const top = await mkdtemp(join(parent, PREFIX));
  const path = (file: string) => join(top, relative(root, file));
  const folders = new Set([...files.keys()].flatMap((file) => foldersTo(root, file)));
  for (const folder of folders) {
    await mkdir(path(folder), { recursive: true });
    for (const name of await readdir(folder).catch(() => [])) {
      const entry = join(folder, name);
      if (!folders.has(entry) && !files.has(entry) && !(folder === root && NEVER_LINKED.includes(name))) await link(entry, path(entry));
    }
  }
  for (const [file, text] of files) await writeFile(path(file), text, { mode: await modeOf(file) });
  return { path, remove: () => rm(top, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Runs code as a checkout has it; programs start in its copy of the suite's folder. Closing is its owner's part. */
export function suiteCodeOf({ path }: Checkout, code: SuiteCode, folder: string): SuiteCode {
  return {
    call: (call) => code.call(moved(call)),
    interpret: (call) => code.interpret(call.file === undefined ? call : { ...call, file: path(call.file) }),
    write: (call) => code.write({ ...call, cwd: path(folder) }),
    serve(options) {
      const service = code.serve({ ...options, cwd: path(folder) });
      return { ...service, ask: (call, signal) => service.ask({ ...call, file: path(call.file) }, signal) };
    },
    close() {},
  };

  function moved(call: Call): Call {
    if (call.kind === "file") return { ...call, file: path(call.file) };
    return call.kind === "prompt" ? { ...call, filters: Object.fromEntries(Object.entries(call.filters).map(([name, file]) => [name, path(file)])) } : call;
  }
}

/** The folders that lead to a file, the root first. */
function foldersTo(root: string, file: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === root || folder === dirname(folder)) return folders;
  }
}

/** Windows makes links to files only for administrators; links to folders it makes as junctions. */
async function link(target: string, at: string): Promise<void> {
  const info = await stat(target).catch(() => undefined);
  if (!info) return;
  if (info.isDirectory()) return symlink(target, at, "junction");
  await symlink(target, at, "file").catch(() => copyFile(target, at));
}

async function modeOf(file: string): Promise<number> {
  const info = await stat(file).catch(() => undefined);
  return info ? info.mode & 0o777 : 0o755;
}

async function removeAbandoned(parent: string, now: number): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const info = await stat(join(parent, name)).catch(() => undefined);
    if (info && now - info.mtimeMs > ABANDONED_MS) await rm(join(parent, name), { recursive: true, force: true, maxRetries: 3 });
  }
}
