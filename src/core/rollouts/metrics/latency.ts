import type { Increments } from "./difference.ts";
import type { ArmReading } from "./source.ts";

/** What counts as slow, in the source's unit: the stable version's p95 and what the canary may take, both at edges of buckets. */
export interface SlowEdges {
  readonly stable: number;
  readonly canary: number;
}

/** Requests from which a p95 is taken. */
export const ENOUGH = 100;

/** Cumulative counts by upper edge, ascending. */
export type Buckets = readonly (readonly [edge: number, count: number])[];

const ROLE = /^(.*)\/le=(.+)$/;

export function bucketsOf(metric: string, counts: Iterable<readonly [role: string, count: number]>): Buckets {
  const sums = new Map<number, number>();
  for (const [role, count] of counts) {
    const [, name, edge] = ROLE.exec(role) ?? [];
    if (name === metric) sums.set(Number(edge), (sums.get(Number(edge)) ?? 0) + count);
  }
  return [...sums].sort(([a], [b]) => a - b);
}

export function bucketsOfArm(metric: string, { counters }: ArmReading): Buckets {
  return bucketsOf(metric, counters.map(({ role, value }) => [role, value] as const));
}

/**
 * The p95, rounded up to an edge, and the edge that the tolerated p95 is rounded up to. `undefined`: fewer than `ENOUGH`
 * requests, or they are too slow for the buckets. Any edge gives valid evidence; a good one more of it.
 */
export function slowEdges(buckets: Buckets, ratio: number): SlowEdges | undefined {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total < ENOUGH) return undefined;
  const finite = buckets.filter(([edge]) => Number.isFinite(edge));
  const stable = finite.find(([, count]) => count >= 0.95 * total)?.[0];
  const canary = stable === undefined ? undefined : finite.find(([edge]) => edge >= ratio * stable)?.[0];
  return stable === undefined || canary === undefined ? undefined : { stable, canary };
}

/** Requests and slow ones among them. `undefined`: the source has no such bucket. */
export function slowCounts(metric: string, increments: Increments, edge: number): { units: number; bad: number } | undefined {
  const buckets = bucketsOf(metric, increments);
  const units = buckets.at(-1)?.[1];
  const within = buckets.find(([at]) => at === edge)?.[1];
  return units === undefined || within === undefined ? undefined : { units, bad: Math.max(0, units - within) };
}
