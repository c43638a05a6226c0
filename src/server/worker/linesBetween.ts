import { diffArrays } from "diff";
import type { PreviewLine } from "../../protocol/authoring.ts";

/** Milliseconds that a diff may take while somebody types; beyond it nothing is marked. */
const TIME_LIMIT_MS = 20;

/** The lines of a text, those that its earlier version lacks marked, and with those that are gone. */
export function linesBetween(before: string, after: string): PreviewLine[] {
  const [old, now] = [before, after].map((text) => text.split(/\r\n|\n|\r/)) as [string[], string[]];
  const changes = before === after ? undefined : diffArrays(old, now, { timeout: TIME_LIMIT_MS });
  if (!changes) return now.map((text) => ({ text, kind: "same" }));
  return changes.flatMap(({ value, added, removed }) => value.map((text) => ({ text, kind: added ? ("added" as const) : removed ? ("removed" as const) : ("same" as const) })));
}
