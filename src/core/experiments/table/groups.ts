import { groupRuns, searchRuns } from "../../store/experiments/search.ts";
import type { Condition, Field } from "../../store/experiments/search.ts";
import type { Store } from "../../store/store.ts";
import { headOf, type RunHead } from "../compare/view.ts";
import { parseFilter } from "../filter/parse.ts";

/** What runs are grouped by: the suite or experiment, the commit, or what made them. */
export type RunGrouping = "suite" | "commit" | "kind";

export interface RunGroup {
  /** For people. */
  readonly name: string;
  /** `null`: runs that have none. */
  readonly value: string | null;
  readonly count: number;
  /** When its newest run was started, milliseconds since the epoch. */
  readonly newest: number;
}

const FIELDS: Readonly<Record<RunGrouping, "experiment" | "commit" | "kind">> = { suite: "experiment", commit: "commit", kind: "kind" };

/** That with the newest run first. @throws {FilterError} */
export function runGroups(store: Store, by: RunGrouping, filter: string): RunGroup[] {
  return groupRuns(store, FIELDS[by], conditionOf(filter)).map(({ value, count, newest }) => ({ name: nameOf(by, value), value, count, newest }));
}

/** Of one group, newest first. @throws {FilterError} */
export function runsOfGroup(store: Store, by: RunGrouping, filter: string, value: string | null, limit: number): RunHead[] {
  const field: Field = { of: "attribute", name: FIELDS[by] };
  const own: Condition = value === null ? { field, operator: "is null", values: [] } : { field, operator: "=", values: [value] };
  const where = conditionOf(filter);
  return searchRuns(store, { where: where ? { all: [where, own] } : own, limit }).map(headOf);
}

function conditionOf(filter: string): Condition | undefined {
  return filter.trim() === "" ? undefined : parseFilter(filter);
}

function nameOf(by: RunGrouping, value: string | null): string {
  if (value === null) return by === "commit" ? "without a commit" : "none";
  if (by === "commit") return value.slice(0, 7);
  return value.replace(/\/promptfooconfig\.(yaml|yml|json)$/, "");
}
