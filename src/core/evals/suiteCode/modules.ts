import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";

type Exported = (...args: unknown[]) => unknown;

/**
 * The function that a file is named for: of that name, else its default export.
 * @param orMain a name that it does not export means its default export, too.
 * @throws when it exports none.
 */
export async function exportedFunction(file: string, name: string | undefined, orMain = false): Promise<Exported> {
  const namespace = await importFile(file);
  const found = [...candidates(namespace, name), ...(orMain ? candidates(namespace, undefined) : [])].find((candidate) => typeof candidate === "function");
  if (!found) throw new Error(name === undefined ? `${file} exports no function: use "export default" or "module.exports".` : `${file} exports no function named "${name}".`);
  return found as Exported;
}

/** As `exportedFunction`, for files that may export data instead. */
export async function exportedValue(file: string, name: string | undefined): Promise<unknown> {
  const found = candidates(await importFile(file), name).find((candidate) => candidate !== undefined);
  if (found === undefined) throw new Error(`${file} exports nothing named "${name}".`);
  return found;
}

const instances = new Map<string, Promise<Record<string, unknown>>>();

/** The instance of a file's exported class that is made with these options: always the same one, so that it may keep state. */
export function instanceOf(file: string, options: unknown): Promise<Record<string, unknown>> {
  const key = JSON.stringify([file, options]);
  let instance = instances.get(key);
  if (!instance) instances.set(key, (instance = exportedFunction(file, undefined).then((Exported) => Reflect.construct(Exported, [options]) as Record<string, unknown>)));
  return instance;
}

function candidates(namespace: Record<string, unknown>, name: string | undefined): unknown[] {
  const main = member(namespace["default"], "default") ?? namespace["default"] ?? namespace;
  return name === undefined ? [main, namespace] : [member(main, name), member(namespace, name)];
}

function member(from: unknown, key: string): unknown {
  return from !== null && (typeof from === "object" || typeof from === "function") ? (from as Record<string, unknown>)[key] : undefined;
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    // A CommonJS .js file below a package.json that says "type": "module", which promptfoo reads too.
    if (!file.endsWith(".js") || !/\b(?:module|exports|require) is not defined in ES module scope/.test(String(error))) throw error;
    const module = { exports: {} as unknown };
    const body = compileFunction(await readFile(file, "utf8"), ["module", "exports", "require", "__filename", "__dirname"], { filename: file });
    (body as Exported)(module, module.exports, createRequire(file), file, dirname(file));
    return { default: module.exports };
  }
}
