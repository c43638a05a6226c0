import type { Store } from "../../core/store/store.ts";
import { trainingLog, type TrainingRecord } from "../../core/store/training/trainings.ts";
import type { Decision } from "../../core/training/decision/decide.ts";
import { decisionLines, stateSentence } from "../../core/training/words.ts";

export function trainingText(_store: Store, training: TrainingRecord): string {
  const decision = decisionOf(training);
  const head = `${training.name} ${training.key.slice(0, 8)}  ${training.state}  ${stateSentence(training)}`;
  return [head, ...(decision ? [`  ${decision.production ?? "no model in use"} → ${decision.candidate}`, ...decisionLines(decision).map((line) => `  ${line}`)] : [])].join("\n");
}

/** The object that `train … --json` prints; docs/cli.md lists it. */
export function trainingJson(store: Store, training: TrainingRecord): object {
  const { id: _id, definition, seen: _seen, decision: _decision, ...rest } = training;
  return { ...rest, definition: JSON.parse(definition) as object, decision: decisionOf(training), log: trainingLog(store, training).map(({ line }) => line) };
}

function decisionOf({ decision }: TrainingRecord): Decision | undefined {
  return decision === undefined ? undefined : (JSON.parse(decision) as Decision);
}
