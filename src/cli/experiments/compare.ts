import { compareRuns, type FactRow, type MetricRow, MOST_RUNS, type RunComparison } from "../../core/experiments/compare/compare.ts";
import type { Direction } from "../../core/config/gates.ts";
import { cellWords, shortKey } from "../../core/experiments/words.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";
import { runNamed } from "./find.ts";
import { jsonNumber, oneLine, runJson } from "./words.ts";

interface CompareOptions {
  baseline?: string;
  all?: boolean;
  higher?: string[];
  lower?: string[];
  json?: boolean;
}

export async function compareCommand(front: Front, keys: readonly string[], options: CompareOptions): Promise<number> {
  const { store } = await front.workspace();
  const named = [...(options.baseline === undefined ? [] : [options.baseline]), ...keys].map((key) => runNamed(store, key));
  const runs = named.filter(({ id }, index) => named.findIndex((run) => run.id === id) === index);
  if (runs.length < 2 || runs.length > MOST_RUNS) throw new UsageError(`From 2 to ${MOST_RUNS} different runs are compared, not ${runs.length}. "llmops runs list" shows them.`);
  const directions = new Map<string, Direction>([...(options.higher ?? []).map((name) => [name, "higher"] as const), ...(options.lower ?? []).map((name) => [name, "lower"] as const)]);
  // The baseline is the first: the one that --baseline names, or that is named first.
  const comparison = compareRuns(store, runs, 0, directions);
  front.print(options.json ? JSON.stringify(comparisonJson(comparison)) : comparisonTable(comparison, options.all === true));
  return EXIT.ok;
}

function comparisonJson({ runs, baseline, metrics, winner, notices }: RunComparison): object {
  return {
    baseline: runs[baseline]!.run.key,
    runs: runs.map(({ run, logged }) => runJson(run, logged)),
    metrics: metrics.map(({ name, direction, cells }) => ({ name, direction, runs: cells.map(({ value, delta, change }) => ({ value: value === undefined ? undefined : jsonNumber(value), delta, interval: change?.interval, p: change?.p, n: change?.n, verdict: change?.verdict })) })),
    winner: winner.run?.key ?? null,
    reason: winner.reason,
    notices,
  };
}

/** A row a fact, a column a run; only rows that differ, unless all are asked for. */
function comparisonTable({ runs, facts, params, metrics, winner, notices }: RunComparison, all: boolean): string {
  const differs = (values: readonly unknown[]) => all || values.some((value) => !Object.is(value, values[0]));
  const factLines = (rows: readonly FactRow[]) => rows.filter(({ values }) => differs(values)).map(({ name, values }) => [name, ...values.map((value) => (value === undefined ? "–" : oneLine(value)))]);
  const sections = [
    ["", ...runs.map(({ run }, index) => `${shortKey(run.key)}${index === 0 ? " (baseline)" : ""}`)],
    ...factLines(facts),
    ...factLines(params),
    ...metrics.filter(({ cells }) => differs(cells.map(({ value }) => value)) || cells.some(({ change }) => change && change.delta !== 0)).map(metricLine),
  ];
  const widths = sections[0]!.map((_, column) => Math.max(...sections.map((line) => line[column]!.length)));
  const table = sections.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd());
  const left = facts.length + params.length + metrics.length - (sections.length - 1);
  return [...table, ...(left > 0 ? [`${left} more are the same in all (--all shows them).`] : []), ...notices, winner.run ? `Winner: ${shortKey(winner.run.key)}: ${winner.reason}.` : `No winner: ${winner.reason}.`].join("\n");
}

function metricLine({ name, direction, unit, cells }: MetricRow): string[] {
  const arrow = direction === undefined ? "" : direction === "higher" ? " ↑" : " ↓";
  return [
    name + arrow,
    ...cells.map((cell) => {
      const words = cellWords(cell, unit);
      if (words?.delta === undefined) return words?.value ?? "–";
      const { change } = cell;
      return change ? `${words.value}  ${words.delta} [${words.interval}] ${words.p} n ${change.n} ${change.verdict}` : `${words.value}  ${words.delta}`;
    }),
  ];
}
