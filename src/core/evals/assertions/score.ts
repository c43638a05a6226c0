import type { Grade } from "../model.ts";

/** The mean of what names a metric, and the weight that stands behind it. */
type Metrics = ReadonlyMap<string, { readonly value: number; readonly weight: number }>;

/** A judged assertion, or a judged set with its members. */
export interface Scored extends Grade {
  readonly type: string;
  readonly weight: number;
  readonly metric: string | undefined;
  /** Metrics named further down: by a script, or by the members of a set. */
  readonly metrics: Metrics;
  readonly members: readonly Scored[];
}

/**
 * The weighted mean of the parts' scores and of the metrics they name; parts of weight 0 only do
 * not divide by zero: the score is then 0.
 *
 * @param threshold replaces "every part must pass".
 */
export function combine(parts: readonly Scored[], threshold: number | undefined): Grade & { metrics: Metrics } {
  const weights = parts.reduce((sum, { weight }) => sum + weight, 0);
  const score = weights > 0 ? parts.reduce((sum, part) => sum + part.score * part.weight, 0) / weights : 0;
  const metrics = combineMetrics(parts);
  if (threshold !== undefined && !Number.isNaN(threshold)) {
    const pass = score >= threshold;
    return { pass, score, reason: `Score ${score.toFixed(2)} ${pass ? "reaches" : "is below"} the threshold ${threshold}`, metrics };
  }
  const failed = parts.filter((part) => !part.pass);
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
  return { pass: failed.length === 0, score, reason: failed[0] ? `${failed[0].reason}${more}` : "All assertions passed", metrics };
}

function combineMetrics(parts: readonly Scored[]): Metrics {
  const sums = new Map<string, { sum: number; weight: number }>();
  const add = (name: string, value: number, weight: number) => {
    const { sum, weight: before } = sums.get(name) ?? { sum: 0, weight: 0 };
    sums.set(name, { sum: sum + value * weight, weight: before + weight });
  };
  for (const part of parts) {
    if (part.metric !== undefined) add(part.metric, part.score, part.weight);
    for (const [name, { value, weight }] of part.metrics) if (name !== part.metric) add(name, value, weight * part.weight);
  }
  return new Map([...sums].map(([name, { sum, weight }]) => [name, { value: weight > 0 ? sum / weight : 0, weight }]));
}
