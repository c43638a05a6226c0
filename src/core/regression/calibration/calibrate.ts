import { dirname, join } from "node:path";
import { withDotenv } from "../../config/dotenv.ts";
import { loadConfig } from "../../config/load.ts";
import { Redactor } from "../../config/redactor.ts";
import { suiteSettings } from "../../config/settings.ts";
import { visibleEnv } from "../../config/visibleEnv.ts";
import { createJudge } from "../../evals/assertions/gradeRow.ts";
import { type Answer, BARE_CASE, type Case, JudgeError, type RowGrade, type Suite } from "../../evals/model.ts";
import { Caller } from "../../evals/run/caller.ts";
import { SuiteSource } from "../../evals/suite/source.ts";
import { createSuiteCode } from "../../evals/suiteCode/pool.ts";
import { type Problem, ProblemError, START } from "../../problem.ts";
import { createRenderer } from "../../prompts/renderer.ts";
import { SuiteInvalid } from "../evaluate.ts";
import { suiteGraders } from "../graders.ts";
import { providerContext } from "../providers.ts";
import { cohensKappa, type Confusion, type Kappa } from "../statistics/kappa.ts";
import { absolutePath, type Workspace } from "../workspace.ts";
import { type Labelled, readLabelled } from "./labelled.ts";

export interface CalibrateOptions {
  /** Absolute path of the file with labelled outputs. */
  readonly file: string;
  /** Name of an endpoint of `llmops.yaml` that judges; without it who would judge a suite in the file's folder. */
  readonly endpoint: string | undefined;
  readonly useCache: boolean;
  readonly inFlight: number | undefined;
  /** Calls to endpoints that are not on this machine, at most; without it no limit. */
  readonly maxCalls?: number;
  /** USD, as far as prices are known. */
  readonly maxCost?: number;
  readonly signal: AbortSignal;
  readonly sandbox: () => Promise<string>;
}

/** What a judge's verdicts are worth beside a person's. */
export interface Calibration {
  /** Labelled outputs that were judged. */
  readonly n: number;
  /** 0 … 1; `undefined` where nothing was judged. */
  readonly agreement: number | undefined;
  /** `undefined` where it is not defined: nothing was judged, or all of it has one verdict. */
  readonly kappa: Kappa | undefined;
  /** The person's label first, the judge's verdict second. */
  readonly matrix: Confusion;
  /** Where both gave a score: the mean absolute difference. */
  readonly scores: { readonly n: number; readonly meanAbsoluteDifference: number } | undefined;
  readonly disagreements: readonly Disagreement[];
  readonly errors: readonly { readonly line: number; readonly reason: string }[];
  readonly calls: number;
  readonly cached: number;
  /** USD, as far as prices are known. */
  readonly cost: number;
  readonly problems: readonly Problem[];
}

export interface Disagreement {
  /** From 1, in the file. */
  readonly line: number;
  readonly label: "pass" | "fail";
  readonly judge: "pass" | "fail";
  readonly score: number;
  readonly reason: string;
  readonly output: string;
}

/**
 * Judges outputs that a person has judged, and compares. What cannot be judged counts for neither side.
 * @throws {SuiteInvalid} when the file or the configuration cannot be read.
 * @throws {BudgetError} when the budget is used up; what was answered until then is in the cache. An abort is rethrown.
 */
