import { execFileSync } from "node:child_process";
import { cpSync, realpathSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");
/** The built engine. */
export const ENGINE = join(ROOT, "dist/engine.js");

/** What would make a run on this machine another than on the next: keys, proxies, colours, a person's git configuration. */
const OWN = /^(OPENAI_|LLMOPS_|CI$|NO_COLOR$|FORCE_COLOR$|(https?|all|no)_proxy$)/i;
export const ENV: NodeJS.ProcessEnv = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !OWN.test(name))), GIT_CONFIG_GLOBAL: "/dev/null" };

/** Git in a folder, by a person of its own. */
export function gitIn(folder: string): (...args: string[]) => string {
  return (...args) => execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.invalid", ...args], { cwd: folder, env: ENV, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** Makes a folder a repository whose `main` has all that is in it. */
export function commitAll(folder: string): (...args: string[]) => string {
  const git = gitIn(folder);
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-qm", "Sample");
  return git;
}

/** A copy of the sample, with a commit; gone after the test. */
export function sampleFolder(): { folder: string; git: (...args: string[]) => string; remove: () => void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "llmops-sample-")));
  cpSync(join(ROOT, "samples/support"), folder, { recursive: true, filter: (path) => !path.includes(".llmops") });
  return { folder, git: commitAll(folder), remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

/** The sample's prompt without the five examples of one category: a regression. */
export function withoutRefunds(prompt: string): string {
  return prompt
    .split("\n")
    .filter((line) => !line.includes("-> refund"))
    .join("\n");
}
