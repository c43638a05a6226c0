import { randomUUID } from "node:crypto";
import type { PromptfooResults } from "../evals/import/promptfooResults.ts";
import type { CaseTally, SeriesTally } from "../evals/run/tally.ts";
import { addResults, endRun, type ResultRecord, setProgress, startRun } from "../store/runs.ts";
import { contentHash } from "../store/store.ts";
import { analyse } from "./analyse.ts";
import { type RunReport, worst } from "./report.ts";
import type { Workspace } from "./workspace.ts";

/** Rows a transaction. */
const AT_ONCE = 1000;

/**
 * Stores what another tool has run as a run of this workspace, to be shown and compared. It says nothing of
 * the suite as it is here: no verdict of a suite and no selection of failing cases rests on it.
 * @param suite the path that it is listed under. @param text the file that it was read from.
 */
export function storeImportedRun({ store, host }: Pick<Workspace, "store" | "host">, results: PromptfooResults, suite: string, text: string): RunReport {
  const series = seriesOf(results);
  const now = host.clock.now();
  const startedAt = results.startedAt ?? now;
  const runs = Math.max(1, ...results.rows.map(({ repeat }) => repeat + 1));
  const analysed = analyse({ series, repeats: runs, gates: [], confirmed: new Map() });
  const samples = results.rows.map(({ sample }) => sample);
  const report: RunReport = {
    runId: randomUUID(),
    suite,
    verdict: worst(analysed.map(({ verdict }) => verdict)),
    baseline: undefined,
    version: contentHash(text),
    commit: undefined,
    dirty: false,
    startedAt,
    durationMs: results.durationMs,
    calls: samples.filter(({ cached }) => !cached).length,
    cached: samples.filter(({ cached }) => cached).length,
    cost: samples.reduce((sum, { cost }) => sum + (cost ?? 0), 0),
    hasAbsoluteGate: false,
    origins: [],
    series: analysed,
  };
  const { pid, machine } = host.identity;
  startRun(store, { id: report.runId, suite, trigger: "cli", startedAt, pid, host: machine, version: report.version, commit: undefined, dirty: false, partial: true });
  const records = results.rows.map((row): ResultRecord => recordOf(row, series[row.column]!.key));
  for (let from = 0; from < records.length; from += AT_ONCE) {
    store.write(() => {
      addResults(store, report.runId, records.slice(from, from + AT_ONCE));
      setProgress(store, report.runId, Math.min(records.length, from + AT_ONCE), records.length);
    });
  }
  endRun(store, report.runId, { state: "finished", at: now, verdict: report.verdict, report: JSON.stringify(report) });
  return report;
}

/** Two columns of one name are told apart: each is a series of its own. */
function seriesOf({ columns, rows }: PromptfooResults): SeriesTally[] {
  const cases = columns.map(() => new Map<string, CaseTally>());
  for (const { column, test, repeat, sample } of rows) {
    const own = cases[column]!;
    let tally = own.get(test.id);
    if (!tally) own.set(test.id, (tally = { test, current: [], baseline: [] }));
    tally.current[repeat] = sample;
  }
  const taken = new Map<string, number>();
  return columns.map(({ prompt, provider }, column) => {
    const name = JSON.stringify([prompt, provider]);
    const ordinal = (taken.get(name) ?? 0) + 1;
    taken.set(name, ordinal);
    return { key: ordinal === 1 ? name : `${name}~${ordinal}`, prompt, label: prompt, provider, model: undefined, hasBaseline: false, changed: true, skipped: false, cases: [...cases[column]!.values()] };
  });
}

function recordOf({ test, repeat, sample }: PromptfooResults["rows"][number], series: string): ResultRecord {
  const { status, score, output, latencyMs, cached, tokens, cost, reason, metrics, components } = sample;
  return {
    series,
    caseId: test.id,
    arm: "current",
    repeat,
    status,
    score,
    output: output === undefined ? undefined : JSON.stringify(output),
    latencyMs,
    cached,
    tokens,
    cost,
    detail: JSON.stringify({ reason, metrics, components }),
  };
}
