import { layeredSnapshot } from "../../config/memorySnapshot.ts";
import { relativePosix } from "../../config/settings.ts";
import { passed, type CaseTally, type SeriesTally } from "../../evals/run/tally.ts";
import type { Location } from "../../problem.ts";
import { type Evaluation, type EvaluateOptions, evaluateSuite, SuiteInvalid } from "../evaluate.ts";
import type { Hunk } from "../hunks.ts";
import { changesOf } from "../places.ts";
import type { SeriesReport } from "../report.ts";
import type { Workspace } from "../workspace.ts";
import { ChangedText } from "./partialText.ts";
import { findCulprits, type Passes, type Search } from "./search.ts";

export interface BisectOptions extends Pick<EvaluateOptions, "file" | "signal" | "sandbox" | "baseline" | "maxCalls" | "maxCost" | "trigger" | "ask" | "onStart"> {
  /** Runs of each broken case in an evaluation; 3 find a culprit in noise nearly always, 1 in half of the cases. */
  readonly repeat?: number;
  /** Evaluations of the broken cases at most, where one culprit does not explain all. */
  readonly evaluations?: number;
  readonly onProgress?: (message: string) => void;
}

/** A change of a prompt, at its place in today's text. */
export interface Change extends Location {
  readonly kind: Hunk["kind"];
  /** What stands there now; of a deletion, what stands before it. */
  readonly text: string;
}

export interface Bisection {
  /** Relative to the root, with `/`. */
  readonly suite: string;
  readonly series: string;
  /** `unchanged`: its prompt does not differ from the baseline. `nothing-broken`: no case broke. */
  readonly outcome: Search["outcome"] | "unchanged" | "nothing-broken";
  /** `fixed`: the prompt's text without the changes. */
  readonly culprits: readonly { readonly changes: readonly Change[]; readonly before: number; readonly without: number; readonly p: number; readonly fixed: string }[];
  /** How many changes were searched, and where. */
  readonly changes: readonly Change[];
  /** Ids of the cases it rests on. */
  readonly cases: readonly string[];
  readonly repeat: number;
  readonly search: Search | undefined;
  /** Calls to endpoints, those of the run before it included. */
  readonly calls: number;
  readonly baseline: string | undefined;
}

/** The cases could not be judged: the message is for people. */
export class BisectError extends Error {}

const REPEAT = 3;
const EVALUATIONS = 12;

/**
 * Finds which of a prompt's changes broke cases: runs them on the baseline's text with some of the changes applied. The
 * answers are stored like all others.
 * @throws {BisectError}, and as `evaluateSuite`.
 */
export async function bisectHunks(workspace: Workspace, options: BisectOptions): Promise<Bisection> {
  const { file, repeat = REPEAT } = options;
  const whole = await evaluateSuite(workspace, shared(options));
  const series = worstSeries(whole);
  const cases = series?.broke.map(({ id }) => id) ?? [];
  const result: Bisection = { suite: relativePosix(workspace.root, file), series: series?.key ?? "", outcome: "nothing-broken", culprits: [], changes: [], cases, repeat, search: undefined, calls: whole.report.calls, baseline: whole.found.baseline?.info.label };
  if (!series || cases.length === 0) return result;
  const changed = await changedPrompt(workspace, whole, series);
  if (!changed) return { ...result, outcome: "unchanged" };

  const { changes, text } = changed;
  let calls = whole.report.calls;
  let number = 0;
  const evaluate = async (applied: ReadonlySet<number>): Promise<Passes> => {
    number++;
    options.onProgress?.(`Evaluation ${number}: ${cases.length} cases × ${repeat}, with ${applied.size} of ${changes.length} changes`);
    const made = { ...workspace, disk: layeredSnapshot(new Map([[changed.file, text.with(applied)]]), workspace.disk) };
    try {
      const { report, series: tallies } = await runCases(made, { ...options, maxCalls: left(options.maxCalls, calls) }, cases, repeat, number <= CONTROLS);
      calls += report.calls;
      return passesIn(tallies, series.key, cases, repeat);
    } catch (error) {
      if (error instanceof SuiteInvalid && applied.size > 0 && applied.size < changes.length) return undefined;
      throw error;
    }
  };
  const search = await findCulprits(changes.length, evaluate, { repeats: repeat, most: options.evaluations ?? EVALUATIONS });
  const every = changes.map((_, change) => change);
  const culprits = search.culprits.map((culprit) => ({ ...culprit, changes: culprit.changes.map((change) => changes[change]!), fixed: text.with(new Set(every.filter((change) => !culprit.changes.includes(change)))) }));
  return { ...result, outcome: search.outcome, culprits, changes, search, calls };
}

