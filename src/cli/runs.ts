import { storedReport } from "../core/regression/report.ts";
import { findRun, listRuns, resultsOf, type RunRecord } from "../core/store/runs.ts";
import { VERDICT_WORDS } from "../core/regression/words.ts";
import type { Front } from "./front.ts";
import { UsageError } from "./usage.ts";
import { suiteTable } from "./table.ts";

const SEARCHED = 1000;

export async function listCommand(front: Front, options: { limit?: number; json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const runs = listRuns(store, { limit: options.limit ?? 20 });
  if (options.json) {
    front.print(JSON.stringify({ runs: runs.map(({ report: _report, ...run }) => run) }));
  } else if (runs.length === 0) {
    front.print('No runs yet. "llmops eval" makes the first.');
  } else {
    for (const run of runs) front.print(`${run.id.slice(0, 8)}  ${new Date(run.startedAt).toISOString().slice(0, 16).replace("T", " ")}  ${words(run).padEnd(13)} ${(run.commit?.slice(0, 7) ?? "–") + (run.dirty ? "*" : " ")}  ${run.suite}`);
  }
  return 0;
}

export async function showCommand(front: Front, id: string, options: { json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const run = findRun(store, id) ?? listRuns(store, { limit: SEARCHED }).find((candidate) => candidate.id.startsWith(id));
  if (!run) throw new UsageError(`There is no run ${id}. "llmops runs list" shows them.`);
  const report = storedReport(run);
  if (options.json) front.print(JSON.stringify({ ...run, report, results: resultsOf(store, run.id) }));
  else front.print(report ? suiteTable(report, front.host.clock.now(), Infinity) : `Run ${run.id} of ${run.suite}: ${run.state}, ${run.done} of ${run.total} rows.`);
  return 0;
}

function words(run: RunRecord): string {
  return run.state === "finished" ? VERDICT_WORDS[run.verdict as keyof typeof VERDICT_WORDS] : run.state;
}
