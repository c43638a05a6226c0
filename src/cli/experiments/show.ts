import { storedReport } from "../../core/regression/report.ts";
import { artifactsOf } from "../../core/store/experiments/artifacts.ts";
import { type Logged, loggedOf, type Point, pointsOf } from "../../core/store/experiments/log.ts";
import type { TrackedRun } from "../../core/store/experiments/runs.ts";
import { findRun, resultsOf } from "../../core/store/runs.ts";
import { versionFiles } from "../../core/store/versions.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { suiteTable } from "../table.ts";
import { UsageError } from "../usage.ts";
import { runNamed } from "./find.ts";
import { jsonNumber, runJson, runPage } from "./words.ts";

export async function showCommand(front: Front, key: string, options: { metric?: string; json?: boolean }): Promise<number> {
  const { store } = await front.workspace();
  const run = runNamed(store, key);
  if (options.metric !== undefined) return showMetric(front, run, pointsOf(store, run.id, options.metric), options.metric, options.json === true);
  const logged = loggedOf(store, [run.id]).get(run.id) as Logged;
  if (run.kind === "eval") {
    const suiteRun = findRun(store, run.key)!;
    const report = storedReport(suiteRun);
    if (options.json) front.print(JSON.stringify({ ...suiteRun, ...runJson(run, logged), report, results: resultsOf(store, run.key) }));
    else front.print(report ? suiteTable(report, front.host.clock.now(), Infinity) : `Run ${run.key} of ${suiteRun.suite}: ${suiteRun.state}, ${suiteRun.done} of ${suiteRun.total} rows.`);
    return EXIT.ok;
  }
  const artifacts = artifactsOf(store, run.id);
  front.print(options.json ? JSON.stringify({ ...runJson(run, logged), artifacts }) : runPage(run, logged, artifacts, run.prompts === undefined ? new Map() : versionFiles(store, run.prompts)));
  return EXIT.ok;
}

/** Every point of one metric. */
function showMetric(front: Front, run: TrackedRun, points: readonly Point[], metric: string, asJson: boolean): number {
  if (points.length === 0) throw new UsageError(`The run ${run.key} has no metric ${JSON.stringify(metric)}.`);
  if (asJson) front.print(JSON.stringify({ runId: run.key, metric, points: points.map(({ step, at, value }) => ({ step, at, value: jsonNumber(value) })) }));
  else front.print(points.map(({ step, at, value }) => `${step}\t${new Date(at).toISOString()}\t${value}`).join("\n"));
  return EXIT.ok;
}
