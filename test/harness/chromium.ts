import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { chromium, type Browser } from "playwright-core";
import { once, unpack, type PinnedPackage } from "./npmPackage.ts";
import { cacheDirectory } from "./paths.ts";

/** A headless Chromium for Linux on x64, shipped inside a package. */
const packaged: PinnedPackage = {
  name: "@sparticuz/chromium",
  version: "153.0.0",
  integrity: "sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
};

const installed = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export interface ChromiumInstall {
  readonly executable: string;
  /** The folder of shared libraries that a bare system may lack. */
  readonly libraries?: string;
}

/** `$CHROMIUM`, else the system's, else one from npm, unpacked into the cache once (about 200 MB). */
export function installChromium(): ChromiumInstall {
  const chosen = process.env.CHROMIUM;
  if (chosen && !existsSync(chosen)) throw new Error(`CHROMIUM names ${chosen}, which does not exist.`);
  const executable = chosen || installed.find((path) => existsSync(path));
  if (executable) return { executable };
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("No Chromium or Chrome was found. Install one, or set CHROMIUM to its executable.");
  }
  const folder = join(cacheDirectory(), `chromium-${packaged.version}`);
  once(folder, (temporary) => {
    console.log(`Unpacking Chromium into ${folder} (once)…`);
    fill(temporary);
  });
  return { executable: join(folder, "chromium"), libraries: join(folder, "lib") };
}

function fill(folder: string): void {
  unpack(folder, packaged, "package/bin");
  const expand = (name: string, to: string): void =>
    writeFileSync(join(folder, to), brotliDecompressSync(readFileSync(join(folder, "package/bin", name))));
  expand("chromium.br", "chromium");
  chmodSync(join(folder, "chromium"), 0o755);
  for (const name of ["al2023.tar", "fonts.tar"]) {
    expand(`${name}.br`, name);
    execFileSync("tar", ["xf", name], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
    rmSync(join(folder, name));
  }
  rmSync(join(folder, "package"), { recursive: true });
}

/** Starts the browser, headless. Close it when done. */
export function launchBrowser(): Promise<Browser> {
  const { executable, libraries } = installChromium();
  return chromium.launch({
    executablePath: executable,
    env: { ...process.env, ...(libraries && { LD_LIBRARY_PATH: libraries }) },
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
  });
}
