import { commands, type Disposable, window } from "vscode";
import type { TrainingView } from "../../protocol/training.ts";
import type { FolderTraining, Trainings } from "../trainings.ts";

/** How a training ended that this window has seen under way, with its evidence a click away. */
export function trainingNotices(trainings: Trainings): Disposable {
  const open = new Set<string>();
  return trainings.onChange(({ folder, training }) => {
    const { last } = training;
    if (!last) return;
    if (!last.isOver && last.state !== "unknown") open.add(last.key);
    else if (open.delete(last.key) && last.state !== "cancelled") void tell(folder, training, last);
  });
}

async function tell(folder: string, { name, environment }: FolderTraining["training"], last: TrainingView): Promise<void> {
  const [show, promote] = ["Show the Evidence", `Promote to ${environment}…`];
  const message = `Training ${name}: ${last.figures === "" ? "" : `${last.figures}. `}${last.sentence}`;
  const choices = [show, ...(last.state === "better" && environment !== undefined ? [promote] : [])];
  const choice = last.state === "better" ? await window.showInformationMessage(message, ...choices) : await window.showWarningMessage(message, ...choices);
  if (choice === show) await commands.executeCommand("llmops.showTraining", { folder, last });
  if (choice === promote) await commands.executeCommand("llmops.promoteModel", { folder, environment, model: name, message });
}
