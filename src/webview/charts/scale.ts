import { scaleLinear } from "d3-scale";
import type { Axis, ChartView } from "../../protocol/experiments.ts";
import { valueWords } from "../parts/numbers.ts";

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
}

const WORDS: Readonly<Record<string, string>> = { rate: "pass", latency: "latency", money: "cost" };

/** From values to pixels, with ticks at round values, or at names where the axis has some. */
export function scaleOf(axis: Axis, values: readonly number[], [from, to]: readonly [number, number], ticks: number): Scale {
  const [least, most] = extent(values);
  // No room is made where no rate can be.
  const [low, high] = axis.unit === "rate" ? [Math.max(0, least), Math.min(1, most)] : [least, most];
  const scale = scaleLinear([low, high], [from, to]);
  if (axis.names) {
    const step = Math.max(1, Math.ceil(axis.names.length / ticks));
    return { at: scale, ticks: axis.names.flatMap((label, place) => (place % step === 0 ? [{ at: scale(place), label }] : [])) };
  }
  scale.nice(ticks);
  const unit = axis.unit && WORDS[axis.unit];
  return { at: scale, ticks: scale.ticks(ticks).map((value) => ({ at: scale(value), label: unit ? valueWords(unit, value) : valueWords("", value) })) };
}

/** All values that a chart shows of one direction. */
export function valuesOf({ series, markers }: ChartView, axis: "x" | "y"): number[] {
  const points = series.flatMap((one) => one.points);
  return axis === "x" ? [...points.map(({ x }) => x), ...markers.map(({ x }) => x)] : points.flatMap(({ y, low, high }) => [y, ...(low === undefined ? [] : [low]), ...(high === undefined ? [] : [high])]);
}

/** A single value has room around it. */
function extent(values: readonly number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  return low === high ? [low - Math.max(Math.abs(low) * 0.1, 0.5), high + Math.max(Math.abs(high) * 0.1, 0.5)] : [low, high];
}
