import type { Mistake } from "../assertions/definition.ts";

/** promptfoo takes no notice of `not-` before some types; a person who wrote it should know. */
export function ignoresNegation(type: string): Mistake | undefined {
  if (!type.startsWith("not-")) return undefined;
  return { severity: "warning", message: `${type} gives the same verdict as ${type.slice("not-".length)}: "not-" has no effect on it, as in promptfoo.` };
}
