import type { DerivedMetric } from "../model.ts";
import type { Sample, SeriesTally } from "../run/tally.ts";

/** Code in an expression could reach these: an expression only counts. */
const CLOSED = ["import", "evaluate", "parse", "simplify", "derivative", "config", "compile"];

/** What a column's rows give under each name, as promptfoo adds it up: value × weight. */
export interface NamedSum {
  readonly sum: number;
  readonly count: number;
  readonly weight: number;
}

export function namedSums(samples: readonly (Sample | undefined)[]): Map<string, NamedSum> {
  const sums = new Map<string, NamedSum>();
  for (const { metrics, metricWeights } of samples.filter((sample) => sample !== undefined)) {
    for (const [name, value] of Object.entries(metrics)) {
      const { sum, count, weight } = sums.get(name) ?? { sum: 0, count: 0, weight: 0 };
      const own = metricWeights?.[name] ?? 1;
      sums.set(name, { sum: sum + value * own, count: count + 1, weight: weight + own });
    }
  }
  return sums;
}

/** Reads expressions; loaded only where a suite has one. @throws {SyntaxError} with mathjs' message. */
async function expressions(): Promise<(expression: string) => { evaluate(scope: Record<string, number>): unknown }> {
  const { create, all } = await import("mathjs/number");
  const math = create(all!, {});
  const { compile } = math;
  math.import(Object.fromEntries(CLOSED.map((name) => [name, () => refuse(name)])), { override: true });
  return (expression) => compile(expression);
}

function refuse(name: string): never {
  throw new Error(`${name} is not a function of derived metrics.`);
}

/** Why an expression cannot be read; `undefined`: it can. */
export async function expressionMistake(expression: string): Promise<string | undefined> {
  try {
    (await expressions())(expression);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Series with what their suite's `derivedMetrics` make of their metrics, for each version by itself. As in promptfoo an
 * expression sees the sums of a column's rows by their names, `__count` of the rows, and the derived ones before it. What it
 * cannot see in a version, or is no number, is not there.
 */
export async function withDerived<T extends SeriesTally>(series: readonly T[], metrics: readonly DerivedMetric[]): Promise<(T & Pick<SeriesTally, "derived">)[]> {
  if (metrics.length === 0) return [...series];
  const compile = await expressions();
  const compiled = metrics.map(({ name, expression }) => ({ name, code: compile(expression) }));
  const derive = (samples: readonly (Sample | undefined)[]) => {
    const scope: Record<string, number> = Object.fromEntries([...namedSums(samples)].map(([name, { sum }]) => [name, sum]));
    scope["__count"] = samples.filter((sample) => sample !== undefined).length;
    const derived: Record<string, number> = {};
    for (const { name, code } of compiled) {
      const value = valueOf(code, scope);
      if (value !== undefined) derived[name] = scope[name] = value;
    }
    return derived;
  };
  return series.map((tally) => ({ ...tally, derived: { current: derive(tally.cases.flatMap(({ current }) => current)), baseline: derive(tally.cases.flatMap(({ baseline }) => baseline)) } }));
}

function valueOf(code: { evaluate(scope: Record<string, number>): unknown }, scope: Record<string, number>): number | undefined {
  try {
    const value = code.evaluate({ ...scope });
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
