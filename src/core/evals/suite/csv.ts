import type { Location } from "../../problem.ts";
import { KNOWN_TYPES, LATER_TYPES, UNSUPPORTED_TYPES, baseType } from "../assertions/registry.ts";
import type { Assertion } from "../model.ts";
import { isRunnable, resolvedValue } from "./assertions.ts";
import { isFileReference, placeAt, type SuiteSource } from "./source.ts";
import { readTable, type Row } from "./table.ts";
import { readVars } from "./vars.ts";

/** A row of a CSV file as a test, before defaults and expansion. */
export interface CsvTest {
  readonly vars: Record<string, unknown>;
  readonly assert: readonly Assertion[];
  readonly description: string | undefined;
  readonly threshold: number | undefined;
  readonly prefix: string | undefined;
  readonly suffix: string | undefined;
  readonly providerOutput: string | undefined;
  readonly metadata: Record<string, unknown>;
  readonly location: () => Location;
}

/** In CSV a threshold in parentheses sticks only to these types; elsewhere promptfoo ignores it. */
const WITH_THRESHOLD = new Set(["answer-relevance", "classifier", "context-faithfulness", "context-recall", "context-relevance", "cost", "latency", "levenshtein", "perplexity", "perplexity-score", "rouge-n", "similar", "starts-with"]);
const DEFAULT_THRESHOLD = 0.75;

/** Reads a CSV of tests: variables, and promptfoo's `__` columns. */
export async function readCsv(source: SuiteSource, file: string, text: string): Promise<CsvTest[]> {
  const [head, ...body] = readTable(source, file, text);
  if (!head) return [];
  for (const name of head.cells.filter((cell) => cell.startsWith("__") && !COLUMNS.test(cell))) source.report("warning", "unknown-column", `The column ${name} is not known: it is ignored.`, head.location());
  const tests: CsvTest[] = [];
  for (const row of body) tests.push(await toTest(source, head.cells, row));
  return tests;
}

const COLUMNS = /^__(?:expected\d*|description|threshold|prefix|suffix|providerOutput|metric|metadata:.+|config:__expected\d*:threshold)$/;

async function toTest(source: SuiteSource, head: readonly string[], { cells, location }: Row): Promise<CsvTest> {
  const cell = (name: string) => cells[head.indexOf(name)] || undefined;
  const numeric = (name: string) => {
    const text = cell(name);
    const value = text === undefined ? undefined : Number(text);
    if (value === undefined || Number.isFinite(value)) return value;
    source.report("error", "bad-number", `${name} must be a number, not ${JSON.stringify(text)}.`, location());
    return undefined;
  };
  const vars = Object.fromEntries(head.flatMap((name, index) => (name === "" || name.startsWith("__") ? [] : [[name, cells[index] ?? ""] as const])));
  const assert: Assertion[] = [];
  for (const name of head.filter((column) => /^__expected\d*$/.test(column))) {
    const text = cell(name);
    const configured = numeric(`__config:${name}:threshold`) ?? numeric(`__config:${sameColumn(name)}:threshold`);
    const assertion = text === undefined ? undefined : await readExpected(source, shorthand(text, cell("__metric"), configured, location));
    if (assertion) assert.push(assertion);
  }
  return {
    vars: Object.values(vars).some(isFileReference) ? await readVars(source, vars, () => placeAt(location())) : vars,
    assert,
    description: cell("__description"),
    threshold: numeric("__threshold"),
    prefix: cell("__prefix"),
    suffix: cell("__suffix"),
    providerOutput: cell("__providerOutput"),
    metadata: metadataOf(head, cells),
    location,
  };
}

/** `__expected` and `__expected1` are the same column. */
function sameColumn(name: string): string {
  return name === "__expected" ? "__expected1" : name === "__expected1" ? "__expected" : name;
}

/** The assertion with its files read; `undefined` when it cannot be judged. */
async function readExpected(source: SuiteSource, written: Assertion): Promise<Assertion | undefined> {
  const { type, location } = written;
  const value = isFileReference(written.value) ? await resolvedValue(source, written.value, type, placeAt(location())) : written.value;
  if (value === undefined && written.value !== undefined) return undefined;
  const assertion = { ...written, value };
  return (await isRunnable(source, assertion, location, location)) ? assertion : undefined;
}

/** `__metadata:key`; the values of `__metadata:key[]` stand between commas; `\,` is one of a value's own. */
function metadataOf(head: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  for (const [index, name] of head.entries()) {
    const value = cells[index];
    if (!name.startsWith("__metadata:") || !value) continue;
    const key = name.slice("__metadata:".length);
    if (key.endsWith("[]")) metadata[key.slice(0, -2)] = value.split(/(?<!\\),/).map((part) => part.trim().replaceAll("\\,", ","));
    else metadata[key] = value;
  }
  return metadata;
}

/** `type(threshold):value`; a bare text means `equals`. */
export function shorthand(text: string, metric: string | undefined, configured: number | undefined, location: () => Location): Assertion {
  const make = (type: string, value: unknown, threshold: number | undefined): Assertion => ({ kind: "assertion", type, value, threshold: configured ?? threshold, weight: 1, metric, config: {}, location });
  const code = /^(?:javascript|fn|eval):([\s\S]*)$/.exec(text);
  if (code) return make("javascript", (code[1] as string).trim(), undefined);
  if (text.startsWith("file://") && /\.[cm]?[jt]s(:\w+)?$/.test(text)) return make("javascript", text, undefined);
  if (/^file:\/\/.*\.py(:\w+)?$/.test(text)) return make("python", text, undefined);
  if (text.startsWith("grade:")) return make("llm-rubric", text.slice("grade:".length), undefined);
  const match = /^(not-)?([a-z][a-z0-9-]*(?::(?:cosine|dot|euclidean))?)(?:\(([\d.]+)\))?(?::([\s\S]*))?$/.exec(text);
  const base = match?.[2];
  if (!match || base === undefined || !isType(base) || (match[4] === undefined && match[3] === undefined && !VALUELESS.has(base))) return make("equals", text, undefined);
  const type = `${match[1] ?? ""}${base}`;
  const given = match[3] === undefined ? undefined : Number(match[3]);
  const threshold = WITH_THRESHOLD.has(base) ? (Number.isFinite(given) ? given : base === "similar" ? 0.8 : DEFAULT_THRESHOLD) : undefined;
  return make(type, match[4] === undefined ? undefined : match[4].trim(), threshold);
}

const VALUELESS = new Set(["is-json", "contains-json", "is-xml", "contains-xml", "is-html", "contains-html", "is-sql", "contains-sql", "is-refusal", "is-valid-openai-function-call", "is-valid-openai-tools-call", "latency", "cost", "perplexity"]);

function isType(base: string): boolean {
  return KNOWN_TYPES.has(base) || LATER_TYPES.has(base) || UNSUPPORTED_TYPES.has(baseType(base));
}
