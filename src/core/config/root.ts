import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";

export const CONFIG_FILE = "llmops.yaml";
const STORE_FOLDER = ".llmops";

export interface Root {
  /** Absolute folder to which all paths of the configuration are relative. */
  readonly folder: string;
  /** `llmops.yaml`, where there is one. */
  readonly configFile: string | undefined;
  /** Root of the git work tree it lies in. */
  readonly gitRoot: string | undefined;
}

/**
 * The root of what is in `folder` (a suite's own): the nearest folder upwards with a `llmops.yaml`,
 * else the git root, else `folder` itself. The search does not leave the git work tree: a baseline
 * could not follow it there.
 */
export async function findRoot(
  folder: string,
  options: { exists: (path: string) => Promise<boolean>; gitRoot: (folder: string) => Promise<string | undefined> },
): Promise<Root> {
  const start = resolve(folder);
  const found = await options.gitRoot(start);
  const gitRoot = found === undefined ? undefined : resolve(found);
  for (let current = start; ; current = dirname(current)) {
    const configFile = join(current, CONFIG_FILE);
    if (await options.exists(configFile)) return { folder: current, configFile, gitRoot };
    if (current === gitRoot || current === dirname(current)) break;
  }
  return { folder: gitRoot ?? start, configFile: undefined, gitRoot };
}

/** The git work tree around a folder, found by its `.git` (a folder, or a file in linked work trees): runs no git. */
export async function findGitRoot(folder: string, exists: (path: string) => Promise<boolean>): Promise<string | undefined> {
  for (let current = resolve(folder); ; current = dirname(current)) {
    if (await exists(join(current, ".git"))) return current;
    if (current === dirname(current)) return undefined;
  }
}

/**
 * Where a root keeps its store: `.llmops` in it; in a linked work tree the same folder of the main
 * one, so that they share results.
 * @param read a file's text; `undefined` when there is none or it is a folder.
 */
export async function storeFolder(root: Pick<Root, "folder" | "gitRoot">, read: (file: string) => Promise<string | undefined>): Promise<string> {
  const main = root.gitRoot === undefined ? undefined : await mainWorkTree(root.gitRoot, read);
  const folder = main === undefined ? root.folder : join(main, relative(root.gitRoot!, root.folder));
  return join(folder, STORE_FOLDER);
}

/** A linked work tree's `.git` file names its folder in the main repository; `commondir` there leads to the repository. */
async function mainWorkTree(gitRoot: string, read: (file: string) => Promise<string | undefined>): Promise<string | undefined> {
  const dotGit = join(gitRoot, ".git");
  const gitFolder = /^gitdir: (.+)$/m.exec((await read(dotGit)) ?? "")?.[1]?.trim();
  if (gitFolder === undefined) return undefined;
  const own = isAbsolute(gitFolder) ? gitFolder : resolve(gitRoot, gitFolder);
  const [common, back] = await Promise.all([read(join(own, "commondir")), read(join(own, "gitdir"))]);
  if (common === undefined || back === undefined) return undefined;
  // A `.git` file that the repository does not know (copied, forged) must not lead the store elsewhere.
  if (resolve(own, back.trim()) !== resolve(dotGit)) return undefined;
  const repository = resolve(own, common.trim());
  return basename(repository) === ".git" ? dirname(repository) : undefined;
}
