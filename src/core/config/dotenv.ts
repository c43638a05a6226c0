import { join } from "node:path";
import { parseEnv } from "node:util";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment with `.env` files, as promptfoo reads them: a variable that the process has, even
 * an empty one, wins over the file. promptfoo looks in the current folder; as the editor has none,
 * `folders` are the suite's own and then the root, and the first file that has a variable wins.
 * The result is for references in suites and endpoints; it is never given to a child process.
 * @param read a file's text, `undefined` when there is none.
 */
export async function withDotenv(env: Environment, folders: readonly string[], read: (file: string) => Promise<string | undefined>): Promise<{ env: Environment; files: readonly string[] }> {
  const merged: Record<string, string | undefined> = { ...env };
  const files: string[] = [];
  for (const folder of new Set(folders)) {
    const file = join(folder, ".env");
    const text = await read(file);
    if (text === undefined) continue;
    files.push(file);
    for (const [name, value] of Object.entries(parseEnv(text.replace(/^\uFEFF/, "")))) {
      if (!Object.hasOwn(merged, name)) merged[name] = value;
    }
  }
  return { env: merged, files };
}
