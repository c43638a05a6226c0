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

/** A batch that was not stored, and why. */
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

/** What is stored whole or not at all. */
export interface Batch {
  readonly points?: readonly Point[];
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

/** @param now the time of metrics that say none. */
export function batchOf({ metrics = {}, params, tags, step = 0, at }: Entry, now: number): Batch {
  return { points: Object.entries(metrics).map(([key, value]) => ({ key, value, step, at: at ?? now })), params, tags };
}

/**
 * Stores batches in one transaction: when this returns, what was not refused is on disk. A batch that gives
 * a parameter another value is refused.
 */
export function logBatches(store: Store, run: Pick<TrackedRun, "id" | "key" | "kind">, batches: readonly Batch[], now: number): Refusal[] {
  if (batches.length === 0) return [];
  return store.write(() => {
    const refused = batches.flatMap((batch, index): Refusal[] => {
      const reason = refusal(store, run, batch);
      if (reason !== undefined) return [{ index, reason }];
      addBatch(store, run.id, batch);
      return [];
    });
    if (refused.length < batches.length) store.emit("experiment-changed", run.key, now);
    return refused;
  });
}

/** Inside a transaction. */
export function addBatch(store: Store, run: number, { points = [], params = {}, tags = {} }: Batch): void {
  addPoints(store, run, points);
  for (const [key, value] of Object.entries(params)) addParam(store, run, key, value);
  for (const [key, value] of Object.entries(tags)) setTag(store, run, key, value);
}

function refusal(store: Store, run: Pick<TrackedRun, "id" | "kind">, { points = [], params = {} }: Batch): string | undefined {
  if (run.kind === "eval" && points.length + Object.keys(params).length > 0) return "The metrics and parameters of a suite's run are what was measured; it takes only tags.";
  for (const [key, value] of Object.entries(params)) {
    const other = otherParam(store, run.id, key, value);
    if (other !== undefined) return `The parameter ${JSON.stringify(key)} is ${JSON.stringify(other)} already, and a parameter is set once. Log a changing value as a metric or tag.`;
  }
  return undefined;
}
