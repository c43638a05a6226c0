import { createHash } from "node:crypto";
import type { AlertConfig } from "../config/schema.ts";

export type Rule = AlertConfig;
export type Labels = Readonly<Record<string, string>>;

/** What was measured for one set of labels; `undefined`: there is no data. */
export interface Reading {
  readonly labels: Labels;
  readonly value: number | undefined;
}

/** Which alert it is: the same rule with the same labels is the same alert, whatever else changes in the rule. */
export function fingerprintOf(rule: string, labels: Labels): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify([rule, sorted])).digest("hex");
}

/** Whether a value is where the rule fires. */
export function breaches({ above, below }: Pick<Rule, "above" | "below">, value: number): boolean {
  return (above !== undefined && value > above) || (below !== undefined && value < below);
}

/** Whether a value ends a firing: it is back behind `clear`, or without that behind the threshold itself. */
export function clears({ above, below, clear }: Pick<Rule, "above" | "below" | "clear">, value: number): boolean {
  if (breaches({ above, below }, value)) return false;
  if (clear === undefined) return true;
  return above !== undefined ? value <= clear : value >= clear;
}
