import { relative } from "node:path";
import { layeredSnapshot } from "../config/memorySnapshot.ts";
import { evaluateSuite } from "../regression/evaluate.ts";
import type { MetricReport, RunReport } from "../regression/report.ts";
import { absolutePath, readVersion, type Workspace } from "../regression/workspace.ts";
import { findRun, resultsOf, type ResultRecord } from "../store/runs.ts";
import { versionFiles } from "../store/versions.ts";

/** A run cannot be made once more; the message says why. */
export class NotReproducible extends Error {}

export interface Reproduction {
  /** The run that was made. */
  readonly report: RunReport;
  readonly then: { readonly runId: string; readonly verdict: string; readonly version: string };
  /** Metrics of series whose value is another; `undefined`: it is missing on that side. */
  readonly metrics: readonly { readonly series: string; readonly name: string; readonly unit: MetricReport["unit"]; readonly then: number | undefined; readonly now: number | undefined }[];
  /** Answers of the judged version that both runs have, and how many of them are worded differently, or judged differently. */
  readonly answers: { readonly of: number; readonly otherText: number; readonly otherStatus: number };
  /** Answers that only one of the runs has. */
  readonly unmatched: number;
}

/** Latencies are another each time. */
const ALWAYS_DIFFERS = /latency|first-token|per-second/;

/**
 * Makes a suite's run once more: its files as they were kept, its number of runs, the commit it was compared with, and every
 * question asked anew.
 * @throws {NotReproducible}, and what `evaluateSuite` throws.
 */
export async function reproduceRun(workspace: Workspace, runId: string, options: { readonly signal: AbortSignal; readonly sandbox: () => Promise<string>; readonly onProgress?: (done: number, total: number) => void }): Promise<Reproduction> {
  const { root, store, disk } = workspace;
  const run = findRun(store, runId);
  if (!run || run.report === undefined) throw new NotReproducible(run ? `It has no results to compare with: it is ${run.state}.` : "Only runs of suites can be made once more here: the script that logged this one is not known.");
  const before = JSON.parse(run.report) as RunReport;
  const kept = new Map([...versionFiles(store, run.version)].map(([path, text]) => [absolutePath(root, path), text]));
  const file = absolutePath(root, run.suite);
  if (!kept.has(file)) throw new NotReproducible("The files that it was made from are not kept any more.");
  const then: Workspace = { ...workspace, disk: layeredSnapshot(kept, disk) };
  const { suite } = await readVersion(then, then.disk, file, { withoutTests: true });
  for (const script of suite.scripts) {
    if ((await disk.read(script).catch(() => undefined)) !== kept.get(script)) throw new NotReproducible(`It ran ${relative(root, script)}, which is another now, and code runs from the disk.${run.commit === undefined ? "" : ` Check ${run.commit.slice(0, 7)} out first.`}`);
  }
  const { report } = await evaluateSuite(then, {
    file,
    trigger: "cli",
    repeat: Math.max(1, ...before.series.map(({ runs }) => runs)),
    useCache: false,
    baseline: before.baseline?.kind === "git" ? before.baseline.commit : undefined,
    ...options,
  });
  return { report, then: { runId, verdict: before.verdict, version: run.version }, metrics: metricsOf(before, report), ...compare(resultsOf(store, runId), resultsOf(store, report.runId)) };
}

function metricsOf(before: RunReport, after: RunReport): Reproduction["metrics"] {
  return after.series.flatMap((series) => {
    const old = before.series.find(({ key }) => key === series.key);
    return series.metrics
      .map(({ name, unit, current }) => ({ series: series.key, name, unit, then: old?.metrics.find((metric) => metric.name === name)?.current, now: current }))
      .filter(({ name, then, now }) => !ALWAYS_DIFFERS.test(name) && then !== now);
  });
}

function compare(before: readonly ResultRecord[], after: readonly ResultRecord[]): Pick<Reproduction, "answers" | "unmatched"> {
  const keyOf = ({ series, caseId, repeat }: ResultRecord) => JSON.stringify([series, caseId, repeat]);
  const old = new Map(before.filter(({ arm }) => arm === "current").map((row) => [keyOf(row), row]));
  const now = after.filter(({ arm }) => arm === "current");
  const pairs = now.flatMap((row) => (old.has(keyOf(row)) ? [[old.get(keyOf(row))!, row] as const] : []));
  return {
    answers: { of: pairs.length, otherText: pairs.filter(([a, b]) => a.output !== b.output).length, otherStatus: pairs.filter(([a, b]) => a.status !== b.status).length },
    unmatched: old.size + now.length - 2 * pairs.length,
  };
}
