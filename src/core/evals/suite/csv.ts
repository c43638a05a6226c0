import { KNOWN_TYPES, LATER_TYPES, UNSUPPORTED_TYPES, baseType } from "../assertions/registry.ts";
import type { Assertion } from "../model.ts";
import { type Draft, EMPTY } from "./draft.ts";
import { isRunnable, resolvedValue } from "./assertions.ts";
import { isFileReference, NONE, type Place, type SuiteSource } from "./source.ts";
import { readTable, type Row } from "./table.ts";
import { readVars } from "./vars.ts";

/** In CSV a threshold in parentheses sticks only to these types; elsewhere promptfoo ignores it. */
const WITH_THRESHOLD = new Set(["answer-relevance", "classifier", "context-faithfulness", "context-recall", "context-relevance", "cost", "latency", "levenshtein", "perplexity", "perplexity-score", "rouge-n", "similar", "starts-with"]);
const DEFAULT_THRESHOLD = 0.75;

/** Reads a CSV of tests: variables, and promptfoo's `__` columns. */
export async function readCsv(source: SuiteSource, file: string, text: string): Promise<Draft[]> {
  const [head, ...body] = readTable(source, file, text, { trim: false });
  if (!head) return [];
  const names = head.cells.map((cell) => cell.trim());
  for (const name of names.filter((cell) => cell.startsWith("__") && !COLUMNS.test(cell))) source.report("warning", "unknown-column", `The column ${name} is not known: it is a variable like any other.`, head.place);
  const tests: Draft[] = [];
  for (const row of body) {
    if (row.cells.length > names.length) source.report("error", "csv-columns", `This row has ${row.cells.length} cells, but there are ${names.length} columns. A text with a comma is put in quotes.`, row.place);
    else tests.push(await toTest(source, names, row));
  }
  return tests;
}

const COLUMNS = /^__(?:expected\d*|description|threshold|prefix|suffix|providerOutput|metric|metadata:.+|config:__expected\d*:threshold)$/;

async function toTest(source: SuiteSource, head: readonly string[], { cells, place }: Row): Promise<Draft> {
  const cell = (name: string) => cells[head.indexOf(name)] || undefined;
  const numeric = (name: string) => {
    const text = cell(name);
    const value = text === undefined ? undefined : Number(text);
    if (value === undefined || Number.isFinite(value)) return value;
    source.report("error", "bad-number", `${name} must be a number, not ${JSON.stringify(text)}.`, place);
    return undefined;
  };
  const vars: Record<string, unknown> = {};
  for (const [index, name] of head.entries()) if (name !== "" && !COLUMNS.test(name)) vars[name] = cells[index] ?? "";
  const expected = head.flatMap((name) => (/^__expected\d*$/.test(name) && cell(name)?.trim()) || []);
  const assert: Assertion[] = [];
  for (const [index, text] of expected.entries()) {
    // Thresholds are counted by what a row expects, not by columns.
    const configured = numeric(`__config:__expected${index + 1}:threshold`) ?? (index === 0 ? numeric("__config:__expected:threshold") : undefined);
    const assertion = await readExpected(source, shorthand(text, cell("__metric"), configured, place));
    if (assertion) assert.push(assertion);
  }
  const [prefix, suffix] = [cell("__prefix"), cell("__suffix")];
  return {
    ...EMPTY,
    vars: await readVars(source, vars, () => place),
    // A list that grew has room for many more, and so has a spread copy; of many rows that is most of their memory.
    assert: assert.slice(),
    description: cell("__description"),
    threshold: numeric("__threshold"),
    options: prefix === undefined && suffix === undefined ? NONE : { ...(prefix === undefined ? {} : { prefix }), ...(suffix === undefined ? {} : { suffix }) },
    providerOutput: cell("__providerOutput"),
    metadata: metadataOf(head, cells),
    place,
    idPlace: place,
  };
}

/** The assertion with its files read; `undefined` when it cannot be judged. */
async function readExpected(source: SuiteSource, written: Assertion): Promise<Assertion | undefined> {
  const { type, place } = written;
  const value = isFileReference(written.value) ? await resolvedValue(source, written.value, type, place) : written.value;
  if (value === undefined && written.value !== undefined) return undefined;
  const assertion = { ...written, value };
  return (await isRunnable(source, assertion, () => place, () => place)) ? assertion : undefined;
}

/** `__metadata:key`; the values of `__metadata:key[]` stand between commas; `\,` is one of a value's own. */
function metadataOf(head: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  if (!head.some((name) => name.startsWith("__metadata:"))) return NONE;
  for (const [index, name] of head.entries()) {
    const value = cells[index];
    if (!name.startsWith("__metadata:") || !value?.trim()) continue;
    const key = name.slice("__metadata:".length);
    if (key.endsWith("[]")) metadata[key.slice(0, -2)] = value.split(/(?<!\\),/).map((part) => part.trim().replaceAll("\\,", ","));
    else metadata[key] = value;
  }
  return metadata;
}

/** `type(threshold):value`; a bare text means `equals`. */
export function shorthand(text: string, metric: string | undefined, configured: number | undefined, place: Place): Assertion {
  const make = (type: string, value: unknown, threshold: number | undefined): Assertion => ({ kind: "assertion", type, value, threshold: configured ?? threshold, weight: 1, metric, config: NONE, place });
  const code = /^(?:javascript|fn|eval):([\s\S]*)$/.exec(text);
  if (code) return make("javascript", (code[1] as string).trim(), undefined);
  if (text.startsWith("file://") && /\.[cm]?[jt]s(:\w+)?$/.test(text)) return make("javascript", text, undefined);
  if (/^file:\/\/.*\.py(:\w+)?$/.test(text)) return make("python", text, undefined);
  if (text.startsWith("grade:")) return make("llm-rubric", text.slice("grade:".length), undefined);
  const match = /^(not-)?([a-z][a-z0-9-]*(?::(?:cosine|dot|euclidean))?)(?:\(([\d.]+)\))?(?::([\s\S]*))?$/.exec(text);
  const base = match?.[2];
  if (!match || base === undefined || !isType(base)) return make("equals", text, undefined);
  const type = `${match[1] ?? ""}${base}`;
  const given = match[3] === undefined ? undefined : Number(match[3]);
  const threshold = WITH_THRESHOLD.has(base) ? (Number.isFinite(given) ? given : base === "similar" ? 0.8 : DEFAULT_THRESHOLD) : undefined;
  return make(type, match[4] === undefined ? undefined : match[4].trim(), threshold);
}

function isType(base: string): boolean {
  return KNOWN_TYPES.has(base) || LATER_TYPES.has(base) || UNSUPPORTED_TYPES.has(baseType(base));
}
