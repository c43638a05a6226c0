import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { listFiles, PackageManager } from "@vscode/vsce";
import { root } from "../../harness/paths.ts";
import { installedFolder } from "../../interop/promptfoo/install.ts";
import type { Row } from "../measure.ts";
import type { Bench } from "./subject.ts";

/** What an installation leaves on the disk: ours has its libraries inside. */
export async function installedRows({ promptfoo }: Bench): Promise<Row[]> {
  const ours = await listFiles({ cwd: root, packageManager: PackageManager.None });
  const inside = readFileSync(join(root, "THIRD-PARTY-NOTICES.md"), "utf8").match(/^## /gm)?.length ?? 0;
  const peer = promptfoo.entry === undefined ? "promptfoo: not installed" : `promptfoo ${installed(installedFolder())}`;
  return [{ what: "installed", value: `${megabytes(ours.map((file) => join(root, file)))}, 1 package (${inside} inside)`, peer }];
}

function installed(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const packages = files.filter(({ name, parentPath }) => name === "package.json" && /node_modules$/.test(dirname(parentPath).replace(/[\\/]@[^\\/]+$/, "")));
  return `${megabytes(files.map(({ name, parentPath }) => join(parentPath, name)))}, ${packages.length} packages`;
}

function megabytes(files: readonly string[]): string {
  return `${(files.reduce((sum, file) => sum + lstatSync(file).size, 0) / 1e6).toFixed(0)} MB`;
}
