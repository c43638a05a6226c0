import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** `dist.integrity` in the registry: "sha512-" and the digest in Base64. */
  readonly integrity: string;
}

/** Runs npm in `folder` without package scripts; its messages go to stderr. */
export function npm(folder: string, ...args: string[]): void {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", [...args, ...quiet], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

/**
 * Downloads a package's archive into `folder` and unpacks it to `folder`/package.
 * @param tarArguments what to take or leave out, in tar's own options.
 * @throws when the archive is not the pinned one.
 */
export function unpack(folder: string, { name, version, integrity }: PinnedPackage, ...tarArguments: string[]): void {
  npm(folder, "pack", `${name}@${version}`, "--pack-destination", folder);
  const archive = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  if (archive === undefined) throw new Error(`npm pack left no archive of ${name}@${version} in ${folder}`);
  const path = join(folder, archive);
  const actual = `sha512-${createHash("sha512").update(readFileSync(path)).digest("base64")}`;
  if (actual !== integrity) throw new Error(`${name}@${version} is not the pinned archive: expected ${integrity}, got ${actual}`);
  execFileSync("tar", ["xzf", archive, ...tarArguments], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  rmSync(path);
}

/**
 * Makes `folder` once: `fill` works in a temporary folder beside it that is renamed when complete, so that an
 * interrupted or a concurrent run leaves nothing half done.
 */
export function once(folder: string, fill: (temporary: string) => void): void {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}.`);
  try {
    fill(temporary);
    renameSync(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
