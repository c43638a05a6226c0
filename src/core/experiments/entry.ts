import * as z from "zod";
import { addParam, addPoints, otherParam, type Point, setTag } from "../store/experiments/log.ts";
import type { TrackedRun } from "../store/experiments/runs.ts";
import type { Store } from "../store/store.ts";

/** MLflow's own limits, so that what is logged here can go there. */
export const LIMITS = { name: 250, param: 6000, tag: 8000 } as const;
const SPECIAL: Readonly<Record<string, number>> = { NaN, Infinity, "-Infinity": -Infinity };

const name = z.string().min(1).max(LIMITS.name).regex(/^[^\p{Cc}]+$/u, "a name has no control characters");
const number = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform((text) => SPECIAL[text]!)], { error: 'a metric is a number, "NaN", "Infinity" or "-Infinity"; a text is a parameter or a tag' });
const text = (most: number) => z.union([z.string(), z.number(), z.boolean()]).transform(String).pipe(z.string().max(most));

/** What is logged at once: `{"metrics": {"loss": 0.31}, "step": 12}`. */
export const entrySchema = z.strictObject({
  metrics: z.record(name, number).optional(),
  params: z.record(name, text(LIMITS.param)).optional(),
  tags: z.record(name, text(LIMITS.tag)).optional(),
  step: z.int().optional(),
  /** Milliseconds since the epoch; now without. */
  at: z.int().nonnegative().optional(),
});
export type Entry = z.infer<typeof entrySchema>;

/** An entry that was not stored, and why. */
export interface Refusal {
  readonly index: number;
  readonly reason: string;
}

/** Reads a line. @throws {Error} that says what is wrong with it. */
export function parseEntry(line: string): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const hint = /\b-?(NaN|Infinity)\b/.test(line) ? ' JSON has no NaN and no Infinity: write them as texts, "NaN".' : "";
    throw new Error(`It is no JSON (${(error as Error).message}).${hint}`);
  }
  const parsed = entrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const issue = first?.code === "invalid_key" ? { path: first.path, message: first.issues[0]?.message } : first;
  throw new Error(`${issue?.path.length ? `${issue.path.join(".")}: ` : ""}${issue?.message}.`);
}

/**
 * Stores entries in one transaction: when this returns, what was not refused is on disk. An entry is stored
 * whole or not at all; one that gives a parameter another value is refused.
 */
export function logEntries(store: Store, run: Pick<TrackedRun, "id" | "key" | "kind">, entries: readonly Entry[], now: number): Refusal[] {
  if (entries.length === 0) return [];
  return store.write(() => {
    const refused = entries.flatMap((entry, index): Refusal[] => {
      const reason = refusal(store, run, entry);
      if (reason !== undefined) return [{ index, reason }];
      addEntry(store, run.id, entry, now);
      return [];
    });
    if (refused.length < entries.length) store.emit("experiment-changed", run.key, now);
    return refused;
  });
}

/** Inside a transaction. */
export function addEntry(store: Store, run: number, entry: Entry, now: number): void {
  addPoints(store, run, pointsOfEntry(entry, now));
  for (const [key, value] of Object.entries(entry.params ?? {})) addParam(store, run, key, value);
  for (const [key, value] of Object.entries(entry.tags ?? {})) setTag(store, run, key, value);
}

function pointsOfEntry({ metrics = {}, step = 0, at }: Entry, now: number): Point[] {
  return Object.entries(metrics).map(([key, value]) => ({ key, value, step, at: at ?? now }));
}

function refusal(store: Store, run: Pick<TrackedRun, "id" | "key" | "kind">, entry: Entry): string | undefined {
  if (run.kind === "eval" && (entry.metrics || entry.params)) return "The metrics and parameters of a suite's run are what was measured; it takes only tags.";
  for (const [key, value] of Object.entries(entry.params ?? {})) {
    const other = otherParam(store, run.id, key, value);
    if (other !== undefined) return `The parameter ${JSON.stringify(key)} is ${JSON.stringify(other)} already, and a parameter is set once. Log a changing value as a metric or tag.`;
  }
  return undefined;
}
