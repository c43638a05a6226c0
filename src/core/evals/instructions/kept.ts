import type { Kept } from "../model.ts";
import type { DerivedCheck } from "./derive.ts";

/**
 * What an answer keeps. Nothing at all keeps no instruction, as in IFEval: else a model that falls silent would
 * follow best. Of an object only the format can be told, of a call of tools nothing.
 */
export function keptBy(checks: readonly Pick<DerivedCheck, "rule" | "keeps">[], answer: unknown): Kept {
  if (answer === null || answer === undefined || (typeof answer === "string" && answer.trim() === "")) return checks.map(() => false);
  if (typeof answer === "string") return checks.map(({ keeps }) => keeps(answer) ?? null);
  const text = Array.isArray(answer) ? undefined : JSON.stringify(answer);
  return checks.map(({ rule, keeps }) => (rule === "json" && text !== undefined ? (keeps(text) ?? null) : null));
}

/** Share of the checks that are kept, 0 … 1, of those that can be told; `undefined` where none can. */
export function keptShare(kept: Kept): number | undefined {
  const told = kept.filter((one) => one !== null);
  return told.length === 0 ? undefined : told.filter(Boolean).length / told.length;
}
