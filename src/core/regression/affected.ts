import { resolveBaseline } from "./baseline/resolve.ts";
import { changesOf } from "./places.ts";
import { readVersion, type Workspace } from "./workspace.ts";

/**
 * Whether a suite could judge otherwise than at its baseline: one of its files differs, or one that it is
 * about (`affects`). Without a baseline it always could.
 */
export async function isAffected(workspace: Workspace, file: string, baseline?: string): Promise<boolean> {
  const { root, disk } = workspace;
  const version = await readVersion(workspace, disk, file);
  const found = await resolveBaseline(workspace, file, version.files, baseline);
  if (!found.baseline) return true;
  const before = found.baseline.snapshot;
  if ((await changesOf(version, root, before)).length > 0) return true;
  for (const glob of version.settings.affects) {
    const files = new Set([...(await disk.glob(glob, root)), ...(await before.glob(glob, root))]);
    for (const path of files) if ((await disk.read(path)) !== (await before.read(path))) return true;
  }
  return false;
}
