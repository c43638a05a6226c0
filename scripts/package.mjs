// "npm run package": the extension with its engine as out/package/llmops-VERSION.vsix, and the engine alone as an npm package
// beside it. Works offline; the same sources give the same bytes (SOURCE_DATE_EPOCH: the last commit's time by default).
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildRelease } from "./build.mjs";
import { underNode24 } from "./rerun.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** What goes into the packages beside the bundles; each package's own list leaves out what it does not need. */
const FILES = [".npmignore", ".vscodeignore", "CHANGELOG.md", "LICENSE", "README.md", "THIRD-PARTY-NOTICES.md", "bin", "l10n", "media", "package.json", "syntaxes"];
/** In bytes: what a person downloads. */
const MOST = 5 * 2 ** 20;

/** Builds and packs both packages into a folder, which is emptied; returns the .vsix. @throws when it is larger than 5 MB. */
export async function makePackages(folder = join(root, "out/package")) {
  const staged = join(folder, "files");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(staged, { recursive: true });
  await buildRelease(staged);
  dropMapsOfLibraries(join(staged, "dist"));
  for (const file of FILES) if (existsSync(join(root, file))) cpSync(join(root, file), join(staged, file), { recursive: true });

  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  process.env.SOURCE_DATE_EPOCH ??= lastCommit();
  const vsix = join(folder, `llmops-${version}.vsix`);
  const { createVSIX } = await import("@vscode/vsce");
  await createVSIX({ cwd: staged, packagePath: vsix, dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false });
  execFileSync("npm", ["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder], { cwd: staged, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
  const { size } = statSync(vsix);
  console.log(`${(size / 2 ** 20).toFixed(2)} MB  ${vsix}`);
  if (size > MOST) throw new Error(`The .vsix has ${size} bytes; at most ${MOST} are meant. See what grew with: npx vsce ls --no-dependencies`);
  return vsix;
}

/** Maps lead a trace to our sources; those of chunks that are libraries alone are half of the download. */
function dropMapsOfLibraries(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = join(folder, name);
    if (file.endsWith(".map") && JSON.parse(readFileSync(file, "utf8")).sources.every((source) => source.includes("node_modules/"))) rmSync(file);
  }
}

/** Seconds since the epoch; without git, a day that is always the same. */
function lastCommit() {
  try {
    return execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "1735689600";
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await underNode24();
  await makePackages();
}
