import { plural } from "../regression/words.ts";
import type { LanguageIndex, Variable } from "./index.ts";
import { SYNTAXES } from "./syntaxes.ts";
import { type Target, targetAt } from "./target.ts";

const SHOWN_SUITES = 3;
const SHOWN_VALUES = 3;

/** What to show of the variable or filter at a place, in Markdown; `undefined`: nothing of ours stands there. */
export function describeAt(index: LanguageIndex, file: string, offset: number): { markdown: string; target: Target } | undefined {
  const target = targetAt(index, file, offset);
  if (target?.kind === "filter") {
    const what = SYNTAXES[target.region.dialect].filters?.[target.name] ?? (index.suitesOf(file).some(({ text }) => text.filters.includes(target.name)) ? "A filter of the suite's own." : undefined);
    return what === undefined ? undefined : { markdown: `filter **${escaped(target.name)}**: ${what}`, target };
  }
  if (target?.kind !== "variable") return undefined;
  const parts = index.suitesOf(file).map((suite) => ({ suite: index.nameOf(suite.file), variable: index.variables(suite).get(target.name), dynamic: index.isDynamic(suite) }));
  const lines = parts.slice(0, SHOWN_SUITES).map(({ suite, variable, dynamic }) => (variable ? inSuite(index, suite, variable) : `${escaped(suite)}: ${dynamic ? "not found; code may give it a value" : "no value"}`));
  if (parts.length > SHOWN_SUITES) lines.push(`and ${plural(parts.length - SHOWN_SUITES, "more suite")}`);
  if (parts.length === 0) lines.push("No suite uses this prompt.");
  return { markdown: [`variable **${escaped(target.name)}**`, ...lines].join("\n\n"), target };
}

function inSuite(index: LanguageIndex, suite: string, { defined, missing, cases }: Variable): string {
  const files = [...new Set(defined.map(({ file }) => index.nameOf(file)))];
  const values = [...new Set(defined.flatMap((one) => one.values))].slice(0, SHOWN_VALUES);
  const gap = missing > 0 ? ` · no value in ${missing} of ${plural(cases, "case")}` : "";
  return [`${escaped(suite)}: defined in ${files.map(escaped).join(", ")}${gap}`, ...values.map((value) => `- ${code(value)}`)].join("\n");
}

/** Text of a suite is text: it formats nothing. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|~<>]/g, "\\$&");
}

function code(value: string): string {
  const line = value.replace(/\s+/g, " ").trim();
  const ticks = "`".repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return line === "" ? "*empty*" : `${ticks}${line.startsWith("`") || line.endsWith("`") ? ` ${line} ` : line}${ticks}`;
}
