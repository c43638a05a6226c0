import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobFile } from "../core/jobs/backend.ts";

/** The files of this engine, as a machine needs them that has none: `engine.js`, and the chunks in `engine/`. @throws where it runs from its sources. */
export async function engineFiles(): Promise<readonly JobFile[]> {
  const folder = import.meta.dirname;
  const chunks = (await readdir(folder)).filter((file) => file.endsWith(".mjs"));
  if (chunks.length === 0) throw new Error("This engine was not built, so that it cannot be sent elsewhere.");
  const entry = { path: "engine.js", body: await readFile(join(folder, "..", "engine.js")) };
  return [entry, ...(await Promise.all(chunks.sort().map(async (file) => ({ path: `engine/${file}`, body: await readFile(join(folder, file)) }))))];
}
