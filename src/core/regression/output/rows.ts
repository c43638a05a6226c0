import { keptShare } from "../../evals/instructions/kept.ts";
import type { Case, Measured, Prompt, ProviderSpec, Suite } from "../../evals/model.ts";
import type { Gate } from "../../config/gates.ts";
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

/** An assertion's judgement, as the store keeps it. */
export interface Component {
  readonly type: string;
  readonly pass: boolean;
  readonly score: number;
  readonly reason: string;
  readonly metric?: string;
}

/** One question of the current version with its answer and judgement. */
export interface ResultRow {
  readonly test: Case;
  readonly repeat: number;
  readonly prompt: Prompt;
  /** Position among the columns, a prompt under a provider each. */
  readonly column: number;
  readonly provider: ProviderSpec | undefined;
  /** The prompt as it was sent; empty where it could not be filled in. */
  readonly promptText: string;
  /** The test's variables, with what code made of them. */
  readonly vars: Readonly<Record<string, unknown>>;
  readonly status: ResultRecord["status"];
  /** 0 … 1; 0 where nothing was judged. */
  readonly score: number;
  readonly reason: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly components: readonly Component[];
  /** By built-in metric, 0 … 1: what the answer was measured by beside its assertions. */
  readonly measured: Readonly<Record<string, number>>;
  readonly output: unknown;
  readonly latencyMs: number | undefined;
  readonly cached: boolean;
  readonly tokens: number | undefined;
  readonly cost: number | undefined;
}

type Renderer = Awaited<ReturnType<typeof createRenderer>>;

/**
 * The rows of a run in promptfoo's order: by test, repeat, provider and prompt. Read from the store one by
 * one, so that a run of any size can be written down.
 */
export function* rowsOf(run: FinishedRun, renderer: Renderer): Generator<ResultRow> {
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
  const { reason = "", metrics = {}, components = [], measured, asked, vars } = JSON.parse(record.detail ?? "{}") as Partial<Pick<ResultRow, "reason" | "metrics" | "components" | "vars">> & { measured?: Measured; asked?: string };
  const { status, score = 0, latencyMs, cached, tokens, cost } = record;
  return { ...(asked === undefined ? {} : { promptText: asked }), ...(vars === undefined ? {} : { vars }), status, score, reason, metrics, components, measured: measuredValues(measured), output: record.output === undefined ? undefined : (JSON.parse(record.output) as unknown), latencyMs, cached, tokens, cost };
}

function measuredValues(measured: Measured | undefined): Record<string, number> {
  const following = measured && keptShare(measured.kept);
  return { ...(following === undefined ? {} : { "instruction-following": following }), ...measured?.values };
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
