import type { Prompt } from "../evals/model.ts";
import { relevantText } from "../config/relevant.ts";
import { CONFIG_FILE } from "../config/root.ts";
import { type Location, type Position, type Range, START } from "../problem.ts";
import type { Snapshot } from "../config/snapshot.ts";
import { type Hunk, hunksOf, hunksWithin } from "./hunks.ts";
import type { SeriesReport } from "./report.ts";
import { absolutePath, type SuiteVersion } from "./workspace.ts";

/** A file of a suite and where it differs from the baseline. */
export interface FileChange {
  readonly file: string;
  /** The baseline's text; `undefined`: the baseline has no such file. */
  readonly before: string | undefined;
  readonly hunks: readonly Hunk[];
}

/** The files of a suite that differ from its baseline, those of prompts first. */
export async function changesOf({ files, configLines, suite }: Pick<SuiteVersion, "files" | "configLines" | "suite">, root: string, baseline: Snapshot): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (const [path, text] of files) {
    const file = absolutePath(root, path);
    const before = await baseline.read(file).catch(() => undefined);
    const relevant = path === CONFIG_FILE && before !== undefined ? relevantText(before).text : before;
    if (relevant === text) continue;
    const hunks = hunksOf(relevant ?? "", text);
    changes.push({ file, before, hunks: path === CONFIG_FILE && configLines ? hunks.map((hunk) => ({ ...hunk, range: inFile(hunk.range, configLines) })) : hunks });
  }
  const first = new Set(suite.prompts.map((prompt) => prompt.location.file));
  return changes.sort((a, b) => Number(first.has(b.file)) - Number(first.has(a.file)));
}

/** A range of lines that were picked out of a file, in that file. */
function inFile({ start, end }: Range, lines: readonly number[]): Range {
  const place = ({ line, character }: Position): Position => ({ line: lines[line] ?? (lines.at(-1) ?? -1) + 1, character });
  return { start: place(start), end: place(end) };
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
