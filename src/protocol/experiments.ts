/** What the editor and its webviews ask about the runs of one folder (a URI). The answers are below. */
export interface ExperimentsParams {
  readonly folder: string;
  readonly action: ExperimentsAction;
}

export type ExperimentsAction =
  /** → `ComparisonView` */
  | { readonly kind: "compare"; readonly runs: readonly string[]; readonly baseline?: string }
  /** The newest runs → `RunHead[]` */
  | { readonly kind: "recent"; readonly limit: number };

/** What a webview is about; it is all that a link or a reload needs to bring it back. */
export interface ComparisonState {
  readonly folder: string;
  readonly runs: readonly string[];
  readonly baseline?: string;
  readonly tab?: "overview" | "cases" | "charts";
  /** Also what is the same in all runs. */
  readonly all?: boolean;
}

/** From a webview to the extension. */
export type FromWebview =
  | { readonly kind: "ask"; readonly id: number; readonly action: ExperimentsAction }
  | { readonly kind: "copyLink"; readonly state: ComparisonState };

/** From the extension to a webview. */
export type ToWebview =
  | { readonly kind: "state"; readonly state: ComparisonState }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly message: string }
  /** The store has something new. */
  | { readonly kind: "changed" };

export type { ComparisonView, FactView, MetricCellView, MetricView, RunHead } from "../core/experiments/compare/view.ts";
export type { TextChange } from "../core/experiments/compare/texts.ts";
export type { DiffLine } from "../core/experiments/text/lines.ts";
export type { Piece } from "../core/experiments/text/words.ts";
