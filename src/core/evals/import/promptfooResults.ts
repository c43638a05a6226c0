import { z } from "zod";
import { parseYaml, type YamlDocument } from "../../config/yaml.ts";
import { type Problem, type ProblemError, START } from "../../problem.ts";
import { caseIds } from "../suite/caseIds.ts";
import { placeAt } from "../suite/source.ts";
import { BARE_CASE, type Case } from "../model.ts";
import type { Judged } from "../run/tally.ts";
import { leftOut, unreadable } from "./imported.ts";

const PREVIEW_CHARACTERS = 200;
const MOST_ROWS = 1_000_000;
/** In a larger file places are not looked for: it would take minutes. */
const MOST_LOCATED = 8_000_000;

const text = z.string().nullish();
const amount = z.number().nullish();
const record = z.record(z.string(), z.unknown());

const component = z.looseObject({ pass: z.boolean(), score: z.number(), reason: text, assertion: z.looseObject({ type: text, metric: text }).nullish() });
const rowSchema = z.looseObject({
  success: z.boolean(),
  score: amount,
  failureReason: amount,
  error: text,
  namedScores: z.record(z.string(), z.number()).nullish(),
  latencyMs: amount,
  cost: amount,
  gradingResult: z.looseObject({ reason: text, componentResults: z.array(z.unknown()).nullish() }).nullish(),
  response: z.looseObject({ output: z.unknown().optional(), cached: z.boolean().nullish(), tokenUsage: z.looseObject({ total: amount }).nullish() }).nullish(),
  promptIdx: z.number().int().min(0),
  prompt: z.looseObject({ label: text, raw: text }).nullish(),
  provider: z.looseObject({ id: text, label: text }).nullish(),
  testIdx: z.number().int().min(0),
  testCase: z.looseObject({ description: text, vars: record.nullish() }).nullish(),
  vars: record.nullish(),
  metadata: z.looseObject({ caseId: z.unknown().optional() }).nullish(),
});
const fileSchema = z.looseObject({
  evalId: text,
  results: z.looseObject({
    version: z.literal(3, { error: "only version 3 of promptfoo's results is read" }),
    timestamp: text,
    prompts: z.array(z.looseObject({ label: text, raw: text, provider: text })).nullish(),
    stats: z.looseObject({ durationMs: amount }).nullish(),
    results: z.array(z.unknown()).max(MOST_ROWS),
  }),
  runtimeOptions: z.looseObject({ repeat: amount }).nullish().catch(undefined),
  config: z.looseObject({ evaluateOptions: z.looseObject({ repeat: amount }).nullish() }).nullish().catch(undefined),
});

export interface ImportedColumn {
  readonly prompt: string;
  readonly provider: string;
}

export interface ImportedRow {
  readonly column: number;
  readonly test: Case;
  readonly repeat: number;
  readonly sample: Judged;
}

export interface PromptfooResults {
  /** Milliseconds since the epoch; `undefined` where the file does not say. */
  readonly startedAt: number | undefined;
  readonly durationMs: number;
  readonly columns: readonly ImportedColumn[];
  readonly rows: readonly ImportedRow[];
  readonly problems: readonly Problem[];
}