export async function calibrate(workspace: Workspace, options: CalibrateOptions): Promise<Calibration> {
  const { root, host, disk, store } = workspace;
  const { file, endpoint } = options;
  const [{ env }, loaded] = await Promise.all([withDotenv(host.env, [dirname(file), root], (path) => disk.read(path).catch(() => undefined)), loadConfig({ snapshot: disk, root })]);
  const source = new SuiteSource(disk, root, dirname(file), env);
  const read = await source.read(file, { document: { file, text: "", value: undefined, problems: [], locate: () => START }, path: [] });
  const labelled = read ? await readLabelled(source, read.file, read.text) : [];
  const problems = [...source.problems, ...loaded.problems];
  if (endpoint !== undefined && !loaded.config?.endpoints?.[endpoint]) throw new ProblemError({ severity: "error", code: "config-unknown-name", message: `There is no endpoint named ${JSON.stringify(endpoint)} in llmops.yaml.`, location: { file: absolutePath(root, "llmops.yaml"), range: START } });
  if (problems.some(({ severity }) => severity === "error")) throw new SuiteInvalid(problems);

  const settings = suiteSettings(loaded.config, root, join(dirname(file), "promptfooconfig.yaml"));
  const only = Object.keys(loaded.config?.endpoints ?? {});
  const judge = endpoint ?? settings.judge ?? settings.endpoint ?? (only.length === 1 ? only[0] : undefined);
  const redactor = new Redactor();
  const suite: Pick<Suite, "file" | "options"> = { file, options: { maxConcurrency: undefined, repeat: undefined, delay: undefined, timeoutMs: undefined, cache: undefined, env: {} } };
  const version = { suite: suite as Suite, config: loaded.config, settings: { ...settings, judge, endpoint: undefined }, env };
  const suiteCode = createSuiteCode(host.processes, { cwd: dirname(file) });
  const graders = suiteGraders(version, providerContext(host, version, options.sandbox, redactor, { suiteCode, folder: dirname(file) }));
  const caller = new Caller({ store, clock: host.clock, http: host.http, signal: options.signal, inFlight: options.inFlight, delayMs: undefined, useCache: options.useCache, maxCalls: options.maxCalls ?? Infinity, maxCost: options.maxCost ?? Infinity });
  const renderer = await createRenderer();
  const grade = createJudge({ render: (text, vars) => renderer.text(text, vars, visibleEnv(env, {})), suiteCode, findGrader: graders.find });
  try {
    const settled = await Promise.allSettled(labelled.map((one) => judged(one, () => grade({ test: testOf(one), answer: answerOf(one), promptText: one.prompt, caller }))));
    options.signal.throwIfAborted();
    // What is under way is waited for even where the budget has ended: it is paid.
    const found = settled.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
    const masked = JSON.parse(redactor.redact(JSON.stringify(found))) as typeof found;
    return { ...compared(masked), calls: caller.calls, cached: caller.cached, cost: caller.cost, problems };
  } finally {
    caller.batch.flush();
    suiteCode.close();
  }
}

type Judged = Labelled & ({ readonly grade: RowGrade } | { readonly failed: string });

async function judged(one: Labelled, judge: () => Promise<RowGrade>): Promise<Judged> {
  try {
    return { ...one, grade: await judge() };
  } catch (error) {
    if (!(error instanceof JudgeError)) throw error;
    return { ...one, failed: error.message };
  }
}

function compared(all: readonly Judged[]): Omit<Calibration, "calls" | "cached" | "cost" | "problems"> {
  const done = all.flatMap((one) => ("grade" in one ? [one] : []));
  const count = (label: boolean, pass: boolean) => done.filter((one) => one.label === label && one.grade.pass === pass).length;
  const matrix: Confusion = { passPass: count(true, true), passFail: count(true, false), failPass: count(false, true), failFail: count(false, false) };
  const scored = done.flatMap(({ score, grade }) => (score === undefined ? [] : [Math.abs(score - grade.score)]));
  return {
    n: done.length,
    agreement: done.length === 0 ? undefined : (matrix.passPass + matrix.failFail) / done.length,
    kappa: cohensKappa(matrix),
    matrix,
    scores: scored.length === 0 ? undefined : { n: scored.length, meanAbsoluteDifference: scored.reduce((sum, value) => sum + value, 0) / scored.length },
    disagreements: done
      .filter(({ label, grade }) => label !== grade.pass)
      .map(({ line, label, grade, output }) => ({ line, label: word(label), judge: word(grade.pass), score: grade.score, reason: grade.components[0]?.reason ?? grade.reason, output: typeof output === "string" ? output : JSON.stringify(output) })),
    errors: all.flatMap((one) => ("failed" in one ? [{ line: one.line, reason: one.failed }] : [])),
  };
}

function word(pass: boolean): "pass" | "fail" {
  return pass ? "pass" : "fail";
}

function testOf({ line, assertion, vars }: Labelled): Case {
  return {
    id: `line ${line}`,
    index: line,
    description: undefined,
    vars,
    assert: [assertion],
    ...BARE_CASE,
    place: assertion.place,
  };
}

function answerOf({ output }: Labelled): Answer {
  return { output, latencyMs: 0, usage: undefined, cost: undefined, finishReason: undefined, fingerprint: undefined, cached: true };
}
