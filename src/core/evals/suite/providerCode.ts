import { relativePosix } from "../../config/settings.ts";
import { contentHash } from "../../store/store.ts";
import type { ProviderCode } from "../model.ts";
import { readScriptFiles } from "./scripts.ts";
import type { Place, SuiteSource } from "./source.ts";

const KINDS: readonly (readonly [language: ProviderCode["language"], pattern: RegExp])[] = [
  ["javascript", /^(?:file:\/\/)?(.+\.[cm]?[jt]s)$/i],
  ["python", /^(?:python:(?:file:\/\/)?|file:\/\/)(.+\.py)(?::([\w.]+))?$/i],
  ["ruby", /^(?:ruby:(?:file:\/\/)?|file:\/\/)(.+\.rb)(?::([\w.]+))?$/i],
];

/** Whether a provider's id names code: `file://p.js`, `python:p.py:function`, `ruby:p.rb` … */
export function isProviderCode(id: string): boolean {
  return !/^https?:\/\/|^exec:/.test(id) && KINDS.some(([, pattern]) => pattern.test(id));
}

/** The code that a provider's id names, read with what it imports: an answer holds as long as that is the same. */
export async function readProviderCode(source: SuiteSource, id: string, place: Place): Promise<ProviderCode | undefined> {
  for (const [language, pattern] of KINDS) {
    const [, path, name] = pattern.exec(id) ?? [];
    if (path === undefined) continue;
    const files = await readScriptFiles(source, path, place);
    return files && { language, file: files[0] as string, path: relativePosix(source.root, files[0] as string), name, fingerprint: contentHash(files.map((file) => source.files.get(file) ?? "").join("\0")) };
  }
  return undefined;
}
