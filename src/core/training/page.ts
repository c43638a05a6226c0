import type { Store } from "../store/store.ts";
import { trainingLog, type TrainingRecord } from "../store/training/trainings.ts";
import { modelCard } from "./modelCard.ts";
import { stateSentence } from "./words.ts";

/** A training as a page of Markdown that a person reads before they promote: the decision with its evidence, the data, and what the trainer said. */
export function trainingPage(store: Store, training: TrainingRecord): string {
  const model = store.get<{ name: string; version: number; model: string; training: string; at: number }>("SELECT name, version, model, training, at FROM model_version WHERE training = ?", training.key);
  const body = model ? modelCard(store, model) : `# Training ${training.name}\n\n${stateSentence(training)}\n`;
  const lines = trainingLog(store, training).map(({ line }) => line);
  return lines.length === 0 ? body : `${body}\n## Log\n\n~~~\n${lines.join("\n").replaceAll("~~~", "~~")}\n~~~\n`;
}