/** promptfoo's results file, version 3, as rows of a run. Rows that are none are told at their place. @throws {ProblemError} */
export function readPromptfooResults(file: string, source: string): PromptfooResults {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw notJson(file, error instanceof Error ? error.message : String(error));
  }
  const parsed = fileSchema.safeParse(value);
  // Found only when something is wrong: a file of results may be large.
  let document: YamlDocument | undefined;
  const at = (...path: (string | number)[]) => ({ file, range: source.length > MOST_LOCATED ? START : (document ??= parseYaml(file, source)).locate(path) });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unreadable(file, `These are no results of promptfoo's: ${issue?.path.join(".") || "the file"}: ${issue?.message}.`, at(...((issue?.path ?? []) as (string | number)[])));
  }
  const { results, runtimeOptions, config } = parsed.data;
  const repeated = (runtimeOptions?.repeat ?? config?.evaluateOptions?.repeat ?? 1) > 1;
  const columns = new Map<number, ImportedColumn>();
  const tests = new Map<string, Case>();
  const repeats = new Map<string, number>();
  const idOf = caseIds();
  const problems: Problem[] = [];
  const found: Row[] = [];
  for (const [index, item] of results.results.entries()) {
    const read = rowSchema.safeParse(item);
    if (!read.success) {
      const [issue] = read.error.issues;
      problems.push(leftOut(at("results", "results", index), `Row ${index + 1} is left out: ${issue?.path.join(".") || "row"}: ${issue?.message}.`));
      continue;
    }
    found.push(read.data);
  }
  // They stand in the order in which they were answered.
  found.sort((a, b) => a.testIdx - b.testIdx || a.promptIdx - b.promptIdx);
  const rows = found.map((row): ImportedRow => {
    const { promptIdx: column } = row;
    if (!columns.has(column)) columns.set(column, columnOf(row, results.prompts?.[column]));
    const test = testOf(file, row, { tests, idOf, repeated });
    const key = JSON.stringify([column, test.id]);
    const repeat = repeats.get(key) ?? 0;
    repeats.set(key, repeat + 1);
    return { column, test, repeat, sample: sampleOf(row) };
  });
  const startedAt = Date.parse(results.timestamp ?? "");
  const order = [...columns.keys()].sort((a, b) => a - b);
  return {
    startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
    durationMs: results.stats?.durationMs ?? 0,
    columns: order.map((column) => columns.get(column)!),
    rows: rows.map((row) => ({ ...row, column: order.indexOf(row.column) })),
    problems,
  };
}

/** The parser says where, in words. */
function notJson(file: string, message: string): ProblemError {
  const [, line = "1", column = "1"] = /\(line (\d+) column (\d+)\)/.exec(message) ?? [];
  const start = { line: Number(line) - 1, character: Number(column) - 1 };
  return unreadable(file, `This is no JSON: ${message}.`, { file, range: { start, end: start } });
}

type Row = z.infer<typeof rowSchema>;

function columnOf({ prompt, provider }: Row, listed: { label?: string | null; raw?: string | null; provider?: string | null } | undefined): ImportedColumn {
  return { prompt: prompt?.label || listed?.label || prompt?.raw || listed?.raw || "prompt", provider: provider?.label || provider?.id || listed?.provider || "provider" };
}

interface Tests {
  readonly tests: Map<string, Case>;
  readonly idOf: ReturnType<typeof caseIds>;
  readonly repeated: boolean;
}

/**
 * By its own id where we wrote the file, else by what it asks: the same case is the same in every file.
 * promptfoo numbers a test's repeats as if they were tests: where there are some, what asks the same is one.
 */
function testOf(file: string, { testIdx, testCase, vars, metadata }: Row, { tests, idOf, repeated }: Tests): Case {
  const given = { description: testCase?.description ?? undefined, vars: vars ?? testCase?.vars ?? {} };
  const key = JSON.stringify([repeated ? null : testIdx, given]);
  let test = tests.get(key);
  if (!test) {
    test = {
      id: idOf(given, typeof metadata?.caseId === "string" ? metadata.caseId : undefined),
      index: tests.size,
      ...given,
      assert: [],
      ...BARE_CASE,
      place: placeAt({ file, range: START }),
    };
    tests.set(key, test);
  }
  return test;
}

/** promptfoo's `failureReason` of a row that could not be judged. */
const ERROR = 2;

function sampleOf(row: Row): Judged {
  const { success, score, failureReason, error, gradingResult, response, namedScores } = row;
  const output = response?.output;
  const shown = output === undefined || output === null ? "" : typeof output === "string" ? output : JSON.stringify(output);
  return {
    status: success ? "passed" : failureReason === ERROR ? "error" : "failed",
    score: score ?? 0,
    latencyMs: row.latencyMs ?? undefined,
    cached: response?.cached ?? false,
    cost: row.cost ?? undefined,
    tokens: response?.tokenUsage?.total ?? undefined,
    metrics: namedScores ?? {},
    preview: shown.slice(0, PREVIEW_CHARACTERS),
    reason: error || gradingResult?.reason || "",
    fingerprint: undefined,
    output,
    components: (gradingResult?.componentResults ?? []).flatMap((item) => {
      const read = component.safeParse(item);
      if (!read.success) return [];
      const { pass, score: own, reason, assertion } = read.data;
      return [{ type: assertion?.type ?? "", pass, score: own, reason: reason ?? "", ...(assertion?.metric ? { metric: assertion.metric } : {}) }];
    }),
  };
}
