import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { relativePosix } from "../../config/settings.ts";
import type { Problem } from "../../problem.ts";
import { absolutePath, type Workspace } from "../../regression/workspace.ts";
import { copyData, DataUnreadable } from "../data/versions.ts";
import { lineRange } from "../data/rows.ts";
import { suiteTexts } from "../data/suiteTexts.ts";
import { trainingsOf } from "../definition.ts";
import { checkData } from "./checkData.ts";
import type { ChecksConfig } from "./check.ts";
import type { FindingGroup } from "./findings.ts";
import type { DataReport } from "./report.ts";

/** Checks a data file (absolute) as the training that it belongs to says; the same suites' cases may be in none. */
export async function checkFile(workspace: Workspace, file: string, signal: AbortSignal, onProgress?: (done: number, total: number) => void): Promise<DataReport> {
  // A CSV is checked as what a trainer would get of it.
  const copy = /\.csv$/i.test(file) ? await copyData(workspace.store, file) : undefined;
  return checkData(workspace, { file, copy, config: await configFor(workspace, file), suiteTexts: await suiteTexts(workspace), signal, onProgress });
}

/** What was found, at its lines; what is about the whole file at its first. */
export function problemsOf({ root }: Pick<Workspace, "root">, { path }: Pick<DataReport, "path">, { findings, count, code }: FindingGroup): Problem[] {
  const file = absolutePath(root, path);
  const problems = findings.map(({ severity, message, line, column }): Problem => ({ severity, code, message, location: { file, range: lineRange(line ?? 0, column) } }));
  if (count <= findings.length) return problems;
  return [...problems, { severity: findings[0]!.severity, code, message: `${count - findings.length} more rows like this are not marked.`, location: { file, range: lineRange(findings.at(-1)!.line ?? 0) } }];
}

/** Writes a copy of a file without the rows that are duplicates or near duplicates of earlier ones. The new file must not exist. */
export async function writeUnique(workspace: Workspace, from: string, to: string, signal: AbortSignal): Promise<{ readonly kept: number; readonly removed: number }> {
  if (/\.csv$/i.test(from)) throw new DataUnreadable("Only of JSONL a copy without duplicates is written.");
  const dropped = new Set<number>();
  const config = await configFor(workspace, from);
  await checkData(workspace, { file: from, config: { ...config, weights: { ...config.weights, "duplicate-rows": "warning", "near-duplicates": "warning" } }, suiteTexts: [], signal, onFinding: ({ code, line }) => void (line !== undefined && (code === "duplicate-rows" || code === "near-duplicates") && dropped.add(line)) });
  const output = createWriteStream(to, { flags: "wx" });
  await once(output, "open");
  let line = -1;
  let kept = 0;
  for await (const text of createInterface({ input: createReadStream(from), crlfDelay: Infinity })) {
    line++;
    if (dropped.has(line) || text.trim() === "") continue;
    kept++;
    if (!output.write(`${text}\n`)) await once(output, "drain");
  }
  output.end();
  await once(output, "close");
  return { kept, removed: dropped.size };
}

async function configFor(workspace: Workspace, file: string): Promise<ChecksConfig> {
  const path = relativePosix(workspace.root, file);
  const own = (await trainingsOf(workspace)).find(({ config }) => config.data === path || config.validation === path);
  return own?.config.checks ?? (await defaultChecks());
}

async function defaultChecks(): Promise<ChecksConfig> {
  const { checks } = await import("../../config/schemaTraining.ts");
  return checks.parse({});
}
