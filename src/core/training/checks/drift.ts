import { holm } from "../../regression/statistics/holm.ts";
import type { StartCheck } from "./check.ts";
import { jensenShannon, kolmogorovSmirnov, populationStability } from "./distance.ts";
import type { DataReport, DriftRow } from "./report.ts";

/** Fewer rows in one of the versions say nothing: at 200 rows half of the comparisons without drift would be told. */
const FEWEST = 500;
const ALPHA = 0.05;
/** What is too small to matter is not told, however certain it is. */
const EFFECT = 0.1;

/** What of a version is compared with the next. */
export type Described = Pick<DataReport, "lengths" | "labels" | "rows">;

/**
 * How the rows differ from those of the version before, in their lengths and answers. Drift is told where the effect
 * (KS's D, Jensen–Shannon, PSI) is at least 0.1 and, where there is a test, p ≤ 0.05 after Holm's adjustment.
 */
export function compareVersions(before: Described, after: Described): DriftRow[] {
  const rows: DriftRow[] = [];
  const enough = Math.min(before.rows, after.rows) >= FEWEST;
  const n = [before.rows, after.rows] as const;
  if (before.lengths.length > 0 && after.lengths.length > 0) {
    const { statistic, p } = kolmogorovSmirnov(before.lengths, after.lengths);
    rows.push({ feature: "length", statistic: "ks", value: statistic, p, n, drifted: undefined });
  }
  if (before.labels && after.labels) {
    const names = [...new Set([...before.labels, ...after.labels].map(({ label }) => label))];
    const counts = (labels: NonNullable<Described["labels"]>) => names.map((name) => labels.find(({ label }) => label === name)?.count ?? 0);
    const [p, q] = [counts(before.labels), counts(after.labels)];
    rows.push({ feature: "label", statistic: "psi", value: populationStability(p, q), p: undefined, n, drifted: undefined });
    rows.push({ feature: "label", statistic: "jensen-shannon", value: jensenShannon(p, q), p: undefined, n, drifted: undefined });
  }
  const tested = rows.filter((row) => row.p !== undefined);
  const adjusted = new Map(holm(tested.map(({ p }) => p!)).map((p, at) => [tested[at]!, p]));
  return rows.map((row) => ({ ...row, p: adjusted.get(row) ?? row.p, drifted: enough ? row.value >= EFFECT && (adjusted.get(row) ?? 0) <= ALPHA : undefined }));
}

const NAMES: Readonly<Record<DriftRow["statistic"], string>> = { ks: "KS D", psi: "PSI", "jensen-shannon": "Jensen–Shannon" };

/** Tells what `compareVersions` found. */
export function driftCheck(describe: () => Described, into: { rows: readonly DriftRow[] }): StartCheck {
  return ({ findings, before }) => ({
    end() {
      const version = before();
      if (!version) return;
      into.rows = compareVersions(version, describe());
      for (const { feature, statistic, value, n, drifted } of into.rows) {
        if (drifted) findings.add({ severity: "warning", code: "drift", message: `The ${feature}s of the rows differ from the version before: ${NAMES[statistic]} ${value.toFixed(3)} (${n[0]} and ${n[1]} rows; from ${EFFECT} on it is told).` });
      }
    },
  });
}
