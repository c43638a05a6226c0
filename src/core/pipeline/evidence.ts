import type { StageConfig } from "../config/schema.ts";
import type { RunRecord } from "../store/pipeline/records.ts";
import { contentHash } from "../store/store.ts";

/** What a person looks at before they approve a stage: the commit, what the stage will do, and how what it needs came out. */
export function evidenceHash(run: RunRecord, stage: StageConfig): string {
  const needed = run.stages.filter(({ name }) => stage.needs.includes(name)).map(({ name, state, version, steps }) => [name, state, version, steps.map(({ state: is, attempts }) => [is, attempts.at(-1)?.evals])]);
  return contentHash(JSON.stringify([run.key, run.commit, stage, needed]));
}
