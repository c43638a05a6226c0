import type * as z from "zod";
import { findTracked, type TrackedRun } from "../../store/experiments/runs.ts";
import type { Store } from "../../store/store.ts";
import { invalid, missing } from "./errors.ts";

export interface Context {
  readonly store: Store;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Answers one call: its body, or its query, to the answer's body. */
export type Route = (context: Context, input: unknown) => object;

/** A call whose input is checked before it is answered. */
export function route<S extends z.ZodType>(schema: S, answer: (context: Context, input: z.infer<S>) => object): Route {
  return (context, input) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return answer(context, parsed.data);
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join(".") || "The request"}: ${issue?.message}.`);
  };
}

export function runOf({ store }: Context, { run_id, run_uuid }: { run_id?: string | undefined; run_uuid?: string | undefined }): TrackedRun {
  const id = run_id || run_uuid || "";
  const run = findTracked(store, id);
  if (run === undefined || run === "several" || run.key !== id) throw missing("run", id);
  return run;
}

/** A page's token is the number of rows before it. @throws {MlflowError} for one that is not ours. */
export function pageOf(token: string | undefined, limit: number): { offset: number; limit: number; next: (got: number) => string | undefined } {
  if (token && !/^\d{1,9}$/.test(token)) throw invalid(`There is no page ${JSON.stringify(token)}.`);
  const offset = Number(token || 0);
  return { offset, limit, next: (got) => (got > limit ? String(offset + limit) : undefined) };
}
