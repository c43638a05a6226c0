import type { SQLInputValue } from "node:sqlite";
import type { Store } from "../store.ts";
import { toTracked, type TrackedRow, type TrackedRun } from "./runs.ts";

/** What a run can be searched and sorted by, besides what was logged to it, and the column that it is in. */
export const ATTRIBUTES = {
  run_id: "key",
  name: "name",
  kind: "kind",
  status: "status",
  verdict: "verdict",
  experiment: "experiment",
  commit: "commit_id",
  prompts: "prompts",
  data: "data",
  parent: "parent",
  start_time: "started_at",
  end_time: "ended_at",
} as const;
export type Attribute = keyof typeof ATTRIBUTES;

export type Field = { readonly of: "metric" | "param" | "tag"; readonly name: string } | { readonly of: "attribute"; readonly name: Attribute };
export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "like" | "ilike" | "in" | "not in" | "is null" | "is not null";

/** `values`: one, none with `is …`, any number with `in`. A run without the field fulfils only `is null`. */
export interface Comparison {
  readonly field: Field;
  readonly operator: Operator;
  readonly values: readonly (string | number)[];
}
export type Condition = Comparison | { readonly all: readonly Condition[] } | { readonly any: readonly Condition[] } | { readonly not: Condition };

export interface Sort {
  readonly field: Field;
  readonly descending: boolean;
}

export interface Search {
  readonly where?: Condition;
  /** Runs without a value, or with NaN, come last either way; of equals the newest first. */
  readonly sort?: readonly Sort[];
  readonly experiments?: readonly number[];
  /** Without: those that are not archived. */
  readonly archived?: "only" | "too";
  readonly limit: number;
  readonly offset?: number;
}

export function searchRuns(store: Store, search: Search): TrackedRun[] {
  const values: SQLInputValue[] = [];
  return store.all<TrackedRow>(`SELECT * FROM tracked_run r ${clauses(search, values)} LIMIT ? OFFSET ?`, ...values, search.limit, search.offset ?? 0).map(toTracked);
}

/** Only the ids, of all that are found: the order of a table. */
export function runIds(store: Store, search: Omit<Search, "limit" | "offset">): Int32Array {
  const values: SQLInputValue[] = [];
  return Int32Array.from(store.all<{ id: number }>(`SELECT r.id FROM tracked_run r ${clauses(search, values)}`, ...values), ({ id }) => id);
}

export function trackedByIds(store: Store, ids: readonly number[]): Map<number, TrackedRun> {
  return new Map(store.all<TrackedRow>("SELECT * FROM tracked_run WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids)).map((row) => [row.id, toTracked(row)]));
}

/** How many runs have each value of a field, and when the newest was started; the group of the newest first. */
export function groupRuns(store: Store, by: Attribute, where: Condition | undefined): { value: string | null; count: number; newest: number }[] {
  const values: SQLInputValue[] = [];
  const condition = where ? `AND ${conditionSql(where, values)}` : "";
  return store.all(`SELECT r.${ATTRIBUTES[by]} AS value, count(*) AS count, max(r.started_at) AS newest FROM tracked_run r WHERE archived_at IS NULL ${condition} GROUP BY 1 ORDER BY newest DESC`, ...values);
}

function clauses(search: Omit<Search, "limit" | "offset">, values: SQLInputValue[]): string {
  const where = [
    ...(search.archived === "too" ? [] : [`archived_at IS ${search.archived === "only" ? "NOT " : ""}NULL`]),
    ...(search.experiments ? [(values.push(JSON.stringify(search.experiments)), "experiment_id IN (SELECT value FROM json_each(?))")] : []),
    ...(search.where ? [conditionSql(search.where, values)] : []),
  ];
  const order = (search.sort ?? []).map(({ field, descending }) => {
    // Twice the same expression, and twice its values.
    const [first, second] = [fieldSql(field, values), fieldSql(field, values)];
    return `${first} IS NULL, ${second} ${descending ? "DESC" : "ASC"}`;
  });
  return `${where.length > 0 ? `WHERE ${where.join(" AND ")}` : ""} ORDER BY ${[...order, "r.started_at DESC", "r.id DESC"].join(", ")}`;
}

function conditionSql(condition: Condition, values: SQLInputValue[]): string {
  if ("all" in condition) return `(${condition.all.map((one) => conditionSql(one, values)).join(" AND ")})`;
  if ("any" in condition) return `(${condition.any.map((one) => conditionSql(one, values)).join(" OR ")})`;
  if ("not" in condition) return `NOT coalesce(${conditionSql(condition.not, values)}, 0)`;
  return comparisonSql(condition, values);
}

function comparisonSql({ field, operator, values: operands }: Comparison, values: SQLInputValue[]): string {
  if (field.of === "metric" && Number.isNaN(operands[0])) return nanSql(field.name, operator === "=", values);
  const left = fieldSql(field, values);
  switch (operator) {
    case "is null":
    case "is not null":
      return `${left} ${operator.toUpperCase()}`;
    case "in":
    case "not in":
      values.push(JSON.stringify(operands));
      return `${left} ${operator.toUpperCase()} (SELECT value FROM json_each(?))`;
    case "like":
      values.push(toGlob(String(operands[0])));
      return `${left} GLOB ?`;
    case "ilike":
      values.push(String(operands[0]));
      return `${left} LIKE ?`;
    default:
      values.push(operands[0] ?? null);
      return `${left} ${operator} ?`;
  }
}

/** A metric that is NaN is a row without a value. */
function nanSql(name: string, isNaN: boolean, values: SQLInputValue[]): string {
  values.push(name);
  return `EXISTS (SELECT 1 FROM metric_last m WHERE m.run = r.id AND m.key = (SELECT id FROM metric_key WHERE name = ?) AND m.value IS ${isNaN ? "" : "NOT "}NULL)`;
}

function fieldSql(field: Field, values: SQLInputValue[]): string {
  if (field.of === "attribute") return `r.${ATTRIBUTES[field.name]}`;
  values.push(field.name);
  return field.of === "metric"
    ? "(SELECT m.value FROM metric_last m WHERE m.run = r.id AND m.key = (SELECT id FROM metric_key WHERE name = ?))"
    : `(SELECT t.value FROM run_${field.of} t WHERE t.run = r.id AND t.key = ?)`;
}

/** SQLite's LIKE does not tell cases apart, its GLOB does. */
function toGlob(pattern: string): string {
  return pattern.replace(/[*?[]/g, "[$&]").replaceAll("%", "*").replaceAll("_", "?");
}
