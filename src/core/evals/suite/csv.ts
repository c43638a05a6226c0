import { basename } from "node:path";
import { CsvError, parse as parseCsv } from "csv-parse/sync";
import type { Location } from "../../problem.ts";
import { KNOWN_TYPES, LATER_TYPES, UNSUPPORTED_TYPES, baseType } from "../assertions/registry.ts";
import type { Assertion } from "../model.ts";
import { isRunnable } from "./assertions.ts";
import type { SuiteSource } from "./source.ts";

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

interface ParsedRow {
  record: string[];
  info: { lines: number; records: number };
}

/** Reads a CSV of tests: variables, and promptfoo's `__` columns. A broken file is a problem on its line. */
export async function readCsv(source: SuiteSource, file: string, text: string): Promise<CsvTest[]> {
  let rows: ParsedRow[];
  try {
    rows = parseCsv(text, { info: true, skip_empty_lines: true, relax_column_count: true, trim: true, bom: true }) as unknown as ParsedRow[];
  } catch (error) {
    const line = error instanceof CsvError ? Math.max(0, Number((error as unknown as { lines?: number }).lines ?? 1) - 1) : 0;
    source.report("error", "csv-syntax", `${basename(file)} cannot be read as CSV: ${error instanceof Error ? error.message : String(error)}`, lineOf(file, line));
    return [];
  }
  const [head, ...body] = rows;
  if (!head) return [];
  let start = head.info.lines;
  const tests: CsvTest[] = [];
  for (const { record, info } of body) {
    const [from, to] = [start, info.lines - 1];
    start = info.lines;
    tests.push(await toTest(source, head.record, record, () => ({ file, range: { start: { line: from, character: 0 }, end: { line: to, character: Number.MAX_SAFE_INTEGER } } })));
  }
  return tests;
}

async function toTest(source: SuiteSource, head: readonly string[], record: readonly string[], location: () => Location): Promise<CsvTest> {
  const test = { vars: {} as Record<string, unknown>, metadata: {} as Record<string, unknown>, expected: [] as { text: string; column: string }[], config: new Map<string, number>() };
  let [description, threshold, prefix, suffix, providerOutput, metric]: (string | undefined)[] = [];
  for (const [index, name] of head.entries()) {
    const value = record[index] ?? "";
    if (name === "") continue;
    if (/^__expected\d*$/.test(name)) {
      if (value !== "") test.expected.push({ text: value, column: name });
    } else if (name === "__description") description = value || undefined;
    else if (name === "__threshold") threshold = value || undefined;
    else if (name === "__prefix") prefix = value || undefined;
    else if (name === "__suffix") suffix = value || undefined;
    else if (name === "__providerOutput") providerOutput = value || undefined;
    else if (name === "__metric") metric = value || undefined;
    else if (name.startsWith("__metadata:")) {
      const key = name.slice("__metadata:".length);
      if (key.endsWith("[]")) test.metadata[key.slice(0, -2)] = value.split(",").map((part) => part.trim()).filter(Boolean);
      else if (value !== "") test.metadata[key] = value;
    } else if (/^__config:__expected\d*:threshold$/.test(name)) {
      if (value !== "") test.config.set((name.split(":")[1] as string).replace("__expected1", "__expected"), Number(value));
    } else if (name.startsWith("__")) source.report("warning", "unknown-column", `The column ${name} is not known: it is ignored.`, lineOf(location().file, 0));
    else test.vars[name] = value;
  }
  const assert: Assertion[] = [];
  for (const { text, column } of test.expected) {
    const assertion = shorthand(text, metric, test.config.get(column.replace("__expected1", "__expected")), location);
    if (await isRunnable(source, assertion, location(), location)) assert.push(assertion);
  }
  return { vars: test.vars, assert, description, threshold: threshold === undefined ? undefined : Number(threshold), prefix, suffix, providerOutput, metadata: test.metadata, location };
}

/** `type(threshold):value`; a bare text means `equals`. */
export function shorthand(text: string, metric: string | undefined, configured: number | undefined, location: () => Location): Assertion {
  const make = (type: string, value: unknown, threshold: number | undefined): Assertion => ({ kind: "assertion", type, value, threshold: configured ?? threshold, weight: 1, metric, config: {}, location });
  const code = /^(?:javascript|fn|eval):([\s\S]*)$/.exec(text);
  if (code) return make("javascript", (code[1] as string).trim(), undefined);
  if (text.startsWith("file://") && /\.[cm]?[jt]s(:\w+)?$/.test(text)) return make("javascript", text, undefined);
  if (text.startsWith("grade:")) return make("llm-rubric", text.slice("grade:".length), undefined);
  const match = /^(not-)?([a-z][a-z0-9-]*(?::(?:cosine|dot|euclidean))?)(?:\(([\d.]+)\))?(?:\s*:\s*([\s\S]*))?$/.exec(text);
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

function lineOf(file: string, line: number): Location {
  return { file, range: { start: { line, character: 0 }, end: { line, character: Number.MAX_SAFE_INTEGER } } };
}
