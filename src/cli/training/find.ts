import { findTraining, listTrainings, type TrainingRecord } from "../../core/store/training/trainings.ts";
import type { Store } from "../../core/store/store.ts";
import { UsageError } from "../usage.ts";

/** The training that a person names by the beginning of its id; the newest without. @throws {UsageError} */
export function trainingNamed(store: Store, key: string | undefined): TrainingRecord {
  const found = key === undefined ? listTrainings(store, { limit: 1 })[0] : findTraining(store, key);
  if (found === "several") throw new UsageError(`Several trainings begin with ${key}: write more of the id.`);
  if (!found) throw new UsageError(key === undefined ? 'Nothing has been trained yet: "llmops train NAME" does.' : `There is no training ${key}. "llmops train list" shows them.`);
  return found;
}
