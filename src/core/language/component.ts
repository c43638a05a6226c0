import { declaredIn } from "./declared.ts";
import type { LanguageIndex, SuiteFiles } from "./index.ts";
import type { Place } from "./target.ts";

/** Everything that one variable is: where it is given and where it is read. */
export interface Occurrences {
  readonly suites: readonly SuiteFiles[];
  readonly defined: readonly Place[];
  readonly used: readonly Place[];
}

/**
 * A variable over all files that it is the same in: a prompt that suites share makes their variables one, and so on.
 * @param file a prompt, a suite or a file of tests.
 */
export function occurrencesOf(index: LanguageIndex, file: string, name: string): Occurrences {
  const suites = new Map<string, SuiteFiles>();
  const files = new Set<string>([file]);
  for (const one of files) {
    for (const suite of index.suitesOf(one)) {
      if (suites.has(suite.file)) continue;
      suites.set(suite.file, suite);
      for (const part of [suite.file, ...suite.prompts, ...suite.data]) if (part === suite.file || mentions(index, part, name)) files.add(part);
    }
  }
  const defined: Place[] = [];
  const used: Place[] = [];
  for (const one of files) {
    for (const { name: found, start, end } of index.definitions(one)) if (found === name) defined.push({ file: one, start, end });
    for (const { name: found, start, end } of declaredIn(index, one)) if (found === name) defined.push({ file: one, start, end });
    for (const { template } of index.regions(one)) for (const use of template.uses) if (use.name === name) used.push({ file: one, start: use.start, end: use.end });
    used.push(...usesInCode(index, one, name));
  }
  return { suites: [...suites.values()], defined, used: unique(used) };
}

function mentions(index: LanguageIndex, file: string, name: string): boolean {
  return index.definitions(file).some((definition) => definition.name === name) || index.regions(file).some(({ template }) => template.uses.some((use) => use.name === name));
}

/** `vars.name` and `vars["name"]` in code that stands in a suite. */
function usesInCode(index: LanguageIndex, file: string, name: string): Place[] {
  const suite = index.suite(file);
  const text = index.text(file);
  if (!suite?.text.usesInCode.has(name) || text === undefined) return [];
  const pattern = new RegExp(`\\bvars\\b\\??(?:\\.|\\[\\\\?["'])(${name})\\b`, "g");
  return [...text.matchAll(pattern)].map((match) => ({ file, start: match.index + match[0].length - name.length, end: match.index + match[0].length }));
}

function unique(places: readonly Place[]): Place[] {
  const seen = new Set<string>();
  return places.filter(({ file, start }) => {
    const key = `${start}\0${file}`;
    return !seen.has(key) && seen.add(key);
  });
}
