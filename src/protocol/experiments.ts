import type { ComparedCases } from "../core/experiments/cases/caseTables.ts";
import type { CaseQuery } from "../core/experiments/cases/order.ts";

/** What the editor and its webviews ask about the runs of one folder (a URI). The answers are below. */
export interface ExperimentsParams {
  readonly folder: string;
  readonly action: ExperimentsAction;
}

export type ExperimentsAction =
  /** → `ComparisonView` */
  | ({ readonly kind: "compare" } & ComparedCases)
  /** Rows of the table of cases, by range → `CasePage` */
  | ({ readonly kind: "cases"; readonly query: CaseQuery; readonly from: number; readonly count: number } & ComparedCases)
  /** → `CaseDetailsView` */
  | ({ readonly kind: "case"; readonly caseId: string } & ComparedCases)
  | { readonly kind: "comment"; readonly run: string; readonly caseId?: string; readonly text: string }
  | { readonly kind: "uncomment"; readonly run: string; readonly comment: number }
  /** The newest runs → `RunHead[]` */
  | { readonly kind: "recent"; readonly limit: number };

/** What a webview is about; it is all that a link or a reload needs to bring it back. */
export interface ComparisonState {
  readonly folder: string;
  readonly runs: readonly string[];
  readonly baseline?: string;
  /** The series of suites' runs that is compared, where they have several in common. */
  readonly series?: string;
  readonly tab?: "overview" | "cases" | "charts";
  /** Also what is the same in all runs. */
  readonly all?: boolean;
  readonly cases?: CaseQuery;
  /** The case whose answers are shown. */
  readonly case?: string;
}

/** From a webview to the extension. */
export type FromWebview =
  | { readonly kind: "ask"; readonly id: number; readonly action: ExperimentsAction }
  /** Shows a place of today's suite; the file is absolute. */
  | { readonly kind: "openPlace"; readonly file: string; readonly line: number }
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
export type { CaseDetailsView } from "../core/experiments/cases/caseTables.ts";
export type { CaseAnswer, CaseOfRun } from "../core/experiments/cases/details.ts";
export type { CasePage } from "../core/experiments/cases/openTable.ts";
export type { CaseFilter, CaseQuery, CaseSort } from "../core/experiments/cases/order.ts";
export type { CaseCell, CaseRowView } from "../core/experiments/cases/page.ts";
export type { RunComment } from "../core/store/experiments/comments.ts";
