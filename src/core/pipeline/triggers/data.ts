import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { relativePosix } from "../../config/settings.ts";
import type { Workspace } from "../../regression/workspace.ts";
import { contentHash } from "../../store/store.ts";

/** Hash of the names and contents of the files that a `data:` stands for; files are read in pieces, however large they are. */
export async function dataHash({ root, disk }: Workspace, data: string, signal?: AbortSignal): Promise<string> {
  const lines: string[] = [];
  for (const file of await disk.glob(data, root)) lines.push(`${relativePosix(root, file)}\0${await fileHash(file, signal)}`);
  return contentHash(lines.join("\n"));
}

/** `gone`, when it went away in the meantime. */
async function fileHash(file: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash, { signal });
    return hash.digest("hex");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "gone";
    throw error;
  }
}
