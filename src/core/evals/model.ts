import type { Dialect } from "../prompts/dialects.ts";
import type { HttpAuth, HttpMultipart, HttpSession, HttpSignature, HttpTls } from "./suite/httpSchema.ts";
import type { Location, Problem } from "../problem.ts";
import type { Place } from "./suite/source.ts";

/** A suite as it runs: everything read, expanded and checked. */
export interface Suite {
  /** Absolute path of the configuration file. */
  readonly file: string;
  readonly description: string | undefined;
  readonly prompts: readonly Prompt[];
  readonly providers: readonly ProviderSpec[];
  /** Tests after variable expansion, in promptfoo's order; not yet multiplied by prompts, providers or repeats. */
  readonly cases: readonly Case[];
  readonly options: SuiteOptions;
  readonly derivedMetrics?: readonly DerivedMetric[];
  readonly extensions?: readonly Extension[];
  /** Its `beforeAll` has made other prompts or filters than those that are written. */
  readonly remade?: boolean;
  /** Every file that was read for it: absolute path → text. What a version of the suite consists of. */
  readonly files: ReadonlyMap<string, string>;
  /** Those of `files` that are code, or imported by it. */
  readonly scripts: ReadonlySet<string>;
  /** Filters of its prompts' templates that are code, by name: absolute paths. */
  readonly filters?: Readonly<Record<string, string>>;
  /** With an `error` among them the suite does not run. */
  readonly problems: readonly Problem[];
}

/** A metric of a whole column, made of those that assertions name. */
export interface DerivedMetric {
  readonly name: string;
  readonly expression: string;
  readonly location: Location;
}

export const HOOK_NAMES = ["beforeAll", "beforeEach", "afterEach", "afterAll"] as const;

/** When a hook of a suite's is called: before and after a run, and before and after each test. */
export type HookName = (typeof HOOK_NAMES)[number];

/** A file of code with hooks. */
export interface Extension {
  readonly written: string;
  readonly language: "javascript" | "python";
  /** Absolute. */
  readonly file: string;
  readonly name: string | undefined;
  /** The only hook that it is called for; `undefined`: each of them. */
  readonly hook: HookName | undefined;
  /** Of the file and all that it imports from the workspace. */
  readonly fingerprint: string;
  readonly location: Location;
}

export interface SuiteOptions {
  readonly maxConcurrency: number | undefined;
  readonly repeat: number | undefined;
  /** Milliseconds between two calls of a provider. */
  readonly delay: number | undefined;
  /** Milliseconds per call. */
  readonly timeoutMs: number | undefined;
  readonly cache: boolean | undefined;
  /** `env:` of the suite; over the process environment in `{{env.X}}`. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Prompt {
  /** Identity within its suite: the label if one is given, else `path#index` with a relative posix path. */
  readonly key: string;
  readonly label: string;
  readonly template: string;
  /** What makes the prompt of a test's variables; `template` is then the code's own text. */
  readonly code?: PromptCode;
  /** How its variables are filled in; `undefined`: as promptfoo does. */
  readonly dialect?: Dialect;
  /** Values of variables that a test does not give, where its file has some. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  /** Where the template's text stands: a file of its own, a part of one, or a node of the suite. */
  readonly location: Location;
}

/** A function of a file (a reference with its absolute path), or a program that writes the prompt. */
export type PromptCode =
  | { readonly kind: "function"; readonly reference: string }
  | { readonly kind: "program"; readonly program: string | { readonly language: "python" }; readonly args: readonly string[] };

export interface ProviderSpec {
  /** promptfoo's id, e.g. `openai:chat:gpt-5` or `echo`. */
  readonly id: string;
  readonly label: string | undefined;
  /** Set where the provider is code of the suite's. */
  readonly code?: ProviderCode;
  /** Not rendered: `{{env.X}}` and `${secret:X}` still stand in it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What its outputs become before anything else. */
  readonly transform?: string;
  /** What is taken of an answer's body (`transformResponse` of `http`), where that is code and no path. */
  readonly response?: string;
  /** Code of `http` that makes what is sent for a prompt, and that says which status is an answer. */
  readonly http?: { readonly transformRequest?: CodeText; readonly validateStatus?: CodeText };
  /** What else `http` needs for its requests: sessions, keys, certificates, forms. */
  readonly extras?: HttpExtras;
  /** Prompt keys or labels it is limited to. */
  readonly prompts: readonly string[] | undefined;
  readonly delay: number | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly location: () => Location;
}

/** By promptfoo's names. Files of keys have their absolute paths. */
export interface HttpExtras {
  readonly auth?: HttpAuth;
  readonly session?: HttpSession;
  readonly signatureAuth?: HttpSignature;
  readonly tls?: HttpTls;
  readonly multipart?: HttpMultipart;
  /** Of the workspace and of the suite, absolute: files of forms are found from the second and stay in the first. */
  readonly root: string;
  readonly folder: string;
}

/** JavaScript, or the reference to a file of code with its absolute path. */
export interface CodeText {
  readonly code: string;
  /** Of the file and all that it imports from the workspace; of JavaScript itself. */
  readonly fingerprint: string;
}

export interface ProviderCode {
  readonly language: "javascript" | "python" | "ruby";
  /** Absolute. */
  readonly file: string;
  /** From the workspace, with `/`. */
  readonly path: string;
  /** Of a function, where one is said. */
  readonly name: string | undefined;
  /** Of the file and all that it imports from the workspace. */
  readonly fingerprint: string;
}

