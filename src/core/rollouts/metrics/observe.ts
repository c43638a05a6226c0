import type { DecisionRules } from "../decision/rules.ts";
import type { Observations, RateObservation, ScorePair } from "../decision/state.ts";
import type { Latency } from "../plan/plan.ts";
import { difference, type Increments, type Memory } from "./difference.ts";
import { bucketsOf, slowCounts, type SlowEdges, slowEdges } from "./latency.ts";
import { badRole, type Reading, unitsRole } from "./source.ts";

/** What is remembered between polls; survives JSON but for ∞, which stands in no value. */
export interface SourceState {
  readonly at: number | undefined;
  readonly stable: Memory | undefined;
  readonly canary: Memory | undefined;
  /** What counts as slow, by metric; until it is known, what the stable version did since the first reading. */
  readonly slow: Readonly<Record<string, SlowEdges>>;
  readonly learning: Readonly<Record<string, readonly (readonly [role: string, count: number])[]>>;
}

export const FRESH_SOURCE: SourceState = { at: undefined, stable: undefined, canary: undefined, slow: {}, learning: {} };

export interface Observed {
  readonly observations: Observations;
  readonly source: SourceState;
  /** What a person should know: a restart, a version without metrics, a p95 that is not known yet. */
  readonly notes: readonly string[];
}

/** Makes observations of a reading: what happened since the one before. The first only remembers. */
export function observeReading(before: SourceState, reading: Reading, rules: DecisionRules, latency: Readonly<Record<string, Latency>>): Observed {
  const notes: string[] = [];
  if (before.at !== undefined && reading.at === before.at) return { observations: {}, source: before, notes: ["the metrics have not moved on since the last poll"] };
  const arm = (name: "stable" | "canary") => {
    const [last, now] = [before[name], reading[name]];
    if (!now) {
      notes.push(`no metrics of the ${name} version`);
      return { increments: undefined, memory: last };
    }
    if (!last) return { increments: undefined, memory: now };
    const { increments, memory, restarted } = difference(last, now);
    if (restarted) notes.push(`the counters of the ${name} version began again`);
    return { increments, memory };
  };
  const stable = arm("stable");
  const canary = arm("canary");
  const slow = { ...before.slow };
  const learning = { ...before.learning };
  const observations: Record<string, RateObservation | readonly ScorePair[]> = {};
  for (const rule of rules.metrics) {
    if (!stable.increments || !canary.increments) continue;
    const allowed = latency[rule.name];
    const counts = allowed
      ? latencyCounts(rule.name, allowed, slow, learning, stable.increments, canary.increments, notes)
      : rule.kind === "score"
        ? scoreCounts(rule.name, stable.increments, canary.increments)
        : both(errorCounts(rule.name, stable.increments), errorCounts(rule.name, canary.increments));
    if (counts) observations[rule.name] = counts;
  }
  return { observations, notes, source: { at: reading.at, stable: stable.memory, canary: canary.memory, slow, learning } };
}

function errorCounts(metric: string, increments: Increments): { units: number; bad: number } | undefined {
  const units = increments.get(unitsRole(metric));
  const bad = increments.get(badRole(metric)) ?? 0;
  return units === undefined || !Number.isFinite(units + bad) ? undefined : { units, bad };
}

/** Sums of scores of 0 … 1 give one pair a poll, of the means: less evidence than single answers, and as valid. */
function scoreCounts(metric: string, stable: Increments, canary: Increments): readonly ScorePair[] | undefined {
  const mean = (increments: Increments) => {
    const [n, sum] = [increments.get(`${metric}/n`), increments.get(`${metric}/sum`)];
    return n === undefined || sum === undefined ? undefined : n > 0 ? Math.min(1, Math.max(0, sum / n)) : NaN;
  };
  const [s, c] = [mean(stable), mean(canary)];
  if (s === undefined || c === undefined) return undefined;
  return Number.isNaN(s) || Number.isNaN(c) ? [] : [{ stable: s, canary: c, thisStep: true }];
}

function latencyCounts(name: string, { ratio }: Latency, slow: Record<string, SlowEdges>, learning: Record<string, readonly (readonly [string, number])[]>, stable: Increments, canary: Increments, notes: string[]): RateObservation | undefined {
  const edges = slow[name];
  if (edges) return both(slowCounts(name, stable, edges.stable), slowCounts(name, canary, edges.canary));
  // The first requests of the stable version say what is slow; they are no evidence themselves.
  const seen = [...(learning[name] ?? []), ...[...stable].filter(([role]) => role.startsWith(`${name}/`))];
  const sums = [...Map.groupBy(seen, ([role]) => role)].map(([role, counts]) => [role, counts.reduce((sum, [, count]) => sum + count, 0)] as const);
  const found = slowEdges(bucketsOf(name, sums), ratio);
  if (found) {
    slow[name] = found;
    delete learning[name];
  } else {
    learning[name] = sums;
    notes.push(`${name} of the stable version is not known yet`);
  }
  return undefined;
}

function both(stable: RateObservation["stable"] | undefined, canary: RateObservation["canary"] | undefined): RateObservation | undefined {
  return stable && canary && { stable, canary };
}
