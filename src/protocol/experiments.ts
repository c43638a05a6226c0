import type { ComparedCases } from "../core/experiments/cases/caseTables.ts";
import type { RunGrouping } from "../core/experiments/table/groups.ts";
import type { RunsQuery } from "../core/experiments/table/runTable.ts";
import type { ChartQuery } from "../core/experiments/charts/chart.ts";
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
  /** → `ChartView` */
  | ({ readonly kind: "chart"; readonly chart: ChartQuery } & ComparedCases)
  /** The comparison as a text */
  | ({ readonly kind: "export"; readonly format: "csv" | "md" } & ComparedCases)
  /** What has to be written for a case to be in the golden set, with the run's output as what is right → `GoldenEdit` */
  | { readonly kind: "golden"; readonly run: string; readonly caseId: string; readonly series?: string }
  | { readonly kind: "comment"; readonly run: string; readonly caseId?: string; readonly text: string }
  | { readonly kind: "uncomment"; readonly run: string; readonly comment: number }
  /** Rows of the table of all runs, by range → `RunsPage` */
  | { readonly kind: "runs"; readonly query: RunsQuery; readonly from: number; readonly count: number }
  /** → `RunGroup[]` */
  | { readonly kind: "groups"; readonly by: RunGrouping; readonly filter: string }
  /** Runs of one group, newest first → `RunHead[]` */
  | { readonly kind: "group"; readonly by: RunGrouping; readonly filter: string; readonly value: string | null; readonly limit: number }
  /** What is wrong with a filter, or `null` */
  | { readonly kind: "checkFilter"; readonly filter: string }
  /** Where an artifact's content is → `ArtifactPlace`, or `null` */
  | { readonly kind: "artifact"; readonly run: string; readonly path: string }
  /** The newest runs → `RunHead[]` */
  | { readonly kind: "recent"; readonly limit: number };

export interface ArtifactPlace {
  /** Absolute. */
  readonly file: string;
  readonly at: number;
}

/** The table of all runs. */
export interface RunsState {
  readonly folder: string;
  readonly query?: RunsQuery;
  /** Keys of the runs that are to be compared. */
  readonly ticked?: readonly string[];
}

/** A page is a comparison, or, without `runs`, the table of all runs. */
export type PageState = ComparisonState | RunsState;

export type Tab = "overview" | "cases" | "charts";

/** What a webview is about; it is all that a link or a reload needs to bring it back. */
export interface ComparisonState {
  readonly folder: string;
  readonly runs: readonly string[];
  readonly baseline?: string;
  /** The series of suites' runs that is compared, where they have several in common. */
  readonly series?: string;
  readonly tab?: Tab;
  /** Also what is the same in all runs. */
  readonly all?: boolean;
  readonly cases?: CaseQuery;
  readonly chart?: ChartQuery;
  /** The case whose answers are shown. */
  readonly case?: string;
}

/** From a webview to the extension. */
export type FromWebview =
  | { readonly kind: "ask"; readonly id: number; readonly action: ExperimentsAction }
  /** Shows a place of today's suite; the file is absolute. */
  | { readonly kind: "openPlace"; readonly file: string; readonly line: number }
  /** Asks where to, and writes it. */
  | { readonly kind: "save"; readonly name: string; readonly content: string; readonly encoding: "utf8" | "base64" }
  /** Puts a case with a run's output into the golden set. */
  | { readonly kind: "golden"; readonly folder: string; readonly run: string; readonly caseId: string; readonly series?: string }
  | { readonly kind: "copyLink"; readonly state: ComparisonState }
  /** One run's page, or a comparison of several. */
  | { readonly kind: "openRuns"; readonly folder: string; readonly runs: readonly string[] }
  | { readonly kind: "openArtifact"; readonly folder: string; readonly run: string; readonly path: string };

/** From the extension to a webview. */
export type ToWebview =
  | { readonly kind: "state"; readonly state: PageState }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly message: string }
  /** The store has something new. */
  | { readonly kind: "changed" };

export type { ComparisonView, FactView, MetricCellView, MetricView, RunHead } from "../core/experiments/compare/view.ts";
export type { TextChange } from "../core/experiments/compare/texts.ts";
export type { DiffLine } from "../core/experiments/text/lines.ts";
export type { Piece } from "../core/experiments/text/words.ts";
export type { CaseDetailsView } from "../core/experiments/cases/caseTables.ts";
export type { GoldenEdit } from "../core/experiments/cases/golden.ts";
export type { Axis, ChartPoint, ChartQuery, ChartSeries, ChartView } from "../core/experiments/charts/chart.ts";
export type { CaseAnswer, CaseOfRun } from "../core/experiments/cases/details.ts";
export type { CasePage } from "../core/experiments/cases/openTable.ts";
export type { CaseFilter, CaseQuery, CaseSort } from "../core/experiments/cases/order.ts";
export type { CaseCell, CaseRowView } from "../core/experiments/cases/page.ts";
export type { RunGroup, RunGrouping } from "../core/experiments/table/groups.ts";
export type { RunRowView, RunsPage, RunsQuery } from "../core/experiments/table/runTable.ts";
export type { RunComment } from "../core/store/experiments/comments.ts";