/** Both controls are asked afresh: cases chosen for having failed look better on any second run. */
export const CONTROLS = 2;

/** Some cases of a suite, as one version of the workspace has it. */
export function runCases(workspace: Workspace, options: BisectOptions, cases: readonly string[], repeat: number, fresh: boolean): Promise<Evaluation> {
  const wanted = new Set(cases);
  return evaluateSuite(workspace, { ...shared(options), ask: false, repeat, ...(fresh ? { useCache: false } : {}), filter: (test) => wanted.has(test.id) });
}

export function shared({ file, signal, sandbox, baseline, maxCalls, maxCost, trigger, ask, onStart }: BisectOptions): EvaluateOptions {
  return { file, trigger, signal, sandbox, baseline, maxCalls, maxCost, ask, onStart };
}

export function left(most: number | undefined, spent: number): number | undefined {
  return most === undefined ? undefined : Math.max(0, most - spent);
}

/** The series with the most broken cases. */
export function worstSeries({ report }: Evaluation): SeriesReport | undefined {
  return [...report.series].sort((a, b) => b.broke.length - a.broke.length)[0];
}

/** Passes of each case under a series. @throws {BisectError} where a question has no answer: it is no evidence. */
export function passesIn(tallies: readonly SeriesTally[], series: string, cases: readonly string[], repeat: number): number[] {
  const byId = new Map(tallies.find(({ key }) => key === series)?.cases.map((tally) => [tally.test.id, tally]));
  return cases.map((id) => passesOf(byId.get(id), repeat));
}

function passesOf(tally: CaseTally | undefined, repeat: number): number {
  let passes = 0;
  for (let run = 0; run < repeat; run++) {
    const sample = tally?.current[run];
    if (sample === undefined || sample.status === "error") throw new BisectError(`A case could not be judged (${sample?.reason ?? "it did not run"}), so that nothing can be said of the changes. Try again when the endpoint answers.`);
    if (passed(sample)) passes++;
  }
  return passes;
}

interface ChangedPrompt {
  readonly file: string;
  readonly text: ChangedText;
  readonly changes: readonly Change[];
}

/** The changes of the series' prompt. Of a suite that holds its prompts, only where nothing else of it changed. */
async function changedPrompt(workspace: Workspace, { version, found }: Evaluation, series: SeriesReport): Promise<ChangedPrompt | undefined> {
  const prompt = version.suite.prompts.find(({ key }) => key === series.prompt);
  if (!found.baseline || !prompt) return undefined;
  const { file } = prompt.location;
  const change = (await changesOf(version, workspace.root, found.baseline.snapshot)).find((one) => one.file === file);
  if (change?.before === undefined) return undefined;
  const after = version.files.get(relativePosix(workspace.root, file)) ?? "";
  const text = new ChangedText(change.before, after);
  if (text.count !== change.hunks.length) return undefined;
  const lines = after.split(/\r\n|\n|\r/);
  return { file, text, changes: change.hunks.map(({ range, kind }) => ({ file, range, kind, text: lines.slice(range.start.line, range.end.line + 1).join("\n") })) };
}
