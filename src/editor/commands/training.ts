import { commands, ProgressLocation, Uri, window, workspace } from "vscode";
import type { CheckedData, TrainingStarted, TrainingView } from "../../protocol/training.ts";
import type { Pipelines } from "../pipelines.ts";
import type { FolderTraining, Trainings } from "../trainings.ts";
import { activeFile, type Deps, type Handlers, withProgress } from "./deps.ts";

export interface TrainingDeps extends Deps {
  readonly trainings: Trainings;
  readonly pipelines: Pipelines;
}

const NO_TRAINING = "llmops.yaml has no training. It is written under training: a name, the kind, the data, the suite that judges it and the endpoint.";

export function trainingCommands(deps: TrainingDeps): Handlers {
  const { trainings, engine, people, documents } = deps;

  const start = async ({ folder, training: { name } }: FolderTraining, again = false): Promise<TrainingStarted> => {
    const started = await people.run(undefined, () => trainings.ask<TrainingStarted>(folder, { kind: "start", name, ...(again ? { again } : {}) }));
    if ("key" in started) void showProgress(trainings, folder, name, started.key);
    else if (!started.known) void window.showWarningMessage(started.message);
    else if (await window.showInformationMessage(started.message.replace(/ "--again".*/, ""), "Train Again")) return start({ folder, training: trainings.all().find(({ training }) => training.name === name)!.training }, true);
    return started;
  };

  return {
    "llmops.checkTrainingData": async (argument) => {
      await engine.ready();
      const file = argument instanceof Uri ? argument.toString() : isData(activeFile()) ? activeFile() : undefined;
      const folder = folderOf(file) ?? trainings.all()[0]?.folder;
      if (folder === undefined) return void window.showInformationMessage(`${NO_TRAINING} Or open a JSONL file.`);
      const checked = await withProgress("Checking training data", () => trainings.ask<CheckedData[]>(folder, { kind: "check", ...(file === undefined ? {} : { uri: file }) }));
      for (const { summary, refused, uri } of checked) void tellChecked(summary, refused, uri, folder, trainings);
      return checked;
    },
    "llmops.writeUniqueData": async (argument) => {
      const uri = typeof argument === "string" ? argument : activeFile();
      const folder = folderOf(uri);
      if (uri !== undefined && folder !== undefined) await writeUnique(trainings, folder, uri);
    },
    "llmops.startTraining": async (argument) => {
      await engine.ready();
      const found = await choose(trainings, argument);
      return found && start(found);
    },
    "llmops.cancelTraining": async () => {
      const open = trainings.open();
      if (open.length === 0) return void window.showInformationMessage("No training is under way.");
      const [only] = open;
      const found = open.length === 1 ? only : (await window.showQuickPick(open.map((one) => ({ label: one.last.name, description: one.last.sentence, one })), { title: "Cancel Training" }))?.one;
      return found && trainings.ask(found.folder, { kind: "cancel", key: found.last.key });
    },
    "llmops.promoteModel": async (argument) => {
      await engine.ready();
      const given = argument as { folder: string; environment: string; model: string; message: string } | undefined;
      const found = given ?? (await chooseBetter(trainings));
      if (!found) return;
      const promote = "Promote";
      if ((await window.showWarningMessage(`Promote the new model of ${found.model} to ${found.environment}?`, { modal: true, detail: found.message }, promote)) !== promote) return;
      const started = await people.run(undefined, () => deps.pipelines.start(found.folder, { kind: "promote", environment: found.environment, model: found.model }));
      if ("message" in started) void window.showWarningMessage(started.message);
      return started;
    },
    "llmops.showTraining": async (argument) => {
      const found = (argument as { folder: string; last: TrainingView } | undefined) ?? (await chooseEnded(trainings));
      if (!found) return;
      const page = await trainings.ask<string | null>(found.folder, { kind: "page", key: found.last.key });
      if (page !== null) await documents.preview(`Training ${found.last.name} ${found.last.key.slice(0, 8)}.md`, page);
    },
  };
}

