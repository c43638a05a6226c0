import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { once } from "./npmPackage.ts";
import { skipPartner } from "./partners.ts";
import { cacheDirectory } from "./paths.ts";

/** A program written in Go, built once into the cache: `path` is its package. The tests are skipped, visibly, where it cannot be had. */
export function goTool(test: Mocha.Context, path: string, version: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const folder = join(cacheDirectory(), `${name}-${version}`);
  try {
    once(folder, (temporary) => execFileSync("go", ["install", `${path}@${version}`], { env: { ...process.env, GOBIN: temporary }, stdio: ["ignore", "ignore", "pipe"], timeout: 10 * 60_000 }));
  } catch (error) {
    return skipPartner(test, `${name} ${version}`, `it cannot be built (${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)})`);
  }
  return join(folder, process.platform === "win32" ? `${name}.exe` : name);
}
