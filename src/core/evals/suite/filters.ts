import { readScript } from "./scripts.ts";
import { at, isRecord, type Place, type SuiteSource, withoutScheme } from "./source.ts";

/** `nunjucksFilters`: filters for the templates of prompts, by name, each a file of JavaScript that exports a function. */
export async function readFilters(source: SuiteSource, value: unknown, place: Place): Promise<Record<string, string> | undefined> {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) {
    source.report("error", "bad-filter", "nunjucksFilters is an object of names and files: {shout: ./shout.js}.", place);
    return undefined;
  }
  const filters: Record<string, string> = {};
  for (const [name, path] of Object.entries(value)) {
    if (typeof path !== "string" || !/\.[cm]?[jt]s$/i.test(path)) {
      source.report("error", "bad-filter", `The filter ${name} must be a .js or .ts file that exports a function.`, at(place, name));
      continue;
    }
    const file = await readScript(source, withoutScheme(path), at(place, name));
    if (file !== undefined) filters[name] = file;
  }
  return Object.keys(filters).length === 0 ? undefined : filters;
}
