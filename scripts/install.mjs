// Brings node_modules in line with package-lock.json. Runs on any Node >= 20 and before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the dependencies when they are missing or are not those of the lock file. Throws when npm fails. */
export function ensureInstalled() {
  const missing = !existsSync(join(root, "node_modules"));
  if (!missing && isUpToDate()) return;
  console.log(missing ? "Installing the dependencies (once)…" : "Updating the dependencies…");
  // Scripts are not needed: every binary we use is shipped inside a package of its platform.
  const args = [missing ? "ci" : "install", "--ignore-scripts", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" });
  if (status !== 0) throw new Error(`"npm ${args.join(" ")}" failed in ${root}. Its message is above; the npm registry must be reachable.`);
}

/** Whether what npm recorded in node_modules has every required package of the lock file in its version. */
function isUpToDate() {
  const installed = packages("node_modules/.package-lock.json");
  return Object.entries(packages("package-lock.json")).every(
    ([path, wanted]) => path === "" || wanted.optional || installed[path]?.version === wanted.version,
  );
}

/** The packages of a lock file by path; none when the file is not there. */
function packages(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), "utf8")).packages;
  } catch {
    return {};
  }
}
