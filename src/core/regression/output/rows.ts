import type { Case, Measured, Prompt, Suite } from "../../evals/model.ts";
import type { Gate } from "../../config/gates.ts";
import { measuredValues, type ResultRow } from "../../evals/run/promptfooRow.ts";
import type { CaseTally, SeriesTally } from "../../evals/run/tally.ts";
import { withAffixes } from "../../prompts/affixes.ts";
import type { createRenderer } from "../../prompts/renderer.ts";
import { visibleEnv } from "../../config/visibleEnv.ts";
import { findResult, type ResultRecord } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import type { FileChange } from "../places.ts";
import type { RunReport } from "../report.ts";
import type { Shard } from "../shards/part.ts";
import type { SuiteVersion } from "../workspace.ts";

/** A run that came to a verdict, with what its rows are made of. */
export interface FinishedRun {
  readonly report: RunReport;
  readonly version: SuiteVersion;
  readonly series: readonly SeriesTally[];
  /** `undefined`: all of the suite's cases. */
  readonly shard: Shard | undefined;
  /** By what it was judged. */
  readonly judgement: Judgement;
  /** Files that differ from the baseline. */
  readonly changes: readonly FileChange[];
  /** Absolute path of the workspace. */
  readonly root: string;
  readonly store: Store;
}

/** What the verdict of a run was made of, beside its samples. */
export interface Judgement {
  readonly repeats: number;
  readonly gates: readonly Gate[];
  /** Broken cases, run again: by series. */
  readonly confirmed: ReadonlyMap<string, readonly CaseTally[]> | undefined;
}

export type { Component, ResultRow } from "../../evals/run/promptfooRow.ts";

type Renderer = Awaited<ReturnType<typeof createRenderer>>;

/** What rows are read by; a run that was cancelled has no more. */
export type WrittenRun = Pick<FinishedRun, "store"> & { readonly report: Pick<RunReport, "runId">; readonly version: Pick<SuiteVersion, "suite" | "env">; readonly series: readonly Pick<SeriesTally, "key" | "prompt" | "provider" | "skipped" | "cases">[] };

/**
 * The rows of a run in promptfoo's order: by test, repeat, provider and prompt. Read from the store one by
 * one, so that a run of any size can be written down.
 */
export function* rowsOf(run: WrittenRun, renderer: Renderer): Generator<ResultRow> {
  const { suite, env } = run.version;
  const seen = visibleEnv(env, suite.options.env);
  const prompts = new Map(suite.prompts.map((prompt) => [prompt.key, prompt]));
  const providers = new Map(suite.providers.map((spec) => [spec.label ?? spec.id, spec]));
  const columns = run.series.filter((tally) => !tally.skipped).map((tally) => ({ tally, repeats: new Map(tally.cases.map((item) => [item.test, item.current.length])) }));
  const tests = new Set(columns.flatMap(({ repeats }) => [...repeats.keys()]).sort((a, b) => a.index - b.index));
  for (const test of tests) {
    const most = Math.max(...columns.map(({ repeats }) => repeats.get(test) ?? 0));
    for (let repeat = 0; repeat < most; repeat++) {
      for (const [column, { tally, repeats }] of columns.entries()) {
        const prompt = prompts.get(tally.prompt);
        if (!prompt || repeat >= (repeats.get(test) ?? 0)) continue;
        const record = findResult(run.store, run.report.runId, { series: tally.key, caseId: test.id, repeat });
        if (!record) continue;
        yield { test, repeat, prompt, column, provider: providers.get(tally.provider), promptText: textOf(renderer, prompt, test, seen, suite.filters), vars: test.vars, ...judgementOf(record) };
      }
    }
  }
}

/** What a stored result says of its row; what was asked only where the suite alone does not say it. */
function judgementOf(record: ResultRecord): Omit<ResultRow, "test" | "repeat" | "prompt" | "column" | "provider" | "promptText" | "vars"> & Partial<Pick<ResultRow, "promptText" | "vars">> {
  const { reason = "", metrics = {}, components = [], measured, asked, vars, metadata } = JSON.parse(record.detail ?? "{}") as Partial<Pick<ResultRow, "reason" | "metrics" | "components" | "vars" | "metadata">> & { measured?: Measured; asked?: string };
  const { status, score = 0, latencyMs, cached, tokens, cost } = record;
  return { ...(asked === undefined ? {} : { promptText: asked }), ...(vars === undefined ? {} : { vars }), status, score, reason, metrics, components, measured: measuredValues(measured), output: record.output === undefined ? undefined : (JSON.parse(record.output) as unknown), latencyMs, cached, tokens, cost, metadata };
}

function textOf(renderer: Renderer, prompt: Prompt, test: Case, env: Readonly<Record<string, string | undefined>>, filters: Suite["filters"]): string {
  const { prefix = "", suffix = "" } = test.options;
  // One that code could not make was not sent.
  if (prompt.code || test.madeVars || filters) return "";
  try {
    return renderer.prompt(withAffixes(prompt.template, prefix, suffix), { ...prompt.defaults, ...test.vars }, env, prompt.dialect).text;
  } catch {
    return "";
  }
}

/** An output as text: what is no text as JSON. */
export function outputText(output: unknown): string {
  return output === undefined || output === null ? "" : typeof output === "string" ? output : JSON.stringify(output);
}
