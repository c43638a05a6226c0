import { BUILT_IN_METRICS, type Direction, type Gate, metricInfo } from "../config/gates.ts";
import type { CaseTally, Sample, SeriesTally } from "../evals/run/tally.ts";
import { currentMean, freshPairs, freshTimes, meanPairs, type Pair, passPairs } from "./pairs.ts";
import type { MetricReport } from "./report.ts";
import { isCovered, valueIn } from "./sampleValues.ts";
import { quantileDifferenceInterval } from "./statistics/bootstrap.ts";
import { pairedInterval } from "./statistics/interval.ts";
import { quantileSwapTest, signPermutationTest } from "./statistics/permutation.ts";
import { minimumDetectableEffect, passVariance, requiredCases } from "./statistics/power.ts";
import { quantile } from "./statistics/quantile.ts";
import { signFlipMidP } from "./statistics/signFlip.ts";

/** Fewer fresh `pairs` say nothing about a quantile: its test has no power there. `alone`: so many answers give one to look at. */
const LATENCY: Readonly<Record<string, Quantile>> = {
  "latency-p50": { q: 0.5, pairs: 20, alone: 20 },
  "latency-p95": { q: 0.95, pairs: 500, alone: 100 },
  "first-token-p50": { q: 0.5, pairs: 20, alone: 20 },
  "first-token-p95": { q: 0.95, pairs: 500, alone: 100 },
};

interface Quantile {
  readonly q: number;
  readonly pairs: number;
  readonly alone: number;
}

export const ALPHA = 0.05;

/** A metric that no gate watches is for information: its p need not be precise, and every save pays for it. */
const UNGATED = { permutations: 999 };

/** A metric compared, before its p is adjusted and its verdict spoken. */
export interface Measured {
  readonly name: string;
  readonly gate: Gate | undefined;
  readonly baseline: number | undefined;
  readonly current: number | undefined;
  readonly comparison: Comparison | undefined;
}

export interface Comparison {
  readonly delta: number;
  readonly interval: readonly [number, number];
  /** One-sided, for worse and for better. */
  readonly worse: number;
  readonly better: number;
  readonly n: number;
  readonly advice: MetricReport["advice"];
}

/** Every metric that a series has: accuracy always, then what was measured or is gated. */
export function measure(series: SeriesTally, repeats: number, gates: readonly Gate[]): Measured[] {
  const named = new Set<string>();
  for (const { current } of series.cases) for (const sample of current) for (const name of Object.keys(sample?.metrics ?? {})) named.add(name);
  const gated = gates.map((gate) => gate.metric).filter((name) => name !== "broken");
  const names = new Set(["accuracy", ...gated, ...EVERY_SUITE, ...named].filter((name) => series.derived?.current[name] === undefined || Object.hasOwn(BUILT_IN_METRICS, name)));
  const measured = [...names].map((name) => measureOne(name, series, repeats, gates.find((gate) => gate.metric === name)));
  const derived = Object.keys(series.derived?.current ?? {}).filter((name) => !Object.hasOwn(BUILT_IN_METRICS, name));
  for (const name of derived) measured.push(measureDerived(name, series, gates.find((gate) => gate.metric === name)));
  const moderated = measured.some(({ name, current }) => name === "toxicity" && current !== undefined);
  // The list of words stands in for a moderator where there is none.
  return measured.filter(({ name, gate, current }) => gate !== undefined || (current !== undefined && !(name === "profanity-list" && moderated)));
}

/** Of a series only what a gate compares with the baseline. */
export function measureCompared(series: SeriesTally, repeats: number, gates: readonly Gate[]): Measured[] {
  return gates.filter((gate) => gate.tolerance).map((gate) => measureOne(gate.metric, series, repeats, gate)).filter(({ comparison }) => comparison);
}

/** One value a version: it is of all cases together, so that nothing can be tested case by case. */
function measureDerived(name: string, { derived }: SeriesTally, gate: Gate | undefined): Measured {
  return { name, gate, baseline: derived?.baseline[name], current: derived?.current[name], comparison: undefined };
}

const EVERY_SUITE = ["latency-p50", "latency-p95", "first-token-p50", "first-token-p95", "instruction-following", "toxicity", "profanity-list", "cost", "tokens"];

function measureOne(name: string, series: SeriesTally, repeats: number, gate: Gate | undefined): Measured {
  const direction = gate?.direction ?? metricInfo(name).direction;
  const latency = LATENCY[name];
  if (name === "accuracy") return accuracy(series.cases, repeats, gate);
  if (name === "error-rate") return errorRate(series.cases, gate);
  if (latency) return latencyQuantile(name, series, latency, gate);
  const valueOf = valueIn(name);
  if (!isCovered(name, series.cases)) return { name, gate, baseline: undefined, current: undefined, comparison: undefined };
  const pairs = meanPairs(series.cases, repeats, valueOf);
  const comparison = pairs.length === 0 ? undefined : compareMeans(pairs, direction, gate !== undefined);
  return { name, gate, baseline: comparison && average(pairs.map((pair) => pair.baseline)), current: currentMean(series.cases, valueOf), comparison };
}

