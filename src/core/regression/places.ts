import type { Prompt } from "../evals/model.ts";
import { type Location, START } from "../problem.ts";
import type { Snapshot } from "../config/snapshot.ts";
import { type Hunk, hunksOf, hunksWithin } from "./hunks.ts";
import type { SeriesReport } from "./report.ts";
import { absolutePath } from "./workspace.ts";

/** A file of a suite and where it differs from the baseline. */
export interface FileChange {
  readonly file: string;
  /** The baseline's text; `undefined`: the baseline has no such file. */
  readonly before: string | undefined;
  readonly hunks: readonly Hunk[];
}

/** The files of a suite (posix path relative to the root → text) that differ from its baseline, those of prompts first. */
export async function changesOf(files: ReadonlyMap<string, string>, root: string, baseline: Snapshot, prompts: readonly Pick<Prompt, "location">[]): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (const [path, text] of files) {
    const file = absolutePath(root, path);
    const before = await baseline.read(file).catch(() => undefined);
    if (before !== text) changes.push({ file, before, hunks: hunksOf(before ?? "", text) });
  }
  const first = new Set(prompts.map((prompt) => prompt.location.file));
  return changes.sort((a, b) => Number(first.has(b.file)) - Number(first.has(a.file)));
}

/** What of a suite decides where a verdict stands. */
export interface Places {
  readonly file: string;
  readonly prompts: readonly Pick<Prompt, "key" | "location">[];
  readonly changes: readonly FileChange[];
}

/** A place that a verdict stands at; `hunk`: the change there, one `of` so many. */
export interface Place {
  readonly location: Location;
  readonly change: { readonly hunk: Hunk; readonly of: number } | undefined;
}

/** The changed hunks of a series' prompt, else of whatever else changed, else the prompt's beginning. */
export function placesOf(suite: Places, series: Pick<SeriesReport, "prompt" | "hasBaseline">): Place[] {
  const prompt = suite.prompts.find((candidate) => candidate.key === series.prompt);
  const inPrompt = prompt ? suite.changes.filter((change) => change.file === prompt.location.file).flatMap((change) => hunksWithin(change.hunks, prompt.location.range).map((hunk) => ({ change, hunk }))) : [];
  const promptFiles = new Set(suite.prompts.map((candidate) => candidate.location.file));
  const elsewhere = suite.changes.filter((change) => !promptFiles.has(change.file) || change.file === suite.file).flatMap((change) => change.hunks.map((hunk) => ({ change, hunk })));
  const changed = inPrompt.length > 0 ? inPrompt : elsewhere;
  if (changed.length === 0 || !series.hasBaseline) return [{ location: anchor(suite, series.prompt), change: undefined }];
  return changed.map(({ change, hunk }) => ({ location: { file: change.file, range: hunk.range }, change: { hunk, of: changed.length } }));
}

/** The first line of a prompt: where a verdict stands that no changed line carries. */
export function anchor(suite: Omit<Places, "changes">, key: string | undefined): Location {
  const prompt = suite.prompts.find((candidate) => candidate.key === key) ?? suite.prompts[0];
  if (!prompt) return { file: suite.file, range: START };
  const { start } = prompt.location.range;
  return { file: prompt.location.file, range: { start, end: { line: start.line, character: Number.MAX_SAFE_INTEGER } } };
}
