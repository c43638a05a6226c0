import type { MetricUnit } from "../../config/gates.ts";

/** What a chart is asked to show of the runs that are compared. */
export type ChartQuery =
  /** A metric over all runs of the baseline's suite or experiment. */
  | { readonly kind: "history"; readonly metric: string }
  /** How a value of the cases is spread in each run. */
  | { readonly kind: "distribution"; readonly metric: string }
  /** Two metrics, a point a run. */
  | { readonly kind: "scatter"; readonly x: string; readonly y: string }
  /** A metric by step. */
  | { readonly kind: "curves"; readonly metric: string };

export interface Axis {
  readonly label: string;
  /** `undefined`: a plain number. */
  readonly unit?: MetricUnit;
  /** Names of the places 0, 1, 2, … where it has no numbers. */
  readonly names?: readonly string[];
}

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
  /** What a person reads of it. */
  readonly label?: string;
  /** Stands out. */
  readonly strong?: boolean;
}

export interface ChartSeries {
  readonly name: string;
  readonly style: "line" | "points" | "steps";
  /** A range around the line, not only whiskers of points. */
  readonly band?: boolean;
  readonly points: readonly ChartPoint[];
}

/** A chart as data: it is drawn, read aloud and exported from this. */
export interface ChartView {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly ChartSeries[];
  readonly markers: readonly { readonly x: number; readonly label: string }[];
  /** What limits it. */
  readonly notices: readonly string[];
}
