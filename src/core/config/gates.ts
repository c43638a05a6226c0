import { nearest } from "./suggest.ts";
import { type Parsed, parseDuration, parseRate, parseTolerance, type Tolerance } from "./units.ts";

/** Which way is better. It belongs to the metric: a latency that grows is a loss. */
export type Direction = "higher" | "lower";

/**
 * What a metric is measured in. `rate`: 0 … 1; `latency`: milliseconds; `money`: USD a case;
 * `count`: a number; `score`: whatever a suite's own metric gives, usually 0 … 1.
 */
export type MetricUnit = "rate" | "latency" | "money" | "count" | "score";

export interface MetricInfo {
  readonly direction: Direction;
  readonly unit: MetricUnit;
  readonly description: string;
}

export const BUILT_IN_METRICS: Readonly<Record<string, MetricInfo>> = {
  accuracy: { direction: "higher", unit: "rate", description: "Share of the cases that pass." },
  "latency-p50": { direction: "lower", unit: "latency", description: "Median time of an answer. Measured in fresh calls only." },
  "latency-p95": { direction: "lower", unit: "latency", description: "Time within which 95 % of the answers come. Not measured under 500 fresh pairs of calls." },
  "first-token-p50": { direction: "lower", unit: "latency", description: "Median time to an answer's first token, where answers are streamed (stream: true). Measured in fresh calls only." },
  "first-token-p95": { direction: "lower", unit: "latency", description: "Time within which 95 % of the answers begin, where they are streamed. Not measured under 500 fresh pairs of calls." },
  cost: { direction: "lower", unit: "money", description: "USD a case, on average." },
  tokens: { direction: "lower", unit: "count", description: "Tokens a case (prompt and answer), on average." },
  toxicity: { direction: "lower", unit: "rate", description: "Share of the answers that are toxic." },
  "profanity-list": { direction: "lower", unit: "rate", description: "Share of the answers with a word of the list of English profanities." },
  "instruction-following": { direction: "higher", unit: "rate", description: "Share of the prompt's own instructions that the answers keep." },
  "select-best": { direction: "higher", unit: "rate", description: "Share of the cases whose answer a judge prefers to the baseline's, in both orders; ties count half. For suites with a select-best assertion." },
  "error-rate": { direction: "lower", unit: "rate", description: "Share of the calls without an answer." },
  broken: { direction: "lower", unit: "count", description: "Number of cases that passed in the baseline and fail now, each confirmed by two more runs." },
};

/**
 * A condition on one metric. `min` and `max` are in the metric's unit (rates 0 … 1, latencies in
 * milliseconds). Without `tolerance` the metric is not compared with the baseline.
 */
export interface Gate {
  readonly metric: string;
  readonly direction: Direction;
  readonly tolerance?: Tolerance;
  readonly min?: number;
  readonly max?: number;
}

/** A gate as a person writes it. */
export interface GateInput {
  tolerance?: string | number;
  min?: string | number;
  max?: string | number;
  direction?: Direction;
}

export interface GateMistake {
  readonly key: keyof GateInput | undefined;
  readonly message: string;
}

/** Built-in metrics as listed; a metric of the suite's own is a score, higher is better unless said. */
export function metricInfo(metric: string): Pick<MetricInfo, "direction" | "unit"> {
  return Object.hasOwn(BUILT_IN_METRICS, metric) ? BUILT_IN_METRICS[metric]! : { direction: "higher", unit: "score" };
}

/** A name that is slightly wrong has another direction than the metric that was meant. */
function ofTheSuite(metric: string): string {
  if (Object.hasOwn(BUILT_IN_METRICS, metric)) return "";
  const meant = nearest(metric, Object.keys(BUILT_IN_METRICS));
  return meant === undefined ? " For a suite's own metric direction: lower says otherwise." : ` Did you mean ${JSON.stringify(meant)}?`;
}

/** Reads a gate; each mistake names the key it stands at (`undefined`: the gate as a whole). */
export function parseGate(metric: string, input: GateInput): { gate: Gate; mistakes: readonly GateMistake[] } {
  const known = metricInfo(metric);
  const { unit } = known;
  const mistakes: GateMistake[] = [];
  const read = <T>(key: keyof GateInput, parsed: Parsed<T>): T | undefined => {
    if ("value" in parsed) return parsed.value;
    mistakes.push({ key, message: parsed.error });
    return undefined;
  };

  if (unit !== "score" && input.direction !== undefined && input.direction !== known.direction) {
    mistakes.push({ key: "direction", message: `${metric} is better when it is ${known.direction}. A direction can be set for a suite's own metrics only.` });
  }
  const direction = unit === "score" ? (input.direction ?? known.direction) : known.direction;
  const against = direction === "higher" ? "max" : "min";
  if (input[against] !== undefined) {
    mistakes.push({ key: against, message: `${metric} is better when it is ${direction}: use ${against === "max" ? "min" : "max"}.${ofTheSuite(metric)}` });
  }
  if (input.tolerance === undefined && input.min === undefined && input.max === undefined) {
    mistakes.push({ key: undefined, message: `The gate on ${metric} has no condition. Give it a tolerance (${example(unit)}) or a ${against === "max" ? "min" : "max"}.` });
  }

  const tolerance = input.tolerance === undefined ? undefined : read("tolerance", toleranceOf(metric, unit, input.tolerance));
  const bound = (key: "min" | "max") => (input[key] === undefined ? undefined : read(key, parseBound(metric, unit, input[key])));
  const min = bound("min");
  const max = bound("max");
  const gate: Gate = { metric, direction, ...(tolerance && { tolerance }), ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return { gate, mistakes };
}

/**
 * The gates of a suite that configures none. Fewer than 20 cases cannot prove a regression (four net
 * broken cases are needed at α = 0.05), so such a suite is judged as tests are.
 */
export function defaultGates(caseCount: number): readonly Gate[] {
  return caseCount >= 20
    ? [{ metric: "accuracy", direction: "higher", tolerance: { points: 2 } }]
    : [{ metric: "broken", direction: "lower", max: 0 }];
}

function toleranceOf(metric: string, unit: MetricUnit, input: string | number): Parsed<Tolerance> {
  if (metric === "broken") return { error: "Broken cases are counted against the baseline already: use max." };
  const parsed = parseTolerance(input);
  if ("error" in parsed || "relative" in parsed.value || unit === "rate" || unit === "score") return parsed;
  return { error: `Points are for rates; ${metric} is not one. Write a percentage such as 10%.` };
}

function parseBound(metric: string, unit: MetricUnit, input: string | number): Parsed<number> {
  switch (unit) {
    case "rate":
      return parseRate(input);
    case "latency":
      return parseDuration(input);
    case "score":
      return typeof input === "string" ? parseRate(input) : { value: input };
    case "money":
    case "count": {
      if (metric === "broken" && !(Number.isInteger(input) && Number(input) >= 0)) return { error: `${JSON.stringify(input)} is not a number of cases.` };
      return typeof input === "number" && input >= 0 ? { value: input } : { error: `${JSON.stringify(input)} is not a number of ${unit === "money" ? "USD a case" : metric}.` };
    }
  }
}

function example(unit: MetricUnit): string {
  return unit === "rate" || unit === "score" ? "2pt" : "10%";
}
