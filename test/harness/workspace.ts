import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { onExit } from "./cleanup.ts";

export interface WorkspaceCopy {
  readonly folder: string;
  /** Runs git in the folder, without the user's own configuration, and returns what it printed. */
  git(...args: string[]): string;
  /** Removes the copy; the end of this process does so too. */
  remove(): void;
}

/**
 * Copies a workspace into a temporary folder as a git repository of its own with one commit on `main`, so that
 * there is a baseline and nothing in the original changes. Run stores (`.llmops`) are not copied.
 */
export function copyWorkspace(source: string): WorkspaceCopy {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "llmops-workspace-")));
  const folder = join(parent, basename(source));
  const remove = onExit(() => rmSync(parent, { recursive: true, force: true, maxRetries: 3 }));
  cpSync(source, folder, { recursive: true, filter: (path) => basename(path) !== ".llmops" });

  const env = { ...process.env, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: "1" };
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: folder, env, encoding: "utf8" });
  git("init", "--quiet", "--template=", "--initial-branch=main");
  git("config", "user.name", "Sample");
  git("config", "user.email", "sample@example.invalid");
  git("add", ".");
  git("commit", "--quiet", "--message", "Sample");
  return { folder, git, remove };
}
