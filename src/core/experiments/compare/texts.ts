import type { TrackedRun } from "../../store/experiments/runs.ts";
import type { Store } from "../../store/store.ts";
import { versionFiles } from "../../store/versions.ts";
import { type DiffLine, lineDiff } from "../text/lines.ts";

/** Files that decide a run's results, where they are not the same as the baseline's. */
export interface TextChange {
  readonly path: string;
  /** Index of the run. */
  readonly run: number;
  /** `undefined`: the texts are too different to say how. */
  readonly lines: readonly DiffLine[] | undefined;
}

/** Most changed files that are shown. */
const MOST = 100;

/** What differs in prompts, suite and configuration, prompts (what is neither YAML nor JSON nor a table) first. */
export function textChanges(store: Store, runs: readonly TrackedRun[], baseline: number): TextChange[] {
  const filesOf = (run: TrackedRun) => (run.prompts === undefined ? undefined : versionFiles(store, run.prompts));
  const before = filesOf(runs[baseline]!);
  if (!before || before.size === 0) return [];
  const changes = runs.flatMap((run, index) => {
    const after = index === baseline || run.prompts === runs[baseline]!.prompts ? undefined : filesOf(run);
    if (!after || after.size === 0) return [];
    const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path));
    return paths.map((path) => ({ path, run: index, texts: [before.get(path) ?? "", after.get(path) ?? ""] as const }));
  });
  const rank = (path: string) => Number(/\.(ya?ml|jsonl?|csv|tsv)$/i.test(path));
  changes.sort((a, b) => rank(a.path) - rank(b.path) || a.path.localeCompare(b.path) || a.run - b.run);
  return changes.slice(0, MOST).map(({ path, run, texts }) => ({ path, run, lines: lineDiff(...texts) }));
}
