import type { Range } from "../core/problem.ts";

/** What the editor asks about writing prompts: of the suites of a file (a URI). */
export interface AuthoringParams {
  readonly uri: string;
  readonly action: AuthoringAction;
}

export type AuthoringAction =
  /** Which change broke cases → `BisectAnswer` */
  | { readonly kind: "bisect" }
  /** The cases of a suite, with what the last verdict made of each; of one case, the last run of it → `SuiteTests` */
  | { readonly kind: "tests"; readonly caseId?: string }
  /** Whole outputs of the cases that broke or were fixed → `ChangedAnswer[]` */
  | { readonly kind: "answers" }
  | PreviewAction
  /** Asks one case with a text as it is typed → `PreviewAnswer[]`. `endpoint`: of llmops.yaml, instead of the suite's own. */
  | { readonly kind: "answer"; readonly file: string; readonly text: string; readonly caseId: string; readonly endpoint?: string };

/** A prompt's text as it is typed, filled in for a case → `PreviewView`. */
export interface PreviewAction {
  readonly kind: "preview";
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  readonly caseId?: string;
  /** Of several prompts in the file, from 0. */
  readonly prompt?: number;
  /** The suite may be another since the last time. */
  readonly reload?: boolean;
}

export interface BisectAnswer {
  /** For people, in one paragraph. */
  readonly message: string;
  readonly culprits: readonly CulpritView[];
  /** All changes that were searched. */
  readonly changes: readonly { readonly uri: string; readonly range: Range }[];
}

export interface CulpritView {
  readonly uri: string;
  readonly range: Range;
  readonly message: string;
  /** The prompt's text without it. */
  readonly fixed: string;
}

export interface SuiteTests {
  /** Of the suite. */
  readonly uri: string;
  readonly name: string;
  readonly tests: readonly TestView[];
  /** Of the run that the outcomes are from; `undefined`: none yet. */
  readonly runId: string | undefined;
}

export interface TestView {
  readonly id: string;
  readonly label: string;
  readonly uri: string;
  readonly range: Range;
  /** A series each: prompt and provider. */
  readonly outcomes: readonly TestOutcome[];
}

export interface TestOutcome {
  readonly series: string;
  readonly status: "passed" | "failed" | "error";
  /** Why, for one that did not pass. */
  readonly message: string;
  /** The text that an assertion wanted, where one says it. */
  readonly expected: string | undefined;
  readonly actual: string;
  readonly latencyMs: number | undefined;
}

export interface ChangedAnswer {
  readonly caseId: string;
  readonly title: string;
  readonly series: string;
  readonly change: "broke" | "fixed";
  readonly before: string;
  readonly after: string;
}

export interface PreviewView {
  /** Relative to the root, with `/`. */
  readonly suite: string;
  readonly cases: readonly { readonly id: string; readonly label: string }[];
  /** The case that it is filled in for; `undefined`: the suite has none. */
  readonly caseId: string | undefined;
  /** Labels of the prompts in the file, and the number of the one that is shown. */
  readonly prompts: readonly string[];
  readonly prompt: number;
  /** Names of the endpoints in llmops.yaml, and the suite's own among them. */
  readonly endpoints: readonly string[];
  readonly endpoint: string | undefined;
  readonly baseline: string | undefined;
  readonly messages: readonly PreviewMessage[];
  /** About so many: characters by 4, ± 25 %. */
  readonly tokens: number;
  /** Why it cannot be filled in. */
  readonly problem?: string;
}

export interface PreviewMessage {
  readonly role: string;
  readonly tokens: number;
  readonly lines: readonly PreviewLine[];
}

/** A line, against the baseline's text filled in for the same case. */
export interface PreviewLine {
  readonly text: string;
  readonly kind: "same" | "added" | "removed";
}

/** What a series answered with the text as it is typed. */
export interface PreviewAnswer {
  readonly series: string;
  readonly status: "passed" | "failed" | "rejected" | "error";
  readonly output: string;
  /** Why it did not pass. */
  readonly reason: string;
  /** `41 ms · 120 tokens` */
  readonly facts: string;
}

/** From the preview's page to the extension. */
export type FromPreview =
  | { readonly kind: "ready" }
  | { readonly kind: "choose"; readonly caseId?: string; readonly prompt?: number }
  /** Asks the case of each; `undefined`: the suite's own. */
  | { readonly kind: "run"; readonly endpoints: readonly (string | undefined)[] };

/** From the extension to the preview's page. */
export type ToPreview =
  | { readonly kind: "view"; readonly view: PreviewView }
  | { readonly kind: "problem"; readonly message: string }
  | { readonly kind: "running"; readonly endpoints: readonly (string | undefined)[] }
  | { readonly kind: "answers"; readonly column: number; readonly answers: readonly PreviewAnswer[] }
  | { readonly kind: "failed"; readonly column: number; readonly message: string };
