import type { MetricUnit } from "../config/gates.ts";
import type { Verdict } from "../regression/report.ts";
import { formatDelta, formatInterval, formatP, formatValue, VERDICT_WORDS } from "../regression/words.ts";
import type { TrackedRun } from "../store/experiments/runs.ts";
import type { MetricCell } from "./compare/compare.ts";

/** How terminal and editor say what is known of runs. */

export function formatNumber(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value).replace("-", "−");
  return Number(value.toPrecision(4)).toString().replace("-", "−");
}

/** In its unit; `undefined`: a plain number. */
export function metricWords(value: number, unit: MetricUnit | undefined): string {
  return unit && Number.isFinite(value) ? formatValue(value, unit) : formatNumber(value);
}

export interface CellWords {
  readonly value: string;
  /** `−12.5 points` */
  readonly delta: string | undefined;
  /** `−18.1 … −6.9` */
  readonly interval: string | undefined;
  /** `p 0.0003` */
  readonly p: string | undefined;
}

/** `undefined`: the run has no value. */
export function cellWords({ value, delta, change }: MetricCell, unit: MetricUnit | undefined): CellWords | undefined {
  if (value === undefined) return undefined;
  return {
    value: metricWords(value, unit),
    delta: delta === undefined ? undefined : unit ? formatDelta(delta, unit) : `${delta > 0 ? "+" : ""}${formatNumber(delta)}`,
    interval: change && formatInterval(change.interval, unit ?? "score"),
    p: change && formatP(change.p),
  };
}

export function statusWords({ verdict, status }: Pick<TrackedRun, "verdict" | "status">): string {
  return verdict === undefined ? status : VERDICT_WORDS[verdict as Verdict];
}

/** What people name a run by: 8 characters tell the runs of a workspace apart. */
export function shortKey(key: string): string {
  return key.slice(0, 8);
}

/** `evals/support` of `evals/support/promptfooconfig.yaml`: the file's name is always the same. */
export function runName({ name, experiment }: Pick<TrackedRun, "name" | "experiment">): string {
  return (name ?? experiment).replace(/\/promptfooconfig\.(yaml|yml|json)$/, "");
}
