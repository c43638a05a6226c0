import { type GradeContext, quote } from "../assertions/definition.ts";
import { JudgeError } from "../model.ts";
import { transformed } from "../suiteCode/transform.ts";

/**
 * What was retrieved for a question, a text or a list of texts: what the assertion's `contextTransform` takes of the
 * provider's output, else the variable `context`.
 * @param fallback stands in where the variable is missing.
 * @throws {JudgeError} when there is none.
 */
export async function contextOf({ row, type, assertion }: GradeContext, fallback?: string): Promise<string | readonly string[]> {
  if (assertion.contextTransform !== undefined) return contextIn(await transformed(row.suiteCode, assertion.contextTransform, row.providerOutput ?? row.output, { vars: row.vars, prompt: { label: row.context["prompt"] } }), type);
  const { context } = row.vars;
  if (isContext(context)) return context;
  if ((context === undefined || context === null || context === "") && fallback !== undefined) return fallback;
  throw new JudgeError(`${type} needs the variable "context" with what was retrieved: a text, or a list of texts. Where the output holds it, contextTransform takes it from there.`);
}

function contextIn(value: unknown, type: string): string | readonly string[] {
  if (isContext(value)) return value;
  throw new JudgeError(`The contextTransform of ${type} must give a text, or a list of texts, and gave ${quote(value)}.`);
}

function isContext(value: unknown): value is string | readonly string[] {
  return typeof value === "string" ? value !== "" : Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string" && item !== "");
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
