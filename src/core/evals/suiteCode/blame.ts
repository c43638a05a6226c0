import type { Call } from "./protocol.ts";

/** What two calls have in common when they run the same code. */
export function codeOf(call: Call): string {
  if (call.kind === "file") return `${call.file}:${call.name}`;
  if (call.kind === "method") return `${call.file}:${call.method}`;
  if (call.kind === "hook") return `${call.file}:${call.hook}`;
  if (call.kind === "prompt") return Object.values(call.filters).join();
  return call.kind === "inline" ? call.body : call.kind === "regex" ? call.pattern : JSON.stringify(call.rules);
}

/** The code as a sentence names it. */
export function subjectOf(call: Call): string {
  if (call.kind === "inline") return "The script";
  if (call.kind === "sql") return `The check of ${call.rules.dialect}`;
  if (call.kind === "file") return call.name ? `${call.file}:${call.name}` : call.file;
  if (call.kind === "method") return `${call.file}:${call.method}`;
  if (call.kind === "hook") return `${call.hook} of ${call.file}`;
  if (call.kind === "prompt") return `A filter (${Object.keys(call.filters).join(", ")})`;
  return `The pattern /${call.pattern.length > 80 ? `${call.pattern.slice(0, 80)}…` : call.pattern}/`;
}

/**
 * Why a call could not be answered.
 * @param timeoutMs set when it took longer than that; else `reason` says how its process ended.
 */
export function blame(call: Call, timeoutMs: number | undefined, reason: string): string {
  if (timeoutMs === undefined) return `${subjectOf(call)} ended its process: ${reason}.`;
  return `${subjectOf(call)} was killed after ${timeoutMs / 1000} s: ${ADVICE[call.kind]}`;
}

const SCRIPT = "it did not return. Look for an endless loop, or do less in it.";

const ADVICE: Readonly<Record<Call["kind"], string>> = {
  inline: SCRIPT,
  file: SCRIPT,
  method: SCRIPT,
  hook: SCRIPT,
  prompt: SCRIPT,
  regex: "it backtracks without end on this output. Avoid quantifiers inside or beside one another.",
  sql: "the output is too long for it, or a pattern of the allowed tables or columns backtracks without end.",
};
