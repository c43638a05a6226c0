import type { Http } from "../../host.ts";
import type { Grader, GraderKind } from "../judges/grader.ts";
import type { Assertion, AssertionNode, CaseOptions, Grade } from "../model.ts";
import type { Provider } from "../providers/provider.ts";
import type { SuiteCode } from "../suiteCode/pool.ts";

/** Fills a nunjucks template with a test's variables; throws when the template is broken. */
export type Render = (text: string, vars: Readonly<Record<string, unknown>>) => string;

/** One answer of a provider with all that its assertions may look at. */
export interface GradedRow {
  readonly assert: readonly AssertionNode[];
  /** A file whose function makes the row's grade of its metrics, by its absolute path. */
  readonly scoring?: string;
  /** The test's own threshold; it replaces "all assertions must pass". */
  readonly threshold: number | undefined;
  /** Text, or a parsed object; `null` or `undefined`: there is no output. */
  readonly output: unknown;
  /** What the provider gave, by its own transform, before those of the test and the assertion. */
  readonly providerOutput?: unknown;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly latencyMs: number | undefined;
  /** USD; `undefined`: the provider does not say. */
  readonly cost: number | undefined;
  /** As the endpoint names it. */
  readonly finishReason: string | undefined;
  /** Natural logarithm of each token's probability, where the endpoint was asked for them. */
  readonly logProbs: readonly number[] | undefined;
  /** What the provider lets the model call; `undefined` where it is not known. */
  readonly provider: Pick<Provider, "tools" | "functions"> | undefined;
  /** What scripts find in their `context` beside `vars` and `config`: plain data, such as `prompt` and `test`. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly options?: Pick<CaseOptions, "rubricPrompt" | "factuality">;
  /** Who judges where an assertion asks somebody; without it such an assertion is an error. */
  readonly grader?: (assertion: Assertion) => Grader;
  readonly render: Render;
  readonly suiteCode: SuiteCode;
  /** For assertions that ask somebody else; without it they are errors. */
  readonly http: Pick<Http, "send"> | undefined;
  /** Milliseconds that a webhook has. */
  readonly webhookTimeoutMs?: number;
}

export interface GradeContext {
  readonly assertion: Assertion;
  /** The type as it is named to people, with `not-` if it has it. */
  readonly type: string;
  readonly negated: boolean;
  /** The assertion's value, rendered. */
  readonly value: unknown;
  /** The output as text: an object as JSON. */
  readonly text: string;
  readonly row: GradedRow;
}

/** What an assertion says of an output, before `not-` turns it round. */
export interface Claim {
  readonly holds: boolean;
  /** Where the score is more than 1 or 0; `not-` makes it 1 − score. */
  readonly score?: number;
  /** Completes "Expected the output to …", e.g. `contain "Paris"`. */
  readonly claim: string;
  /** What is instead, where that is not plain from the output, e.g. `it has 12`. */
  readonly found?: string;
  /** Default "the output". */
  readonly subject?: string;
}

/** A grade that `not-` does not change any more; scripts may name metrics of their own. */
export interface FinalGrade extends Grade {
  readonly namedScores?: Readonly<Record<string, number>>;
}

/** A mistake in an assertion that shows before anything runs. */
export interface Mistake {
  /** `error`: every row would be an error. `warning`: every row would get the same verdict. */
  readonly severity: "error" | "warning";
  /** A sentence for the person who wrote the suite. */
  readonly message: string;
}

export interface AssertionDefinition {
  /** What it asks of providers that judge; `undefined`: nothing. */
  readonly asks?: readonly GraderKind[];
  /**
   * A string stands for an `error`. Not called for values that are templates, since those are known
   * only with a row's variables.
   */
  check?(assertion: Assertion): string | Mistake | undefined | Promise<string | Mistake | undefined>;
  /** @throws {JudgeError} when the output cannot be judged. */
  grade(context: GradeContext): Claim | FinalGrade | Promise<Claim | FinalGrade>;
}

/** A text for a sentence: quoted, and cut where it would fill the screen. */
export function quote(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return `"${text.length > 200 ? `${text.slice(0, 200)}…` : text}"`;
}
