import type { LanguageIndex, SuiteFiles } from "./index.ts";
import type { Part } from "./scanner.ts";
import type { Region } from "./promptText.ts";
import { SYNTAXES } from "./syntaxes.ts";
import { completeYaml } from "./yamlCompletion.ts";

/** A proposal that replaces `start` … `end` of the text. */
export interface Proposal {
  readonly label: string;
  readonly kind: "variable" | "filter" | "keyword" | "type" | "key" | "value" | "file";
  readonly insert: string;
  readonly detail?: string;
  readonly start: number;
  readonly end: number;
}

/** What can be typed at a place: in a template its variables, filters and tags; in a suite its keys and values. */
export async function proposalsAt(index: LanguageIndex, file: string, offset: number): Promise<Proposal[]> {
  const text = index.text(file);
  if (text === undefined) return [];
  const found = partAt(index.regions(file), offset);
  if (found) return inTemplate(index, file, text, offset, found.region, found.part);
  return /\.ya?ml$/i.test(file) ? completeYaml(index, file, text, offset) : [];
}

function partAt(regions: readonly Region[], offset: number): { region: Region; part: Part } | undefined {
  for (const region of regions) {
    if (offset < region.start || offset > region.end) continue;
    const part = region.template.parts.find(({ kind, innerStart, innerEnd }) => (kind === "expression" || kind === "tag") && innerStart <= offset && offset <= innerEnd);
    if (part) return { region, part };
  }
  return undefined;
}

function inTemplate(index: LanguageIndex, file: string, text: string, offset: number, { dialect, template }: Region, part: Part): Proposal[] {
  const syntax = SYNTAXES[dialect];
  const before = text.slice(part.innerStart, offset);
  const word = /[\w$-]*$/.exec(before)?.[0] ?? "";
  const lead = before.slice(0, before.length - word.length);
  const range = { start: offset - word.length, end: offset + (part.closed ? (/^[\w$-]*/.exec(text.slice(offset, part.innerEnd))?.[0].length ?? 0) : 0) };
  if (inString(lead) || /\.\s*$/.test(lead)) return [];
  const suites = index.suitesOf(file);
  if (/\|\s*$/.test(lead)) {
    const own = [...new Set(suites.flatMap((suite) => suite.text.filters))].map((name) => ({ label: name, kind: "filter" as const, insert: name, detail: "filter of the suite", ...range }));
    return [...own, ...Object.entries(syntax.filters ?? {}).map(([name, detail]) => ({ label: name, kind: "filter" as const, insert: name, detail, ...range }))];
  }
  if (part.kind === "tag" && /^-?\s*$/.test(lead)) return [...Object.keys(syntax.blocks), ...new Set(Object.values(syntax.blocks)), ...syntax.singles].map((name) => ({ label: name, kind: "keyword", insert: name, ...range }));
  const isCopilot = dialect === "copilot";
  if (isCopilot && !/^(input:)?$/.test(lead)) return [];
  const lineEnd = part.kind === "expression" ? (dialect === "copilot" ? "}" : `${dialect === "literal" ? "" : " "}}}`) : " %}";
  const close = part.closed ? "" : lineEnd;
  const space = !isCopilot && dialect !== "literal" && lead === "" && !part.closed ? " " : "";
  const prefix = isCopilot && lead === "" ? "input:" : "";
  const locals = template.locals.filter(({ end }) => end < offset).map(({ name }) => ({ name, detail: "set in this prompt" }));
  const variables = [...variablesOf(index, suites).map(([name, detail]) => ({ name, detail })), ...locals];
  return unique(variables).map(({ name, detail }) => ({ label: name, kind: "variable", insert: `${space}${prefix}${name}${close}`, detail, ...range }));
}

/** Variables that the suites give, with where from. */
function variablesOf(index: LanguageIndex, suites: readonly SuiteFiles[]): [string, string][] {
  const found = new Map<string, string>();
  for (const suite of suites) {
    for (const { name, defined } of index.variables(suite).values()) {
      if (!found.has(name)) found.set(name, [index.nameOf(defined[0]!.file), ...defined[0]!.values.slice(0, 1)].join(" · "));
    }
  }
  return [...found];
}

function unique<T extends { name: string }>(items: readonly T[]): T[] {
  const seen = new Set<string>();
  return items.filter(({ name }) => !seen.has(name) && seen.add(name));
}

function inString(text: string): boolean {
  return (text.split('"').length - 1) % 2 === 1 || (text.split("'").length - 1) % 2 === 1;
}
