import { layeredSnapshot } from "../../config/memorySnapshot.ts";
import { relativePosix } from "../../config/settings.ts";
import { evaluateSuite, type EvaluateOptions } from "../evaluate.ts";
import { readVersion, type Workspace } from "../workspace.ts";
import { passPairs } from "../pairs.ts";
import { signFlipMidP } from "../statistics/signFlip.ts";
import { minimumDetectableEffect, passVariance } from "../statistics/power.ts";
import { left } from "../bisect/bisect.ts";
import { type Mutant, mutantsOf } from "./mutate.ts";

export interface MutantsOptions extends Pick<EvaluateOptions, "file" | "signal" | "sandbox" | "maxCalls" | "maxCost" | "repeat"> {
  /** Of the suite's prompts, the one that is damaged: its label; the first by default. */
  readonly prompt?: string;
  readonly onProgress?: (message: string) => void;
}

export interface JudgedMutant extends Omit<Mutant, "text"> {
  /** Accuracy with the prompt as it is, and with the damage. */
  readonly before: number;
  readonly after: number;
  /** One-sided, paired: that the damaged one is worse. */
  readonly p: number;
  readonly noticed: boolean;
}

export interface MutantsReport {
  readonly suite: string;
  readonly prompt: string;
  readonly mutants: readonly JudgedMutant[];
  readonly controls: readonly JudgedMutant[];
  readonly noticed: number;
  readonly of: number;
  /** The smallest drop of accuracy that these cases and repeats show 4 times in 5, 0 … 1; `undefined` where it cannot be told. */
  readonly detectable: number | undefined;
  readonly cases: number;
  readonly repeat: number;
  readonly calls: number;
}

/** The prompt cannot be damaged in a way that says anything: the message is for people. */
export class MutantsError extends Error {}

const ALPHA = 0.05;

/**
 * Damages a prompt in small ways and sees which of them the suite notices. Each mutant is compared, case by case, with the
 * prompt as it is; answers are cached like all others.
 * @throws {MutantsError}, and as `evaluateSuite`.
 */
export async function scoreMutants(workspace: Workspace, options: MutantsOptions): Promise<MutantsReport> {
  const { file } = options;
  const version = await readVersion(workspace, workspace.disk, file);
  const prompt = version.suite.prompts.find(({ label, key }) => options.prompt === undefined || label === options.prompt || key === options.prompt);
  if (!prompt) throw new MutantsError(options.prompt === undefined ? "This suite has no prompt." : `There is no prompt ${JSON.stringify(options.prompt)} in this suite. Prompts: ${version.suite.prompts.map(({ label }) => label).join(", ")}.`);
  const path = prompt.location.file;
  const text = version.files.get(relativePosix(workspace.root, path));
  if (path === file || text === undefined || prompt.code) throw new MutantsError(`The prompt ${prompt.label} is no file of its own: put it into one, and name it by file://.`);
  const mutants = mutantsOf(text);
  if (mutants.every(({ isControl }) => isControl)) throw new MutantsError(`Nothing in ${prompt.label} can be damaged: it has no sentence, example or label of its own.`);

  const judged: JudgedMutant[] = [];
  let calls = 0;
  let repeat = 1;
  let detectable: number | undefined;
  for (const [number, mutant] of mutants.entries()) {
    options.onProgress?.(`Mutant ${number + 1} of ${mutants.length}, line ${mutant.line}: ${mutant.what}`);
    // The prompt as it is stands in for the baseline: both are asked today's tests, and it is asked once.
    const made = { ...workspace, disk: layeredSnapshot(new Map([[path, mutant.text]]), workspace.disk) };
    const { report, series, judgement } = await evaluateSuite(made, { file, trigger: "cli", repeat: options.repeat, maxCalls: left(options.maxCalls, calls), maxCost: options.maxCost, signal: options.signal, sandbox: options.sandbox, against: workspace.disk, filter: () => true });
    calls += report.calls;
    repeat = judgement.repeats;
    const pairs = passPairs(series.filter((tally) => tally.prompt === prompt.key).flatMap(({ cases }) => cases), repeat, "leave-out");
    if (pairs.length === 0) throw new MutantsError("No case could be judged. Run the suite first, and see what is in the way.");
    const [before, after] = [pairs.map((pair) => pair.baseline), pairs.map((pair) => pair.current)];
    const p = signFlipMidP(after.map((passes, index) => passes - before[index]!)).less;
    detectable ??= pairs.length < 2 ? undefined : minimumDetectableEffect(pairs.length, repeat, passVariance(before, after, repeat));
    const { text: _text, ...shown } = mutant;
    judged.push({ ...shown, before: mean(before) / repeat, after: mean(after) / repeat, p, noticed: p <= ALPHA });
  }
  const damages = judged.filter(({ isControl }) => !isControl);
  return { suite: relativePosix(workspace.root, file), prompt: prompt.label, mutants: damages, controls: judged.filter(({ isControl }) => isControl), noticed: damages.filter(({ noticed }) => noticed).length, of: damages.length, detectable, cases: version.suite.cases.length, repeat, calls };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
