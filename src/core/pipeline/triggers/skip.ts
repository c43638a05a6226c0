import { matchesAny } from "../../config/settings.ts";

/**
 * Whether a commit has nothing for a stage to do: every changed file matches its `skipOn`, and there is at
 * least one. `undefined`: what changed is not known, and then the stage runs.
 * @param changed paths relative to the root, with `/`.
 */
export function isSkipped(skipOn: readonly string[] | undefined, changed: readonly string[] | undefined): boolean {
  return skipOn !== undefined && changed !== undefined && changed.length > 0 && changed.every((file) => matchesAny(skipOn, file));
}
