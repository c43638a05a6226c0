import { resolve } from "node:path";
import { relativePosix } from "../../core/config/settings.ts";
import { absolutePath, type Workspace } from "../../core/regression/workspace.ts";
import { formatProblem } from "../../core/problem.ts";
import { checkFile, problemsOf, writeUnique } from "../../core/training/checks/checkFile.ts";
import { type DataReport, isRefused } from "../../core/training/checks/report.ts";
import { DataUnreadable } from "../../core/training/data/versions.ts";
import { trainingsOf } from "../../core/training/definition.ts";
import { dataSentence, driftLines, findingsSentence } from "../../core/training/words.ts";
import { EXIT } from "../exit.ts";
import type { Front } from "../front.ts";
import { progressBar } from "../progress.ts";
import { UsageError } from "../usage.ts";

/** Findings that are printed of each code; all that are kept are in the JSON. */
const SHOWN = 10;

export async function checkCommand(front: Front, file: string | undefined, { json }: { json?: boolean }): Promise<number> {
  const workspace = await front.workspace();
  const files = file === undefined ? (await trainingsOf(workspace)).map(({ config }) => absolutePath(workspace.root, config.data)) : [resolve(front.cwd, file)];
  if (files.length === 0) throw new UsageError("Name a file: llmops.yaml has no training whose data could be meant.");
  const reports: DataReport[] = [];
  for (const one of new Set(files)) reports.push(await check(front, workspace, one));
  if (json) front.print(JSON.stringify({ files: reports.map(reportJson) }));
  for (const report of json ? [] : reports) {
    front.print(`${report.path}: ${dataSentence(report)}`);
    for (const group of report.groups) {
      for (const problem of problemsOf(workspace, report, group).slice(0, SHOWN)) front.print(`  ${formatProblem(problem, () => report.path)} [${group.code}, ${group.severity}]`);
      if (group.count > SHOWN) front.print(`  … and ${group.count - SHOWN} more [${group.code}]`);
    }
    for (const line of [...driftLines(report), ...report.notices]) front.print(`  ${line}`);
    front.print(`  ${findingsSentence(report)}${isRefused(report) ? " Nothing is trained with it." : ""}`);
  }
  return reports.some(isRefused) ? EXIT.regression : EXIT.ok;
}

export async function diffCommand(front: Front, file: string, { json }: { json?: boolean }): Promise<number> {
  const report = await check(front, await front.workspace(), resolve(front.cwd, file));
  if (json) front.print(JSON.stringify({ path: report.path, hash: report.hash, rows: report.rows, changes: report.changes ?? null, drift: report.drift }));
  else front.print([report.changes ? dataSentence(report) : `${dataSentence(report)}; it is the first version that is seen`, ...driftLines(report)].join("\n"));
  return EXIT.ok;
}

export async function uniqueCommand(front: Front, file: string, { output, json }: { output: string; json?: boolean }): Promise<number> {
  const workspace = await front.workspace();
  const from = resolve(front.cwd, file);
  const to = resolve(front.cwd, output);
  const { kept, removed } = await writeUnique(workspace, from, to, front.signal).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof DataUnreadable) throw new UsageError(error.message);
    throw error.code === "EEXIST" ? new UsageError(`${output} is there already: nothing is overwritten.`) : error;
  });
  if (json) front.print(JSON.stringify({ path: relativePosix(workspace.root, to), kept, removed }));
  else front.print(`${output} has ${kept} rows; ${removed} duplicates and near duplicates were left out.`);
  return EXIT.ok;
}

async function check(front: Front, workspace: Workspace, file: string): Promise<DataReport> {
  const bar = progressBar(front, relativePosix(workspace.root, file));
  try {
    return await checkFile(workspace, file, front.signal, bar.update);
  } catch (error) {
    if (error instanceof DataUnreadable) throw new UsageError(error.message);
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new UsageError(`There is no file ${relativePosix(workspace.root, file)}.`);
    throw error;
  } finally {
    bar.clear();
  }
}

function reportJson({ lengths: _lengths, ...report }: DataReport): object {
  return { ...report, refused: isRefused(report) };
}
