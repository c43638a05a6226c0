import type { Shape } from "../data/row.ts";
import type { FindingGroup } from "./findings.ts";

/** What a data file is, and what was found in it. Stored with its version. */
export interface DataReport {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** SHA-256 of the content. */
  readonly hash: string;
  readonly bytes: number;
  /** Rows that can be learnt from. */
  readonly rows: number;
  readonly shape: Shape | undefined;
  /** About 4 characters each, ±25 %. */
  readonly tokens: number;
  /** Of classifications: how often each answer is given, most first; `undefined` where answers are texts of their own. */
  readonly labels: readonly { readonly label: string; readonly count: number }[] | undefined;
  /** Characters of the rows' texts: a seeded sample of at most 10,000, for the comparison with the next version. */
  readonly lengths: readonly number[];
  /** Shares of the languages of a sample, most first. */
  readonly languages: readonly { readonly language: string; readonly share: number }[];
  readonly changes: DataChanges | undefined;
  readonly drift: readonly DriftRow[];
  readonly groups: readonly FindingGroup[];
  /** What was not looked at in full, and why. */
  readonly notices: readonly string[];
}

/** What is new against the version before. */
export interface DataChanges {
  /** SHA-256 of that version. */
  readonly since: string;
  readonly added: number;
  readonly removed: number;
  /** The same question with another answer. */
  readonly edited: number;
}

/** How a feature of the rows differs from the version before. */
export interface DriftRow {
  readonly feature: "length" | "label";
  readonly statistic: "ks" | "psi" | "jensen-shannon";
  readonly value: number;
  readonly p: number | undefined;
  /** Rows of the version before, and of this one. */
  readonly n: readonly [number, number];
  /** `undefined`: too few rows to say. */
  readonly drifted: boolean | undefined;
}

export function isRefused({ groups }: Pick<DataReport, "groups">): boolean {
  return groups.some(({ severity }) => severity === "error");
}
