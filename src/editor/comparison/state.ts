import type { CaseQuery, CaseSort, ChartQuery, ComparisonState, PageState, RunsQuery, RunsState } from "../../protocol/experiments.ts";

const MOST_RUNS = 50;
const CHARTS: readonly unknown[] = ["history", "distribution", "scatter", "curves"];
const FILTERS: readonly unknown[] = ["all", "broke", "fixed", "failed", "errors", "differs"];
const TABS: readonly unknown[] = ["overview", "cases", "charts"];

/** A state as a link or an earlier window wrote it; `undefined` where it is none. */
export function parseState(value: unknown): ComparisonState | undefined {
  const { folder, runs, baseline, series, tab, all, cases, case: caseId, chart } = (value ?? {}) as Partial<Record<keyof ComparisonState, unknown>>;
  if (typeof folder !== "string" || !Array.isArray(runs) || runs.length === 0 || !runs.every((key) => typeof key === "string")) return undefined;
  return {
    folder,
    runs: runs.slice(0, MOST_RUNS),
    ...(typeof baseline === "string" ? { baseline } : {}),
    ...(TABS.includes(tab) ? { tab: tab as ComparisonState["tab"] } : {}),
    ...(typeof series === "string" ? { series } : {}),
    ...(all === true ? { all } : {}),
    ...(typeof caseId === "string" ? { case: caseId } : {}),
    ...(cases ? { cases: parseQuery(cases) } : {}),
    ...(isChart(chart) ? { chart } : {}),
  };
}

/** The state of a page: of a comparison, or of the table of all runs. */
export function parsePage(value: unknown): PageState | undefined {
  const comparison = parseState(value);
  if (comparison) return comparison;
  const { folder, runs, query, ticked } = (value ?? {}) as Partial<Record<keyof RunsState | "runs", unknown>>;
  if (typeof folder !== "string" || runs !== undefined) return undefined;
  const { filter, sort } = (query ?? {}) as Partial<Record<keyof RunsQuery, unknown>>;
  return {
    folder,
    query: { ...(typeof filter === "string" ? { filter } : {}), ...(typeof sort === "string" ? { sort } : {}) },
    ...(Array.isArray(ticked) ? { ticked: ticked.filter((key) => typeof key === "string").slice(0, MOST_RUNS) } : {}),
  };
}

function isChart(value: unknown): value is ChartQuery {
  const { kind, metric, x, y } = (value ?? {}) as Partial<Record<string, unknown>>;
  return CHARTS.includes(kind) && (kind === "scatter" ? typeof x === "string" && typeof y === "string" : typeof metric === "string");
}

function parseQuery(value: unknown): CaseQuery {
  const { filter, where, text, sort } = value as Partial<Record<keyof CaseQuery, unknown>>;
  const condition = where as Partial<NonNullable<CaseQuery["where"]>> | undefined;
  const order = sort as Partial<CaseSort> | undefined;
  return {
    ...(FILTERS.includes(filter) ? { filter: filter as CaseQuery["filter"] } : {}),
    ...(typeof text === "string" ? { text } : {}),
    ...(typeof condition?.metric === "string" && Number.isFinite(condition.value) ? { where: { metric: condition.metric, operator: condition.operator === "<" ? "<" : ">=", value: condition.value! } } : {}),
    ...(typeof order?.metric === "string" && Number.isInteger(order.run) ? { sort: { metric: order.metric, run: order.run!, change: order.change === true, descending: order.descending === true } } : {}),
  };
}