export interface Case {
  /** `metadata.id`, else a hash of description and resolved variables, with `~2` for its second occurrence. */
  readonly id: string;
  /** Position in the suite, from 0. */
  readonly index: number;
  readonly description: string | undefined;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Those of `vars` that code makes of each question, by name: references to files. In `vars` stands what is written. */
  readonly madeVars?: Readonly<Record<string, string>>;
  readonly assert: readonly AssertionNode[];
  /** The test passes when its score reaches this, instead of when all assertions pass. */
  readonly threshold: number | undefined;
  readonly options: CaseOptions;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Prompt and provider filters of the test. */
  readonly prompts: readonly string[] | undefined;
  readonly providers: readonly string[] | undefined;
  /** Asked instead of the suite's providers, whose columns it fills. */
  readonly provider?: ProviderSpec;
  /** A file of code that makes the row's grade of its metrics. */
  readonly scoring?: string;
  /** An output given in the suite: the provider is not called. */
  readonly providerOutput: unknown;
  /** As hooks see it: the defaults in it, nothing read. Kept where the suite has any. */
  readonly written?: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

/** What a test has that says no more than its variables and assertions. */
export const BARE_CASE = {
  threshold: undefined,
  options: { prefix: undefined, suffix: undefined, repeat: undefined, provider: {} },
  metadata: {},
  prompts: undefined,
  providers: undefined,
  providerOutput: undefined,
} satisfies Partial<Case>;

/** Every assertion of a test, those within sets included. */
export function assertionsOf({ assert }: Pick<Case, "assert">): Assertion[] {
  return assert.flatMap((node) => (node.kind === "set" ? node.assert : [node]));
}

export interface CaseOptions {
  readonly prefix: string | undefined;
  readonly suffix: string | undefined;
  /** What is judged of an output: JavaScript, or the reference to a file of code. */
  readonly transform?: string;
  readonly repeat: number | undefined;
  /** Asked before the others and one by one. */
  readonly runSerially?: boolean;
  /** The variable that later tests find the output in. */
  readonly storeOutputAs?: string;
  /** The test does not see the turns before it, whatever its prompt reads. */
  readonly disableConversationVar?: boolean;
  /** Overrides of the provider's configuration: `temperature`, `max_tokens`, … */
  readonly provider: Readonly<Record<string, unknown>>;
  /** Who judges where an assertion names nobody. */
  readonly grader?: Graders;
  /** The suite's own question to judges: a text, or whatever else the assertion's type takes. */
  readonly rubricPrompt?: unknown;
  /** Scores of `factuality`, by relation. */
  readonly factuality?: Readonly<Record<string, number>>;
}

/** Providers that judge, by what they are asked for. One that a suite names without a kind stands under each. */
export interface Graders {
  readonly text?: ProviderSpec;
  readonly embedding?: ProviderSpec;
  readonly moderation?: ProviderSpec;
  /** An endpoint of `llmops.yaml` judges instead where one is named: these are of a service that is gone. */
  readonly unlessEndpoint?: boolean;
}

export type AssertionNode = Assertion | AssertionSet;

export interface Assertion {
  readonly kind: "assertion";
  /** What it judges of the output. */
  readonly transform?: string;
  /** What was retrieved, for assertions about that. */
  readonly contextTransform?: string;
  /** As written, with `not-` if it has it. */
  readonly type: string;
  readonly value: unknown;
  readonly threshold: number | undefined;
  readonly weight: number;
  /** A template. */
  readonly metric: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  /** Who judges, where the type asks somebody; over the test's. */
  readonly grader?: Graders;
  readonly rubricPrompt?: unknown;
  readonly place: Place;
}

export interface AssertionSet {
  readonly kind: "set";
  readonly assert: readonly Assertion[];
  readonly threshold: number | undefined;
  readonly weight: number;
  readonly metric: string | undefined;
  readonly place: Place;
}

export type Role = "system" | "user" | "assistant" | "developer" | "tool";

export interface Message {
  readonly role: Role;
  readonly content: unknown;
  readonly [extra: string]: unknown;
}

/** What a provider answered to one call. */
export interface Answer {
  /** Text, or the parsed object where the provider gives one; `null`: no output. */
  readonly output: unknown;
  readonly latencyMs: number;
  /** Until its first token, where it was streamed in this run. */
  readonly firstTokenMs?: number;
  readonly usage: { readonly input: number; readonly output: number } | undefined;
  /** In the provider's currency, USD; `undefined`: not known. */
  readonly cost: number | undefined;
  readonly finishReason: string | undefined;
  /** Natural logarithm of each token's probability, where the endpoint was asked for them. */
  readonly logProbs?: readonly number[];
  /** Model and system fingerprint that the endpoint reports: a silent change shows here. */
  readonly fingerprint: string | undefined;
  readonly cached: boolean;
}

/** One assertion's judgement. An assertion that cannot be judged throws `JudgeError` instead. */
export interface Grade {
  readonly pass: boolean;
  /** Usually 0 … 1. */
  readonly score: number;
  readonly reason: string;
}

/** A whole row's judgement. */
export interface RowGrade extends Grade {
  /** Weighted mean of the assertions that name the metric. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The output that was judged, where a transform made another one of the provider's. */
  readonly output?: unknown;
  /** The weight that stands behind each metric: a column's metrics are sums of mean × weight. */
  readonly metricWeights?: Readonly<Record<string, number>>;
  readonly components: readonly (Grade & { readonly type: string; readonly metric?: string })[];
  /** What every suite's answers are measured by, beside its assertions. */
  readonly measured?: Measured;
}

export interface Measured {
  /** By built-in metric, 0 … 1. */
  readonly values: Readonly<Record<string, number>>;
  readonly kept: Kept;
}

/** By instruction check, in their order: whether an answer keeps it; `null`: it cannot be told. */
export type Kept = readonly (boolean | null)[];

/** The row could not be judged (a missing threshold, a script file that threw): an error, never a failure. */
export class JudgeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "JudgeError";
  }
}
