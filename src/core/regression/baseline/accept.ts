import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { relativePosix } from "../../config/settings.ts";
import { CONFIG_FILE } from "../../config/root.ts";
import { judged, passed, type CaseTally, type SeriesTally } from "../../evals/run/tally.ts";
import type { RunReport } from "../report.ts";
import type { SuiteVersion, Workspace } from "../workspace.ts";
import { type AcceptedSuite, BASELINE_FILE, type BaselineFile, formatBaselineFile, keptFile, readBaselineFile } from "./accepted.ts";

/** A baseline of fewer pairs cannot show a regression later. */
const FEWEST_CASES = 20;
const MOST_ERRORS = 0.05;

export class AcceptRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AcceptRefused";
  }
}

/**
 * Pins the version that a run judged as the suite's baseline: writes it into `llmops.baseline.json`,
 * for a person to commit. Returns the file's path.
 *
 * @param series the run's tallies: what is accepted is what was just measured.
 * @throws {AcceptRefused} when it would rest on fewer than 20 cases, or on more than 5 % errors.
 */
export async function acceptBaseline(workspace: Workspace, suiteFile: string, version: SuiteVersion, series: readonly SeriesTally[], report: RunReport): Promise<string> {
  const suite = relativePosix(workspace.root, suiteFile);
  refuseThin(series);
  const { file } = await readBaselineFile(workspace.disk, workspace.root);
  const asking = new Set([...version.suite.prompts.map((prompt) => prompt.location.file), ...version.suite.scripts].map((path) => relativePosix(workspace.root, path)));
  const kept = [...version.files].filter(([path]) => path === suite || path === CONFIG_FILE || asking.has(path));
  const entry: AcceptedSuite = {
    accepted: { at: new Date(workspace.host.clock.now()).toISOString(), ...(report.commit && !report.dirty ? { commit: report.commit } : {}) },
    files: Object.fromEntries(kept.map(([path, text]) => [path, keptFile(text)])),
    series: Object.fromEntries(series.filter((tally) => !tally.skipped).map((tally) => [tally.key, { runs: runsOf(tally), cases: Object.fromEntries(tally.cases.map((item) => [item.test.id, sums(item)])) }])),
  };
  const path = join(workspace.root, BASELINE_FILE);
  const next: BaselineFile = { version: 1, suites: { ...file?.suites, [suite]: entry } };
  await replace(path, formatBaselineFile(next));
  workspace.store.write(() => workspace.store.emit("baseline-accepted", suite, workspace.host.clock.now()));
  return path;
}

function refuseThin(series: readonly SeriesTally[]): void {
  for (const tally of series) {
    if (tally.cases.length < FEWEST_CASES) {
      throw new AcceptRefused(`A baseline needs at least ${FEWEST_CASES} cases to compare with later; this suite has ${tally.cases.length}. Smaller suites are compared with the last commit.`);
    }
    const samples = tally.cases.flatMap((item) => item.current);
    const errors = samples.filter((sample) => !judged(sample)).length;
    if (errors > samples.length * MOST_ERRORS) {
      throw new AcceptRefused(`${errors} of ${samples.length} questions of ${tally.key} had no answer: a baseline may miss at most 5 %. Run again when the endpoint answers.`);
    }
  }
}

function runsOf(tally: SeriesTally): number {
  return Math.max(1, ...tally.cases.map((item) => item.current.length));
}

function sums({ current }: CaseTally): [passes: number, score: number] {
  const seen = current.filter(judged);
  const score = seen.reduce((sum, sample) => sum + sample.score, 0);
  return [seen.filter(passed).length, Math.round(score * 1e6) / 1e6];
}

/** Written aside and renamed: a crash leaves the old file or the new one. */
async function replace(path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => undefined)) === text) return;
  const aside = `${path}.tmp`;
  await writeFile(aside, text);
  await rename(aside, path);
}
