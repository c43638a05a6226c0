import { isDeepStrictEqual } from "node:util";
import type { Outcome, Row } from "./sides.ts";

const TOLERANCE = 1e-6;

/** What differs between the sides, a line each; empty when they agree. Rows are matched by column, prompt and order. */
export function differences(theirs: Outcome, ours: Outcome): string[] {
  if ("refused" in theirs || "refused" in ours) {
    if ("refused" in theirs && "refused" in ours) return [];
    return "refused" in theirs ? [`promptfoo stops: ${lastLines(theirs.refused)}`] : [`we refuse: ${lastLines((ours as { refused: string }).refused)}`];
  }
  const found: string[] = [];
  const their = grouped(theirs.rows);
  const own = grouped(ours.rows);
  for (const key of new Set([...their.keys(), ...own.keys()])) {
    const [a, b] = [their.get(key) ?? [], own.get(key) ?? []];
    if (a.length !== b.length) found.push(`${key}: promptfoo has ${a.length} rows, we have ${b.length}`);
    else a.forEach((row, index) => found.push(...rowDifferences(row, b[index] as Row).map((text) => `${key}: ${text}`)));
  }
  theirs.columns.forEach((column, index) => {
    if (!sameScores(column, ours.columns[index] ?? {})) found.push(`metrics of column ${index}: ${said(column)} there, ${said(ours.columns[index])} here`);
  });
  return found;
}

function grouped(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, ({ prompt, column }) => `column ${column}, ${said(compact(prompt))}`);
}

function comparable(value: unknown): unknown {
  return typeof value === "string" ? compact(value) : value;
}

/** promptfoo writes a text that is JSON without its white space, though it sends it with it. */
function compact(prompt: string): string {
  try {
    return JSON.stringify(JSON.parse(prompt));
  } catch {
    return prompt;
  }
}

function rowDifferences(theirs: Row, ours: Row): string[] {
  const found: string[] = [];
  const differ = (what: string, a: unknown, b: unknown) => found.push(`${what} ${said(a)} there, ${said(b)} here`);
  if (theirs.success !== ours.success) differ("success", theirs.success, ours.success);
  if (Math.abs(theirs.score - ours.score) > TOLERANCE) differ("score", theirs.score, ours.score);
  if (theirs.error !== ours.error) differ("error", theirs.error, ours.error);
  // What an answer was before it could not be judged is kept by us only.
  if (!(theirs.error && ours.error) && !isDeepStrictEqual(theirs.output, ours.output)) differ("output", theirs.output, ours.output);
  if (!theirs.error && !sameScores(theirs.metrics, ours.metrics)) differ("metrics", theirs.metrics, ours.metrics);
  for (const [name, value] of Object.entries(ours.vars)) {
    const their = theirs.vars[name];
    // What a template or a file becomes is shown by the prompt; promptfoo writes some before and some after it.
    if (typeof value === "string" && (value.includes("{") || value.endsWith("\n") || (typeof their === "string" && their.startsWith("file://")))) continue;
    if (!isDeepStrictEqual(comparable(value), comparable(their))) differ(`variable ${name}`, their, value);
  }
  return found;
}

function sameScores(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => Math.abs((a[name] ?? NaN) - (b[name] ?? NaN)) <= TOLERANCE);
}

function said(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** What a side said last, without a stack. */
function lastLines(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/^\s+at |^Node\.js v/.test(line));
  return lines.slice(-4).join(" ").slice(-600);
}
