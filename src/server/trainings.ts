import { type Connection, type Diagnostic, DiagnosticSeverity } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import type { Log } from "../core/host.ts";
import { FromEngine } from "../protocol/messages.ts";
import type { CheckedData, TrainingAction, TrainingOverview, TrainingParams } from "../protocol/training.ts";
import { Delays } from "./delays.ts";
import { SOURCE } from "./diagnostics.ts";
import { WatchedData } from "./watchedData.ts";
import type { WorkerClient } from "./workerClient.ts";

/** Changes that come together are looked at together, in milliseconds. */
const TOGETHER_MS = 50;
const DATA_QUIET_MS = 300;

/** The trainings of the open folders: what is wrong with their data stands at its lines, and the editor is told what they have become. */
export class Trainings {
  private readonly connection: Connection;
  private readonly worker: WorkerClient;
  private readonly log: Log;
  private readonly publish: (file: string, diagnostics: readonly Diagnostic[]) => void;
  private readonly delays = new Delays();
  private readonly told = new Map<string, string>();
  private readonly data: WatchedData;
  /** Saved before it was known which files are data. */
  private readonly early = new Set<string>();
  private isKnown = false;
  private readonly checking = new Map<string, AbortController>();

  constructor(options: { connection: Connection; worker: WorkerClient; log: Log; publish: (file: string, diagnostics: readonly Diagnostic[]) => void }) {
    this.connection = options.connection;
    this.data = new WatchedData(options.connection);
    this.worker = options.worker;
    this.log = options.log;
    this.publish = options.publish;
  }

  async ask({ folder, action }: TrainingParams): Promise<unknown> {
    const answer = await this.perform(URI.parse(folder).fsPath, action);
    if (action.kind === "check") for (const checked of answer as CheckedData[]) this.mark(checked);
    return answer;
  }

  /** Looks at a folder's trainings (absolute path) and tells what is new of them. */
  changed(folder: string): void {
    this.delays.later(folder, TOGETHER_MS, () => void this.tell(folder));
  }

  /** Files were saved, or changed on disk (absolute paths): data among them is checked. */
  filesChanged(files: readonly string[]): void {
    if (!this.isKnown) for (const file of files) this.early.add(file);
    for (const file of files) for (const folder of this.data.folders(globOf(file))) this.delays.later(`data ${file}`, DATA_QUIET_MS, () => void this.check(folder, file));
  }

  dispose(): void {
    this.delays.dispose();
    this.data.dispose();
  }

  /** A check that is under way is of an older text. */
  private async check(folder: string, file: string): Promise<void> {
    this.checking.get(file)?.abort();
    const control = new AbortController();
    this.checking.set(file, control);
    try {
      const checked = await this.worker.ask<CheckedData[]>({ kind: "training", folder, action: { kind: "check", uri: URI.file(file).toString() } }, { signal: control.signal });
      for (const one of checked) this.mark(one);
    } catch (error) {
      if (!control.signal.aborted) this.log.warn(`${file} cannot be checked: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private mark({ uri, problems }: CheckedData): void {
    const severities = { error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning, information: DiagnosticSeverity.Information };
    this.publish(URI.parse(uri).fsPath, problems.map(({ severity, code, message, location }) => ({ severity: severities[severity], range: location.range, source: SOURCE, code, message })));
  }

  private async tell(folder: string): Promise<void> {
    try {
      const overview = await this.perform<TrainingOverview>(folder, { kind: "overview" });
      const text = JSON.stringify(overview);
      if (this.told.get(folder) !== text) void this.connection.sendNotification(FromEngine.trainingChanged, { folder: URI.file(folder).toString(), overview });
      this.told.set(folder, text);
      await this.data.watch(folder, [...new Set(overview.trainings.flatMap(({ data }) => data.map(globOf)))]);
      this.isKnown = true;
      this.filesChanged([...this.early]);
      this.early.clear();
    } catch (error) {
      this.log.warn(`The trainings of ${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private perform<T>(folder: string, action: TrainingAction): Promise<T> {
    return this.worker.ask<T>({ kind: "training", folder, action });
  }
}

/** Globs have slashes on every platform. */
function globOf(file: string): string {
  return file.replaceAll("\\", "/");
}
