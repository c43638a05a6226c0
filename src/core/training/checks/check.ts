import type { TrainingConfig } from "../../config/schema.ts";
import type { ReadRow } from "../data/rows.ts";
import type { Row } from "../data/row.ts";
import type { Findings } from "./findings.ts";
import type { RowIndex } from "./rowIndex.ts";
import type { DataReport } from "./report.ts";

export type ChecksConfig = TrainingConfig["checks"];

/** A text of a suite that the data should not have. */
export interface SuiteText {
  readonly text: string;
  /** For people: `evals/support, case m014`. */
  readonly name: string;
}

export interface CheckContext {
  readonly config: ChecksConfig;
  readonly findings: Findings;
  /** What every check may look up of the rows that were read. */
  readonly rows: RowIndex;
  readonly suiteTexts: readonly SuiteText[];
  /** What was found in the version before; to be asked at the end, since until then it is not known which this one is. */
  readonly before: () => DataReport | undefined;
  readonly signal: AbortSignal;
}

/** One check of the data: it sees each row once, in the file's order, and says the rest at the end. */
export interface DataCheckRun {
  /** @param index of the row among those that can be learnt from, from 0. */
  row?(row: Row, index: number, place: Pick<ReadRow, "line">): void;
  end?(): Promise<void> | void;
}

/** Begins a check; `undefined`: there is nothing for it to do. */
export type StartCheck = (context: CheckContext) => DataCheckRun | undefined;
