import { realpathSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { SimpleGit } from "simple-git";
import type { Processes } from "../host.ts";
import { refsState } from "./refsState.ts";

/**
 * A repository's own configuration can execute code (hooks, fsmonitor, signature programs, external
 * diffs), so every command runs with those off, never touches the index, and never asks anything.
 * Nor does it fetch what a partial clone lacks: the server's program is configuration too. Older gits do
 * not know GIT_NO_LAZY_FETCH, so no protocol is allowed either.
 */
const HARDENED = ["core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false"];
const ENVIRONMENT = { GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_NOSYSTEM: "1", GIT_NO_LAZY_FETCH: "1", GIT_ALLOW_PROTOCOL: "none", LC_ALL: "C" };
const TIMEOUT_MS = 10_000;
const PACK_TIMEOUT_MS = 120_000;
const REMEMBERED = 300;

/** Reads a git repository. Only plumbing that no configuration can divert: rev-parse, cat-file, ls-tree, merge-base, log. */
export class Repository {
  /** Absolute path of the work tree. */
  readonly root: string;
  private readonly git: SimpleGit;
  private readonly gitFolders: readonly string[];
  /** What HEAD stands for; `undefined`: what it is. */
  private readonly head: string | undefined;
  /** Answers by command; of those that refs decide, together with the state of the refs. */
  private readonly known = new Map<string, Promise<string | undefined>>();

  /**
   * Use `findRepository`.
   * @param gitFolders the work tree's own git folder and the one it shares with others.
   */
  constructor(root: string, git: SimpleGit, gitFolders: readonly string[], head?: string) {
    this.root = root;
    this.git = git;
    this.gitFolders = gitFolders;
    this.head = head;
  }

  /** The work tree's own git folder. */
  get gitFolder(): string {
    return this.gitFolders[0]!;
  }

  /** What moved HEAD here, newest first: `COMMIT action: …`, as `commit (amend): Shorter greeting`. */
  async reflog(limit: number): Promise<string[]> {
    const out = await this.try("log", "-g", `--max-count=${limit}`, "--format=%H %gs", "--no-ext-diff", "--no-textconv", "HEAD");
    return (out ?? "").split("\n").filter(Boolean);
  }

  /** The same repository with a commit (full id) in the place of HEAD, whatever is checked out. */
  at(commit: string): Repository {
    return new Repository(this.root, this.git, this.gitFolders, commit);
  }

  /** The commit's full id; `undefined` when there is no such revision (an empty repository's HEAD, say). */
  async resolve(revision: string): Promise<string | undefined> {
    if (revision === "HEAD" && this.head !== undefined) return this.head;
    const out = await this.now("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
    return out?.trim() || undefined;
  }

  /** The current branch's short name; `undefined` on a detached HEAD. */
  async branch(): Promise<string | undefined> {
    return (await this.now("symbolic-ref", "--quiet", "--short", "HEAD"))?.trim() || undefined;
  }

  /** The default branch as a revision: what `origin/HEAD` points at, else a `main` or `master` that exists, here or (as CI checks out) only there. */
  async defaultBranch(): Promise<string | undefined> {
    const remote = (await this.now("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"))?.trim();
    for (const candidate of [remote, "main", "master", "origin/main", "origin/master"]) if (candidate && (await this.resolve(candidate))) return candidate;
    return undefined;
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    return (await this.now("merge-base", "--end-of-options", a, b))?.trim() || undefined;
  }

  /** A commit's first-parent ancestors, nearest first, itself not included. */
  async ancestors(commit: string, limit: number): Promise<string[]> {
    const out = await this.always("rev-list", "--first-parent", `--max-count=${limit + 1}`, "--end-of-options", commit);
    return (out ?? "").split("\n").filter(Boolean).slice(1);
  }

  /**
   * Paths (relative to the repository's root, with `/`) of the files that differ between two commits; without
   * `from`, what `to` changed against its first parent, or all it has where it has none. `undefined` when git
   * cannot say: a parent beyond a shallow clone's edge, say.
   */
  async changedFiles(from: string | undefined, to: string): Promise<string[] | undefined> {
    const parents = from === undefined ? ((await this.always("cat-file", "commit", to)) ?? "").split("\n\n", 1)[0]!.match(/(?<=^parent )[0-9a-f]+$/gm) : [from];
    const trees = parents?.[0] === undefined ? [to] : [parents[0], to];
    const out = await this.always("diff-tree", "-r", "-z", "--root", "--name-only", "--no-commit-id", "--no-renames", "--no-ext-diff", "--no-textconv", "--end-of-options", ...trees);
    return out?.split("\0").filter(Boolean);
  }

  /** The person that git would name as committer here: `Name <address>`; `undefined` where nobody is configured. */
  async person(): Promise<string | undefined> {
    return (await this.try("var", "GIT_COMMITTER_IDENT"))?.replace(/ \d+ [+-]\d+\s*$/, "");
  }

  /** Where git looks for hooks when a person calls it (we never let it run one). */
  async hooksFolder(): Promise<string> {
    const configured = (await this.try("config", "--local", "--type=path", "--get", "core.hooksPath")) ?? (await this.try("config", "--global", "--type=path", "--get", "core.hooksPath"));
    return configured?.trim() ? resolve(this.root, configured.trim()) : join(this.gitFolders.at(-1)!, "hooks");
  }

  /** A commit's first line. */
  async subject(commit: string): Promise<string | undefined> {
    return (await this.always("log", "-1", "--format=%s", "--no-ext-diff", "--no-textconv", "--end-of-options", commit))?.trim();
  }

  /** Committer date, milliseconds since the epoch. */
  async commitTime(commit: string): Promise<number | undefined> {
    const out = await this.always("log", "-1", "--format=%ct", "--no-ext-diff", "--no-textconv", "--end-of-options", commit);
    return out ? Number(out.trim()) * 1000 : undefined;
  }

  /** Text of a file at a commit; `undefined` when the commit has no such file. `file` is absolute. */
  async show(commit: string, file: string): Promise<string | undefined> {
    return this.always("cat-file", "blob", `${commit}:${this.pathOf(file)}`);
  }

  /**
   * Some commits with all of their files, but without their history, as git packs objects.
   * @param processes git writes bytes, which its reader here does not pass on.
   * @throws when it is larger than `maxBytes`.
   */
  async pack(processes: Pick<Processes, "run">, commits: readonly string[], maxBytes: number): Promise<Uint8Array> {
    const objects = await this.always("rev-list", "--objects", "--no-walk", "--end-of-options", ...commits);
    const names = (objects ?? "").replace(/ .*$/gm, "");
    const args = [...HARDENED.flatMap((setting) => ["-c", setting]), "pack-objects", "--stdout", "-q", "--threads=1"];
    const { code, stdout, stderr } = await processes.run("git", args, { cwd: this.root, env: ENVIRONMENT, findPrograms: true, input: names, timeoutMs: PACK_TIMEOUT_MS, maxBytes });
    if (code !== 0) throw new Error(`git could not pack ${commits.map((commit) => commit.slice(0, 7)).join(", ")}: ${stderr.trim()}`);
    return stdout;
  }

  /** Absolute paths of all files of a commit under a folder. */
  async list(commit: string, folder: string): Promise<string[]> {
    const under = this.pathOf(folder);
    const out = await this.always("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, ...(under ? ["--", `${under}/`] : []));
    return (out ?? "")
      .split("\0")
      .filter(Boolean)
      .map((path) => `${this.root}${sep}${path.split("/").join(sep)}`);
  }

  /** The main work tree's root: linked worktrees share its store. */
  async mainWorktree(): Promise<string> {
    const out = await this.try("worktree", "list", "--porcelain", "-z");
    return /^worktree ([^\0]+)/.exec(out ?? "")?.[1] ?? this.root;
  }

  private pathOf(file: string): string {
    return relative(this.root, file).split(sep).join("/");
  }

  /** What refs decide: asked again only when they have moved, as a process costs 5 ms and a save asks four. */
  private async now(...args: string[]): Promise<string | undefined> {
    const state = await refsState(this.gitFolders);
    return state === undefined ? this.try(...args) : this.remembered(`${state} ${args.join(" ")}`, args);
  }

  /** What a commit's id decides, which never changes. */
  private always(...args: string[]): Promise<string | undefined> {
    return this.remembered(args.join(" "), args);
  }

  private remembered(key: string, args: string[]): Promise<string | undefined> {
    let answer = this.known.get(key);
    if (!answer) {
      if (this.known.size >= REMEMBERED) this.known.clear();
      answer = this.try(...args);
      this.known.set(key, answer);
      // Nothing may have gone wrong for good: a time-out is asked again.
      void answer.then((found) => found === undefined && this.known.delete(key));
    }
    return answer;
  }

  private async try(...args: string[]): Promise<string | undefined> {
    try {
      return await this.git.raw(args);
    } catch {
      return undefined;
    }
  }
}

/**
 * The repository a folder belongs to; `undefined` when there is none, or no git.
 * `env`: what git may see of the environment (its PATH and home).
 */
export async function findRepository(folder: string, env: Readonly<Record<string, string | undefined>>): Promise<Repository | undefined> {
  const { simpleGit } = await import("simple-git");
  const open = (baseDir: string) =>
    simpleGit({
      baseDir,
      config: HARDENED,
      timeout: { block: TIMEOUT_MS, stdOut: false, stdErr: false },
      allowEnvironment: Object.keys(ENVIRONMENT),
      unsafe: { allowUnsafeFsMonitor: true, allowUnsafeHooksPath: true },
    }).env({ ...passed(env), ...ENVIRONMENT });
  try {
    const [top, own, common] = (await open(folder).raw(["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", "--git-common-dir"])).trim().split("\n");
    if (!top) return undefined;
    const root = realpathSync.native(top);
    return new Repository(root, open(root), [own, common].filter((path) => path !== undefined));
  } catch {
    return undefined;
  }
}

function passed(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = ["PATH", "Path", "HOME", "USERPROFILE", "SYSTEMROOT", "SystemRoot", "TEMP", "TMP", "XDG_CONFIG_HOME"];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