function accuracy(cases: readonly CaseTally[], repeats: number, gate: Gate | undefined): Measured {
  const current = currentMean(cases, (sample) => (sample.status === "passed" ? 1 : 0));
  const pairs = passPairs(cases, repeats, "leave-out");
  if (pairs.length === 0) return { name: "accuracy", gate, baseline: undefined, current, comparison: undefined };
  const before = pairs.map((pair) => pair.baseline);
  const after = pairs.map((pair) => pair.current);
  const differences = after.map((passes, i) => passes - (before[i] as number));
  const p = signFlipMidP(differences);
  const { mean, low, high } = pairedInterval(differences.map((k) => k / repeats));
  return {
    name: "accuracy",
    gate,
    baseline: average(before) / repeats,
    current: average(after) / repeats,
    comparison: { delta: mean, interval: [low, high], worse: p.less, better: p.greater, n: pairs.length, advice: advise(before, after, repeats, mean) },
  };
}

/** Of all questions, unlike every other metric: those without an answer are what it counts. */
function errorRate(cases: readonly CaseTally[], gate: Gate | undefined): Measured {
  const share = (samples: readonly (Sample | undefined)[]) => samples.filter((sample) => sample?.status === "error").length / samples.length;
  const pairs = cases.flatMap(({ current, baseline }) => (current.length === 0 || baseline.length === 0 ? [] : [{ current: share(current), baseline: share(baseline) }]));
  const asked = cases.filter(({ current }) => current.length > 0);
  const current = asked.length === 0 ? undefined : average(asked.map((item) => share(item.current)));
  return { name: "error-rate", gate, baseline: pairs.length === 0 ? undefined : average(pairs.map((pair) => pair.baseline)), current, comparison: pairs.length === 0 ? undefined : compareMeans(pairs, "lower", gate !== undefined) };
}

function advise(before: readonly number[], after: readonly number[], repeats: number, delta: number): MetricReport["advice"] {
  if (before.length < 2 || delta === 0) return undefined;
  const variance = passVariance(before, after, repeats);
  const noisy = variance.withinBaseline + variance.withinCandidate > 0;
  return {
    detectable: minimumDetectableEffect(before.length, repeats, variance),
    detectableWithRepeats: noisy ? { repeats: repeats * 3, effect: minimumDetectableEffect(before.length, repeats * 3, variance) } : undefined,
    cases: requiredCases(Math.abs(delta), repeats, variance),
  };
}

const WHOLE = ({ latencyMs }: Sample) => latencyMs;
const FIRST_TOKEN = ({ firstTokenMs }: Sample) => firstTokenMs;

function latencyQuantile(name: string, { cases, hasBaseline }: SeriesTally, { q, pairs: fewest, alone }: Quantile, gate: Gate | undefined): Measured {
  const time = name.startsWith("first-token") ? FIRST_TOKEN : WHOLE;
  const pairs = freshPairs(cases, time);
  if (pairs.length < fewest) {
    const times = hasBaseline ? [] : freshTimes(cases, time);
    return { name, gate, baseline: undefined, current: times.length < alone ? undefined : quantile(times, q), comparison: undefined };
  }
  const before = pairs.map((pair) => pair.baseline);
  const after = pairs.map((pair) => pair.current);
  const test = quantileSwapTest(before, after, q, gate ? {} : UNGATED);
  const { low, high } = quantileDifferenceInterval(before, after, q);
  return {
    name,
    gate,
    baseline: quantile(before, q),
    current: quantile(after, q),
    comparison: { delta: test.observed, interval: [low, high], worse: test.greater, better: test.less, n: pairs.length, advice: undefined },
  };
}

function compareMeans(pairs: readonly Pair[], direction: Direction, gated: boolean): Comparison {
  const differences = pairs.map((pair) => pair.current - pair.baseline);
  const { mean, low, high } = pairedInterval(differences);
  const unchanged = differences.every((difference) => difference === 0);
  const test = unchanged ? { less: 0.5, greater: 0.5 } : signPermutationTest(differences, "mean", gated ? {} : UNGATED);
  return {
    delta: mean,
    interval: [low, high],
    worse: direction === "higher" ? test.less : test.greater,
    better: direction === "higher" ? test.greater : test.less,
    n: pairs.length,
    advice: undefined,
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
