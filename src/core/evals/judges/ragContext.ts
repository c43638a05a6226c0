import type { GradeContext } from "../assertions/definition.ts";
import { JudgeError } from "../model.ts";

/**
 * What was retrieved for a question: the variable `context`, a text or a list of texts.
 * @param fallback stands in where the variable is missing.
 * @throws {JudgeError} when there is none.
 */
export function contextOf({ row, type }: GradeContext, fallback?: string): string | readonly string[] {
  const { context } = row.vars;
  if (typeof context === "string" && context !== "") return context;
  if (Array.isArray(context) && context.length > 0 && context.every((item): item is string => typeof item === "string" && item !== "")) return context;
  if ((context === undefined || context === null || context === "") && fallback !== undefined) return fallback;
  throw new JudgeError(`${type} needs the variable "context" with what was retrieved: a text, or a list of texts.`);
}

export function joined(context: string | readonly string[]): string {
  return typeof context === "string" ? context : context.join("\n\n");
}

/** A text of one line is taken apart into sentences; one of several lines has one unit a line. Markers of lists are no units. */
export function unitsOf(text: string): string[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const units = lines.length > 1 ? lines : text.split(/(?<=[.!?])\s+/);
  return units.map((unit) => unit.trim()).filter((unit) => unit !== "" && !/^\d+[.)]$/.test(unit));
}
