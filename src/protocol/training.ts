import type { Problem } from "../core/problem.ts";
import type { TrainingState } from "../core/store/training/states.ts";

/** What the editor asks of the trainings of one folder (a URI). The answers are below. */
export interface TrainingParams {
  readonly folder: string;
  readonly action: TrainingAction;
}

export type TrainingAction =
  | { readonly kind: "overview" }
  /** A data file (URI), else the data of all trainings. */
  | { readonly kind: "check"; readonly uri?: string }
  | { readonly kind: "start"; readonly name: string; readonly again?: boolean }
  | { readonly kind: "cancel"; readonly key: string }
  /** A training as a page of Markdown. */
  | { readonly kind: "page"; readonly key: string }
  /** Writes a copy of a data file (URI) without duplicates, beside it. */
  | { readonly kind: "unique"; readonly uri: string };

/** Of `check`: a file at a time. */
export interface CheckedData {
  readonly uri: string;
  /** `120 rows, about 4933 tokens, chat. 2 × leakage (error).` */
  readonly summary: string;
  readonly refused: boolean;
  readonly problems: readonly Problem[];
}

export type TrainingStarted = { readonly key: string } | { readonly message: string; /** It says that nothing is new. */ readonly known?: boolean };

export interface TrainingOverview {
  readonly trainings: readonly {
    readonly name: string;
    readonly trainer: string;
    /** Absolute paths. */
    readonly data: readonly string[];
    readonly environment: string | undefined;
    readonly last: TrainingView | undefined;
  }[];
}

export interface TrainingView {
  readonly key: string;
  readonly name: string;
  readonly state: TrainingState;
  readonly isOver: boolean;
  /** In a sentence, what became of it. */
  readonly sentence: string;
  /** `accuracy 31.7 % → 88.3 %`; empty before there is a decision. */
  readonly figures: string;
  readonly startedAt: number;
}

/** The engine tells what has become of the trainings of a folder. */
export interface TrainingChanged {
  readonly folder: string;
  readonly overview: TrainingOverview;
}

/** How far a training is that this window's engine drives. */
export interface TrainingProgressed {
  readonly key: string;
  readonly doing: string;
  readonly done: number;
  /** 0: not known. */
  readonly total: number;
  /** Milliseconds. */
  readonly eta?: number;
}
