import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { once } from "../../harness/npmPackage.ts";
import { skipPartner } from "../../harness/partners.ts";
import { cacheDirectory } from "../../harness/paths.ts";

export interface Program {
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * A program of Debian's or Ubuntu's archive, unpacked into the cache without being installed: no root, and no daemon that starts by itself. The tests
 * are skipped, visibly, where it cannot be had.
 */
export function debianProgram(test: Mocha.Context, name: string, path: string, packages: readonly string[]): Program {
  const folder = join(cacheDirectory(), `debian-${name}`);
  try {
    once(folder, (temporary) => {
      mkdirSync(join(temporary, "root"), { recursive: true });
      execFileSync("apt-get", ["download", ...packages], { cwd: temporary, stdio: ["ignore", "ignore", "pipe"], timeout: 5 * 60_000 });
      for (const file of readdirSync(temporary).filter((entry) => entry.endsWith(".deb"))) execFileSync("dpkg", ["-x", file, "root"], { cwd: temporary });
    });
    if (!existsSync(join(folder, "root", path))) throw new Error(`there is no ${path} in it`);
  } catch (error) {
    return skipPartner(test, name, `it cannot be had (${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)})`);
  }
  const libraries = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map((machine) => join(folder, "root/usr/lib", machine));
  return { file: join(folder, "root", path), env: { ...process.env, LD_LIBRARY_PATH: libraries.join(":") } };
}