async function tellChecked(summary: string, refused: boolean, uri: string, folder: string, trainings: Trainings): Promise<void> {
  const [show, unique] = ["Show Problems", "Write a Copy Without Duplicates"];
  const choices = [...(summary.includes("Nothing was found") ? [] : [show]), ...(summary.includes("duplicate") ? [unique] : [])];
  const choice = refused ? await window.showWarningMessage(`Nothing is trained with this data: ${summary}`, ...choices) : await window.showInformationMessage(summary, ...choices);
  if (choice === show) await commands.executeCommand("workbench.actions.view.problems");
  if (choice === unique) await writeUnique(trainings, folder, uri);
}

async function writeUnique(trainings: Trainings, folder: string, uri: string): Promise<void> {
  try {
    const written = await trainings.ask<{ uri: string }>(folder, { kind: "unique", uri });
    await window.showTextDocument(await workspace.openTextDocument(Uri.parse(written.uri)));
  } catch (error) {
    void window.showWarningMessage(`The copy was not written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A notification with what is being done, until the training has ended; its Cancel ends the training. */
export function showProgress(trainings: Trainings, folder: string, name: string, key: string): Thenable<void> {
  return window.withProgress({ location: ProgressLocation.Notification, title: `Training ${name}`, cancellable: true }, (report, token) => {
    token.onCancellationRequested(() => void trainings.ask(folder, { kind: "cancel", key }));
    return new Promise<void>((resolve) => {
      let shown = 0;
      let doing = "";
      const progress = trainings.onProgress((told) => {
        if (told.key !== key) return;
        const percent = told.total > 0 ? (told.done / told.total) * 100 : 0;
        const increment = told.doing === doing ? Math.max(0, percent - shown) : percent - shown;
        [doing, shown] = [told.doing, percent];
        const amount = told.total > 0 ? ` ${Math.round(percent)} %` : "";
        const left = told.eta === undefined ? "" : ` · ${told.eta < 1000 ? "less than 1 s" : `about ${Math.round(told.eta / 1000)} s`} left`;
        report.report({ message: `${told.doing}${amount}${left}`, increment });
      });
      const change = trainings.onChange(({ training: { last } }) => {
        if (last?.key === key && !last.isOver && last.state !== "unknown") return;
        if (last?.key !== key && last?.name !== name) return;
        progress.dispose();
        change.dispose();
        resolve();
      });
    });
  });
}

async function choose(trainings: Trainings, argument: unknown): Promise<FolderTraining | undefined> {
  const all = trainings.all();
  const named = typeof argument === "string" ? all.find(({ training }) => training.name === argument) : undefined;
  if (named || all.length === 1) return named ?? all[0];
  if (all.length === 0) return void window.showInformationMessage(NO_TRAINING);
  return (await window.showQuickPick(all.map((found) => ({ label: found.training.name, description: `${found.training.trainer}${found.training.last ? ` · ${found.training.last.state}` : ""}`, found })), { title: "Start Training", placeHolder: "Which one?" }))?.found;
}

async function chooseEnded(trainings: Trainings): Promise<{ folder: string; last: TrainingView } | undefined> {
  const all = trainings.all().flatMap(({ folder, training: { last } }) => (last ? [{ folder, last }] : []));
  if (all.length < 2) return all[0] ?? void window.showInformationMessage("Nothing has been trained yet.");
  return (await window.showQuickPick(all.map((found) => ({ label: found.last.name, description: found.last.sentence, found })), { title: "Show Training" }))?.found;
}

async function chooseBetter(trainings: Trainings): Promise<{ folder: string; environment: string; model: string; message: string } | undefined> {
  const all = trainings.all().flatMap(({ folder, training: { name, environment, last } }) => (last?.state === "better" && environment !== undefined ? [{ folder, environment, model: name, message: `${last.figures}. ${last.sentence}` }] : []));
  if (all.length === 0) return void window.showInformationMessage("No training has made a model that is proven better than the one in use.");
  return all.length === 1 ? all[0] : (await window.showQuickPick(all.map((found) => ({ label: found.model, description: `to ${found.environment}`, found })), { title: "Promote Model" }))?.found;
}

function isData(uri: string | undefined): boolean {
  return uri !== undefined && /\.(jsonl|ndjson|csv)$/i.test(uri);
}

function folderOf(uri: string | undefined): string | undefined {
  return uri === undefined ? undefined : workspace.getWorkspaceFolder(Uri.parse(uri))?.uri.toString();
}
