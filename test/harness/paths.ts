import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The root of the repository: the extension's own folder. */
export const root = resolve(import.meta.dirname, "../..");

/** Where UI tests leave their screenshots and a failed run its logs. */
export const artifacts = join(root, "test-artifacts");

/** A fixture workspace by its name under test/fixtures; `sample` is the one that people try. */
export function fixture(name: string): string {
  return name === "sample" ? join(root, "samples/support") : join(root, "test/fixtures", name);
}

/** A folder for downloads that outlive a clone: `$LLMOPS_DEV_CACHE`, else in the user's cache directory. */
export function cacheDirectory(): string {
  const { LLMOPS_DEV_CACHE, XDG_CACHE_HOME } = process.env;
  return LLMOPS_DEV_CACHE ? resolve(LLMOPS_DEV_CACHE) : join(XDG_CACHE_HOME || join(homedir(), ".cache"), "llmops-dev");
}
