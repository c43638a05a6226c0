import { declaredIn } from "./declared.ts";
import type { Defined, LanguageIndex } from "./index.ts";
import type { Region } from "./promptText.ts";
import type { Reference } from "./suiteText.ts";
import { SYNTAXES } from "./syntaxes.ts";
import type { Name } from "./template.ts";

/** What stands at a place of a text. */
export type Target =
  | { readonly kind: "variable"; readonly name: string; readonly start: number; readonly end: number }
  | { readonly kind: "filter"; readonly name: string; readonly start: number; readonly end: number; readonly region: Region }
  | { readonly kind: "file"; readonly reference: Reference; readonly start: number; readonly end: number };

/** @param offset in UTF-16 code units; the end of a name counts as in it. */
export function targetAt(index: LanguageIndex, file: string, offset: number): Target | undefined {
  const holds = ({ start, end }: { readonly start: number; readonly end: number }) => start <= offset && offset <= end;
  for (const region of index.regions(file)) {
    if (!holds(region)) continue;
    const filter = region.template.filters.find(holds);
    if (filter) return { kind: "filter", ...filter, region };
    const use = region.template.uses.find(holds);
    if (use && !SYNTAXES[region.dialect].names.includes(use.name)) return variable(use);
  }
  const defined = index.definitions(file).find(holds) ?? declaredIn(index, file).find(holds);
  if (defined) return variable(defined);
  const reference = index.suite(file)?.text.references.find(holds);
  return reference && { kind: "file", reference, start: reference.start, end: reference.end };
}

function variable({ name, start, end }: Name): Target {
  return { kind: "variable", name, start, end };
}

/** A place in a file, offsets in UTF-16 code units. */
export interface Place {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** Where a variable gets its values, in the suites that a file is part of. */
export function definitionsOf(index: LanguageIndex, file: string, name: string): Defined[] {
  return index.suitesOf(file).flatMap((suite) => index.variables(suite).get(name)?.defined ?? []);
}
