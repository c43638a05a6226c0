import type { DataCheck, Weight } from "../../config/schemaTraining.ts";

/** Findings that are kept with their line, of each code; the others are counted. */
const MOST_LISTED = 100;

/** A finding at a line of a data file. */
export interface Finding {
  readonly severity: "error" | "warning" | "information";
  /** OpenAI's, for a row that cannot be learnt from; else the name of the check. */
  readonly code: string;
  readonly message: string;
  /** From 0; `undefined`: it is about the file. */
  readonly line: number | undefined;
  readonly column: number;
}

/** All findings of one code. */
export interface FindingGroup {
  readonly severity: Finding["severity"];
  readonly code: string;
  readonly count: number;
  /** The first ones. */
  readonly findings: readonly Finding[];
}

/** Collects findings, each as heavy as the configuration has it. */
export class Findings {
  private readonly weights: Readonly<Partial<Record<string, Weight>>>;
  private readonly groups = new Map<string, { severity: Finding["severity"]; count: number; findings: Finding[] }>();

  private readonly told: (finding: Pick<Finding, "code" | "line">) => void;

  /** @param told of every finding, also of those that are only counted */
  constructor(weights: Readonly<Partial<Record<DataCheck, Weight>>>, told: (finding: Pick<Finding, "code" | "line">) => void = () => {}) {
    this.weights = weights;
    this.told = told;
  }

  /** Whether a check is to look at all. */
  wants(check: DataCheck): boolean {
    return this.weights[check] !== "off";
  }

  add(finding: { readonly severity: Finding["severity"]; readonly code: string; readonly message: string; readonly line?: number; readonly column?: number }): void {
    const weight = this.weights[finding.code] ?? finding.severity;
    if (weight === "off") return;
    const group = this.groups.get(finding.code) ?? { severity: weight, count: 0, findings: [] };
    this.groups.set(finding.code, group);
    group.count++;
    this.told({ code: finding.code, line: finding.line });
    if (group.findings.length < MOST_LISTED) group.findings.push({ severity: weight, code: finding.code, message: finding.message, line: finding.line, column: finding.column ?? 0 });
  }

  /** Worst first. */
  list(): FindingGroup[] {
    const order = ["error", "warning", "information"];
    return [...this.groups].map(([code, group]) => ({ code, ...group, findings: group.findings.toSorted((a, b) => (a.line ?? -1) - (b.line ?? -1)) })).sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || b.count - a.count);
  }
}
