import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { node24 } from "../../scripts/node24.mjs";
import { nativeStandIns } from "./nativeStandIns.ts";
import { npm, once, unpack, type PinnedPackage } from "./npmPackage.ts";
import { cacheDirectory } from "./paths.ts";

/** The server half of VS Code 1.139.1, as npm has it. */
const codeServer: PinnedPackage = {
  name: "code-server",
  version: "4.139.1",
  integrity: "sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==",
};

/** Raise it when what `fill` leaves in the folder changes. */
const recipe = 2;

/** Extensions and packages for sign-in, tunnels, telemetry and chat: nothing that a workspace of ours needs. */
const unusedExtensions = ["copilot", "mermaid-markdown-features", "microsoft-authentication", "tunnel-forwarding", "prompt-basics"];
const unusedPackages =
  /^(@github\/.*|@microsoft\/mxc-sdk|@devcontainers\/cli|@vscode\/(copilot-api|deviceid|native-watchdog|sandbox-runtime|spdlog|sqlite3|windows-.*)|detect-libc|kerberos|node-addon-api|ssh2|tar|zod)$/;

export interface Editor {
  /** The Node executable that runs the server. */
  readonly node: string;
  /** The server's main script. */
  readonly server: string;
}

/** Installs VS Code's server into the cache, once (about 300 MB), and says where it is. Needs the npm registry and tar. */
export function installEditor(): Editor {
  const { platform, arch } = process;
  if (platform === "win32") throw new Error("VS Code's server from npm does not run on Windows. Use the desktop editor.");
  const folder = join(cacheDirectory(), `vscode-server-${codeServer.version}-${platform}-${arch}-${recipe}`);
  once(folder, (temporary) => {
    console.log(`Installing VS Code's server into ${folder} (once)…`);
    fill(temporary, `${platform}-${arch}`);
  });
  return { node: node24(), server: join(folder, "out/server-main.js") };
}

function fill(folder: string, machine: string): void {
  const exclude = unusedExtensions.map((name) => `--exclude=package/lib/vscode/extensions/${name}`);
  unpack(folder, codeServer, "--strip-components=3", ...exclude, "package/lib/vscode");

  const manifest = join(folder, "package.json");
  const { dependencies, ...rest } = JSON.parse(readFileSync(manifest, "utf8")) as { dependencies: Record<string, string> };
  const used = Object.entries(dependencies).filter(([name]) => !unusedPackages.test(name));
  writeFileSync(manifest, JSON.stringify({ ...rest, dependencies: Object.fromEntries(used) }));
  // "npm ci" refuses a changed manifest; "install" still takes every version from the shrinkwrap beside it.
  npm(folder, "install", "--omit=dev");
  npm(join(folder, "extensions"), "install", "--omit=dev");

  const modules = join(folder, "node_modules");
  for (const [name, code] of Object.entries(nativeStandIns)) {
    mkdirSync(join(modules, name), { recursive: true });
    writeFileSync(join(modules, name, "index.js"), code);
  }
  keepOnly(machine, join(modules, "@vscode/ripgrep-universal/bin"));
  keepOnly(machine, join(modules, "node-pty/prebuilds"));
}

/** Removes the binaries of other machines. */
function keepOnly(machine: string, folder: string): void {
  for (const name of readdirSync(folder)) if (name !== machine) rmSync(join(folder, name), { recursive: true });
}
