import * as z from "zod";
import { type Direction, metricInfo, type MetricUnit } from "../../config/gates.ts";
import type { Case } from "../../evals/model.ts";
import type { CaseTally, Sample } from "../../evals/run/tally.ts";
import { type Comparison, measure } from "../../regression/measure.ts";
import type { TrackedRun } from "../../store/experiments/runs.ts";
import { resultsOf, type ResultRecord } from "../../store/runs.ts";
import type { Store } from "../../store/store.ts";
import type { ChosenSeries } from "./series.ts";

/** What a suite's run measured case by case, in one of its series. */
export interface Evidence {
  readonly suite: string;
  readonly repeats: number;
  /** Of each metric as its report has it: a gate may say another direction than is usual. */
  readonly metrics: ReadonlyMap<string, { readonly direction: Direction; readonly unit: MetricUnit }>;
  /** By case and repeat. */
  readonly samples: ReadonlyMap<string, readonly (Sample | undefined)[]>;
}

/** JSON has no NaN: a score that was none is `null` there, and is left out. */
const numbers = z.record(z.string(), z.number().nullable()).transform((values) => Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== null)));
const detail = z.object({ metrics: numbers.default({}), measured: z.object({ values: numbers, kept: z.array(z.boolean().nullable()) }).optional() });

/** Each is relative to its own run's baseline or prompt: two runs of it are two different questions. */
export const RELATIVE: readonly string[] = ["instruction-following", "select-best", "broken"];

export function evidenceOf(store: Store, run: TrackedRun, { suite, series }: ChosenSeries): Evidence {
  const samples = new Map<string, (Sample | undefined)[]>();
  for (const row of resultsOf(store, run.key)) {
    if (row.series !== series.key || row.arm !== "current") continue;
    const ofCase = samples.get(row.caseId) ?? [];
    ofCase[row.repeat] = sampleOf(row);
    samples.set(row.caseId, ofCase);
  }
  return { suite, repeats: series.runs, samples, metrics: new Map(series.metrics.map(({ name, direction, unit }) => [name, { direction, unit }])) };
}

/**
 * How the current run differs from the baseline on the cases that both ran, by metric: paired by case, as a
 * suite's verdict is. Latencies are in no sample: they were not measured side by side.
 */
export function pairedComparisons(baseline: Evidence, current: Evidence): Map<string, Comparison> {
  if (baseline.suite !== current.suite) return new Map();
  const cases = [...current.samples].flatMap(([id, samples]): CaseTally[] => {
    const before = baseline.samples.get(id);
    // A case is here only what pairs the samples.
    return before ? [{ test: { id } as Case, current: [...samples], baseline: [...before] }] : [];
  });
  const series = { key: "", prompt: "", label: "", provider: "", model: undefined, hasBaseline: true, changed: true, skipped: false, cases };
  const comparisons = new Map<string, Comparison>();
  for (const { name, comparison } of measure(series, Math.min(baseline.repeats, current.repeats), [])) {
    const usual = metricInfo(name);
    if (!comparison || RELATIVE.includes(name)) continue;
    const isUsual = (current.metrics.get(name)?.direction ?? usual.direction) === usual.direction;
    comparisons.set(name, isUsual ? comparison : { ...comparison, worse: comparison.better, better: comparison.worse });
  }
  return comparisons;
}

function sampleOf(row: ResultRecord): Sample {
  const { metrics, measured } = detail.parse(row.detail === undefined ? {} : JSON.parse(row.detail));
  return { status: row.status, score: row.score ?? 0, latencyMs: undefined, cached: row.cached, cost: row.cost, tokens: row.tokens, metrics, measured, preview: "", reason: "", fingerprint: undefined };
}
