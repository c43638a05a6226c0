import { nearest } from "../config/suggest.ts";
import { readPromptFile } from "../prompts/formats/formats.ts";
import { plural } from "../regression/words.ts";
import type { LanguageIndex, SuiteFiles, Variable } from "./index.ts";
import type { Region } from "./promptText.ts";
import { SYNTAXES } from "./syntaxes.ts";
import type { Use } from "./template.ts";

/** A remark about a part of a text; offsets in UTF-16 code units. */
export interface Remark {
  readonly severity: "error" | "warning" | "information" | "hint";
  /** Kebab-case and stable. */
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** A name to put in its place. */
  readonly replacement?: string;
}

/** More remarks on one file help nobody. */
const MOST_REMARKS = 200;

/** What is to say of a file before anything runs: its templates, and its variables against the suites it is part of. */
export function remarksOn(index: LanguageIndex, file: string): Remark[] {
  const regions = index.regions(file);
  const suites = index.suitesOf(file);
  const remarks = [
    ...regions.flatMap(({ template }) => template.mistakes.map(({ severity, code, message, start, end }) => ({ severity, code, message, start, end }))),
    ...regions.flatMap((region) => unknownFilters(region, suites)),
    ...(index.isPrompt(file) || suites.some((suite) => suite.file === file) ? [...rolesOutOfOrder(regions), ...undefinedVariables(index, file, regions, suites)] : []),
    ...unusedVariables(index, file, suites),
  ];
  return remarks.sort((a, b) => a.start - b.start).slice(0, MOST_REMARKS);
}

function unknownFilters({ dialect, template }: Region, suites: readonly SuiteFiles[]): Remark[] {
  const { filters } = SYNTAXES[dialect];
  if (!filters) return [];
  const own = new Set(suites.flatMap(({ text }) => text.filters));
  return template.filters.flatMap(({ name, start, end }) => {
    if (Object.hasOwn(filters, name) || own.has(name)) return [];
    const replacement = nearest(name, [...Object.keys(filters), ...own]);
    return [{ severity: "error" as const, code: "unknown-filter", message: `There is no filter ${JSON.stringify(name)}: the prompt cannot be filled in.${replacement === undefined ? "" : ` Did you mean ${JSON.stringify(replacement)}?`}`, start, end, ...(replacement === undefined ? {} : { replacement }) }];
  });
}

/** A variable that a suite gives no case of: it is filled in with nothing. */
function undefinedVariables(index: LanguageIndex, file: string, regions: ReturnType<LanguageIndex["regions"]>, suites: readonly SuiteFiles[]): Remark[] {
  const known = suites.filter((suite) => !index.isDynamic(suite)).map((suite) => ({ suite, variables: index.variables(suite) }));
  const text = index.text(file);
  const own = text === undefined ? undefined : readPromptFile(file, text, {});
  const defaults = new Set(Object.keys(own?.defaults ?? {}));
  if (known.length === 0) return [];
  const isSuite = suites.some((suite) => suite.file === file);
  return regions.flatMap((region) => {
    if (isSuite && !region.isPrompt) return [];
    return region.template.uses.flatMap((use) => {
      if (use.guarded || defaults.has(use.name) || SYNTAXES[region.dialect].names.includes(use.name)) return [];
      return remarkOn(use, known, index, region);
    });
  });
}

function remarkOn(use: Use, known: readonly { suite: SuiteFiles; variables: Map<string, Variable> }[], index: LanguageIndex, { dialect }: Region): Remark[] {
  const without = known.filter(({ variables }) => !variables.has(use.name));
  const outcome = dialect === "literal" ? "it stays as it is written" : "nothing is filled in for it";
  const { name, start, end } = use;
  if (without.length > 0) {
    const names = [...new Set(without.flatMap(({ variables }) => [...variables.keys()]))];
    const spare = names.filter((candidate) => !index.usedBy(candidate, without.map(({ suite }) => suite)));
    const replacement = nearest(name, spare) ?? nearest(name, names);
    const where = without.length === 1 ? index.nameOf(without[0]!.suite.file) : `${plural(without.length, "suite")} of ${known.length} (${without.slice(0, 3).map(({ suite }) => index.nameOf(suite.file)).join(", ")}${without.length > 3 ? ", …" : ""})`;
    return [{ severity: "warning", code: "undefined-variable", message: `${name} has no value in ${where}: ${outcome}.${replacement === undefined ? "" : ` Did you mean ${JSON.stringify(replacement)}?`}`, start, end, ...(replacement === undefined ? {} : { replacement }) }];
  }
  const partly = known.flatMap(({ suite, variables }) => {
    const variable = variables.get(name) as Variable;
    return variable.missing > 0 ? [`${variable.missing} of ${plural(variable.cases, "case")} in ${index.nameOf(suite.file)}`] : [];
  });
  return partly.length === 0 ? [] : [{ severity: "information", code: "missing-value", message: `${name} has no value in ${partly.slice(0, 3).join(", ")}: there ${outcome}.`, start, end }];
}

/** A variable that tests give and nothing reads. */
function unusedVariables(index: LanguageIndex, file: string, suites: readonly SuiteFiles[]): Remark[] {
  const definitions = index.definitions(file);
  if (definitions.length === 0 || suites.length === 0 || suites.some((suite) => index.isDynamic(suite))) return [];
  const told = new Set<string>();
  return definitions.flatMap(({ name, start, end }) => {
    if (told.has(name) || name.startsWith("_") || index.usedBy(name, suites)) return [];
    told.add(name);
    return [{ severity: "hint" as const, code: "unused-variable", message: `${name} is read by no prompt and no assertion of ${suites.length === 1 ? index.nameOf(suites[0]!.file) : plural(suites.length, "suite")}.`, start, end }];
  });
}

const ROLES: ReadonlySet<string> = new Set(["system", "user", "assistant", "developer", "tool", "function", "model"]);
const FIRST: ReadonlySet<string> = new Set(["system", "developer"]);

function rolesOutOfOrder(regions: readonly Region[]): Remark[] {
  const remarks: Remark[] = [];
  let others = false;
  let last: string | undefined;
  for (const { role } of regions) {
    if (!role) continue;
    const { name, start, end } = role;
    if (/\{[{%]/.test(name)) return remarks;
    if (!ROLES.has(name)) remarks.push({ severity: "error", code: "unknown-role", message: `There is no role ${JSON.stringify(name)}. Possible: system, user, assistant, developer, tool.`, start, end });
    else if (FIRST.has(name) && others) remarks.push({ severity: "warning", code: "role-order", message: `A ${name} message stands after others: many endpoints take it only as the first.`, start, end });
    else if ((name === "tool" || name === "function") && last !== "assistant" && last !== name) remarks.push({ severity: "warning", code: "role-order", message: `A ${name} message answers a call of the assistant: put it after an assistant message.`, start, end });
    if (!FIRST.has(name)) others = true;
    last = name;
  }
  return remarks;
}
