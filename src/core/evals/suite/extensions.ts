import { contentHash } from "../../store/store.ts";
import { type Extension, HOOK_NAMES, type HookName } from "../model.ts";
import { codeFileOf, isCodeFile } from "../suiteCode/transform.ts";
import { readScriptFiles } from "./scripts.ts";
import { at, isFileReference, locationOf, type Place, type SuiteSource } from "./source.ts";

/**
 * `extensions`: files of code with hooks. `file://hook.js:beforeAll` is called for that hook alone, a file with
 * another name or none for each of them.
 */
export async function readExtensions(source: SuiteSource, value: unknown, place: Place): Promise<Extension[]> {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    source.report("error", "bad-extension", "extensions is a list of files with hooks, such as file://hooks.js:beforeAll.", place);
    return [];
  }
  const extensions = await Promise.all(value.map((item, index) => one(source, item, at(place, index))));
  return extensions.filter((extension) => extension !== undefined);
}

async function one(source: SuiteSource, written: unknown, place: Place): Promise<Extension | undefined> {
  if (!isFileReference(written) || !isCodeFile(written)) {
    source.report("error", "bad-extension", "An extension is file:// with a .js, .ts or .py file, and perhaps a hook or function: file://hooks.js:beforeAll.", place);
    return undefined;
  }
  const { file, python, name } = codeFileOf(written);
  const files = await readScriptFiles(source, file, place);
  if (!files) return undefined;
  return { written, language: python ? "python" : "javascript", file: files[0] as string, name, hook: HOOK_NAMES.find((hook): hook is HookName => hook === name), fingerprint: contentHash(files.map((path) => source.files.get(path) ?? "").join("\0")), location: locationOf(place) };
}
