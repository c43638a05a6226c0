import { dataVersions, putDataVersion } from "../../store/training/dataVersions.ts";
import type { Workspace } from "../../regression/workspace.ts";
import { relativePosix } from "../../config/settings.ts";
import { rowReader } from "../data/rows.ts";
import { changesBetween, type DataCopy, keepRowHashes, rowHashes } from "../data/versions.ts";
import type { CheckContext, ChecksConfig, StartCheck, SuiteText } from "./check.ts";
import { personalData, secrets, wordsAndLanguage } from "./content.ts";
import { driftCheck } from "./drift.ts";
import { contradictoryLabels, duplicateRows } from "./duplicates.ts";
import { type Finding, Findings } from "./findings.ts";
import { LabelCounts, labelBalance } from "./labels.ts";
import { leakage } from "./leakage.ts";
import { nearDuplicates } from "./nearDuplicates.ts";
import type { DataChanges, DataReport, DriftRow } from "./report.ts";
import { RowIndex } from "./rowIndex.ts";
import { Sample } from "./sample.ts";
import { longRows, missingValues } from "./values.ts";

/** OpenAI's protocol takes no fewer. */
const FEWEST_ROWS = 10;
const LENGTHS = 10_000;
const CHARACTERS_PER_TOKEN = 4;

export interface CheckRequest {
  /** Absolute. */
  readonly file: string;
  /** Read instead of it: the same content, which nobody changes meanwhile. */
  readonly copy?: Pick<DataCopy, "file" | "lines">;
  readonly config: ChecksConfig;
  readonly suiteTexts: readonly SuiteText[];
  readonly signal: AbortSignal;
  /** Bytes. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Each finding, also those that the report only counts. */
  readonly onFinding?: (finding: Pick<Finding, "code" | "line">) => void;
}

/** Reads a data file once, looks at each row by every check, and keeps what was found with its version. @throws when it cannot be read. */
export async function checkData({ store, root, host }: Workspace, { file, copy, config, suiteTexts, signal, onProgress, onFinding }: CheckRequest): Promise<DataReport> {
  const path = relativePosix(root, file);
  const reader = rowReader(copy?.file ?? file);
  const rows = await RowIndex.of(copy?.file ?? file);
  try {
    const findings = new Findings(config.weights, onFinding);
    const versions = dataVersions(store, path, 20);
    const before = () => {
      const other = versions.find((version) => version.hash !== reader.hash());
      return other && (JSON.parse(other.report) as DataReport);
    };
    const labels = new LabelCounts();
    const lengths = new Sample<number>(LENGTHS);
    const languages: Pick<CheckResults, "shares"> = { shares: [] };
    const drift: { rows: readonly DriftRow[] } = { rows: [] };
    const notices: string[] = [];
    const facts = { bytes: 0, characters: 0, shapes: new Set<DataReport["shape"]>() };
    const context: CheckContext = { config, findings, rows, suiteTexts, before, signal };
    const describe = () => ({ lengths: lengths.items, labels: labels.list(), rows: rows.length });
    const checks: readonly StartCheck[] = [missingValues, longRows, duplicateRows, contradictoryLabels, leakage, personalData, secrets, nearDuplicates(notices), labelBalance(labels), wordsAndLanguage(languages, notices), driftCheck(describe, drift)];
    const running = checks.flatMap((start) => start(context) ?? []);

    for await (const block of reader.blocks(signal)) {
      for (const { row, flaw, ...read } of block.rows) {
        const place = { ...read, line: copy?.lines?.[read.line] ?? read.line };
        if (!row) {
          findings.add({ severity: "error", ...flaw!, line: place.line, column: place.column });
          continue;
        }
        const index = rows.length;
        rows.add(place, row);
        facts.shapes.add(row.shape);
        labels.add(row.output);
        const size = row.input.length + row.output.length;
        facts.characters += size + row.system.length;
        lengths.add(() => size);
        for (const check of running) check.row?.(row, index, place);
      }
      facts.bytes = block.done;
      onProgress?.(block.done, block.total);
    }
    for (const check of running) await check.end?.();
    fileFlaws(findings, rows.length, facts.shapes);

    const hash = reader.hash();
    const hashes = { inputs: rows.inputs.toArray(), wholes: rows.wholes.toArray() };
    const report: DataReport = {
      path,
      hash,
      bytes: facts.bytes,
      shape: facts.shapes.size === 1 ? [...facts.shapes][0] : undefined,
      tokens: Math.ceil(facts.characters / CHARACTERS_PER_TOKEN),
      ...describe(),
      languages: languages.shares,
      changes: changesSince(store, versions.map((version) => version.hash), hash, hashes),
      drift: drift.rows,
      groups: findings.list(),
      notices,
    };
    keepRowHashes(store, hash, hashes);
    putDataVersion(store, { path, hash, at: host.clock.now(), report: JSON.stringify(report) });
    return report;
  } finally {
    await rows.close();
  }
}

interface CheckResults {
  shares: DataReport["languages"];
}

function fileFlaws(findings: Findings, rows: number, shapes: ReadonlySet<DataReport["shape"]>): void {
  if (rows < FEWEST_ROWS) findings.add({ severity: "error", code: "too_few_rows", message: rows === 0 ? "The file has no row that can be learnt from." : `The file has ${rows} rows that can be learnt from, and ${FEWEST_ROWS} are the least.` });
  if (shapes.size > 1) findings.add({ severity: "error", code: "mixed_shapes", message: `The rows are of several shapes (${[...shapes].join(", ")}): a trainer takes one.` });
}

/** Against the newest version that is another and whose rows are known. */
function changesSince(store: Workspace["store"], versions: readonly string[], hash: string, hashes: Parameters<typeof changesBetween>[2]): DataChanges | undefined {
  for (const since of versions) {
    const before = since === hash ? undefined : rowHashes(store, since);
    if (before) return changesBetween(since, before, hashes);
  }
  return undefined;
}
