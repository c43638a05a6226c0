import { openTraces, type Traces } from "../../core/traces/db.ts";
import type { Span } from "../../core/traces/span.ts";
import type { Front } from "../front.ts";
import { UsageError } from "../usage.ts";

/** Opens the traces of the workspace that the current folder belongs to, for as long as `work` takes. */
export async function withTraces<T>(front: Front, work: (traces: Traces) => T | Promise<T>): Promise<T> {
  const { store } = await front.workspace();
  const traces = await openTraces(store.directory);
  try {
    return await work(traces);
  } finally {
    traces.close();
  }
}

/** The spans of the trace that a person names. @throws {UsageError} when it is none, or several. */
export function traceNamed(traces: Traces, prefix: string): Span[] {
  const id = prefix.toLowerCase();
  if (!/^[0-9a-f]{4,32}$/.test(id)) throw new UsageError(`${JSON.stringify(prefix)} is no id: write at least the first 4 of its hexadecimal digits.`);
  const [found, another] = traces.tracesNamed(id);
  if (another !== undefined) throw new UsageError(`Several traces have an id that begins with ${prefix}: write more of it.`);
  if (found === undefined) throw new UsageError(`There is no trace ${prefix}. "llmops traces list" shows them.`);
  return traces.trace(found);
}
